//! Many cases at once, for measuring: copies of one case and its clocks under ids of their own, written in bulk.

use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};

use crate::{
    Platform,
    ctx::Ctx,
    docket::store,
    error::{Error, Result},
    ids::CaseId,
};

/// Rows written by one statement: well below the parameters that a statement may have.
const ROWS: u64 = 500;

impl Platform {
    /// Writes `copies` of `case` with its clocks. The copies have no acts: they only let time be measured.
    ///
    /// # Errors
    /// [`crate::Code::NotFound`] without the case.
    pub async fn stock_cases(&self, ctx: &Ctx, case: CaseId, copies: u64) -> Result<()> {
        let row = store::case::Entity::find_by_id(case.0).one(self.db().read()).await?;
        let row = row.ok_or_else(|| Error::not_found("case", case))?;
        let clocks =
            store::clock::Entity::find().filter(store::clock::Column::CaseId.eq(case.0)).all(self.db().read()).await?;
        let mut left = copies;
        while left > 0 {
            let tx = self.db().write().await?;
            for _ in 0..20 {
                let now = left.min(ROWS);
                left -= now;
                let ids: Vec<_> = (0..now).map(|_| ctx.uuid()).collect();
                if ids.is_empty() {
                    break;
                }
                let cases = ids.iter().map(|id| store::case::Model { id: *id, ..row.clone() }.into_active_model());
                store::case::Entity::insert_many(cases).exec_without_returning(&*tx).await?;
                let clocks = ids.iter().flat_map(|id| {
                    clocks.iter().map(|clock| store::clock::Model { case_id: *id, ..clock.clone() }.into_active_model())
                });
                store::clock::Entity::insert_many(clocks).exec_without_returning(&*tx).await?;
            }
            tx.commit().await?;
        }
        Ok(())
    }
}
