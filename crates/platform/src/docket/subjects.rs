//! Whether there is what a case is said to be about, whose it is, and what it is called.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QuerySelect, QueryTrait,
    sea_query::{Expr, SelectStatement},
};
use uuid::Uuid;

use crate::{
    catalogue,
    error::{Error, Result},
    identity,
    ids::OrganisationId,
    sharing,
};

use super::{SubjectKind, matters, store};

/// Who provides and who asks, as far as the subject itself says so.
///
/// # Errors
/// [`crate::Code::NotFound`] when there is no such thing. A record is known to its holder only, so any id is taken for one.
pub(crate) async fn parties_of(
    db: &impl ConnectionTrait,
    (kind, id): (SubjectKind, Uuid),
) -> Result<(Option<OrganisationId>, Option<OrganisationId>)> {
    Ok(match kind {
        SubjectKind::Entry => (Some(catalogue::store::entry(db, id.into()).await?.organisation_id.into()), None),
        SubjectKind::Request => {
            let request = sharing::store::request(db, id.into()).await?;
            (Some(request.provider_id.into()), Some(request.demander_id.into()))
        }
        SubjectKind::Service => {
            let service = sharing::store::service(db, id.into()).await?;
            (Some(service.provider_id.into()), Some(service.demander_id.into()))
        }
        SubjectKind::Organisation => {
            identity::signatory(db, id.into()).await?;
            (Some(id.into()), None)
        }
        SubjectKind::Project => {
            let system = catalogue::store::system::Entity::find_by_id(id).one(db).await?;
            let system = system.ok_or_else(|| Error::not_found("system", id))?;
            (Some(system.organisation_id.into()), None)
        }
        SubjectKind::Record => (None, None),
        SubjectKind::Matter => {
            matters::exists(db, id).await?;
            (None, None)
        }
    })
}

/// Whose it is, for deciding who reads what is known about it.
///
/// # Errors
/// As [`parties_of`].
pub(crate) async fn owner_of(
    db: &impl ConnectionTrait,
    subject: (SubjectKind, Uuid),
) -> Result<Option<OrganisationId>> {
    match subject.0 {
        SubjectKind::Organisation => parties_of(db, subject).await.map(|_| Some(subject.1.into())),
        SubjectKind::Project => {
            let system = catalogue::store::system::Entity::find_by_id(subject.1).one(db).await?;
            Ok(Some(system.ok_or_else(|| Error::not_found("system", subject.1))?.organisation_id.into()))
        }
        _ => Ok(parties_of(db, subject).await?.0),
    }
}

/// What the subjects of cases are called, by their ids; one question for each kind that occurs. A record is called as the entry in
/// which it stands, where that is known.
pub(super) async fn titles(db: &impl ConnectionTrait, rows: &[store::case::Model]) -> Result<HashMap<Uuid, String>> {
    use catalogue::store::{entry, system};
    use identity::store::organisation;
    use sharing::store::{request, service};
    use store::matter;
    let of = |kinds: &[SubjectKind]| -> Vec<Uuid> {
        let wanted = |row: &&store::case::Model| kinds.iter().any(|kind| kind.as_str() == row.subject_kind);
        rows.iter().filter(wanted).map(|row| row.subject_id).collect()
    };
    let mut found: Vec<(Uuid, String)> = Vec::new();
    macro_rules! look {
        ($table:ident, $title:ident, $kinds:expr) => {
            let ids = of($kinds);
            if !ids.is_empty() {
                let named = $table::Entity::find()
                    .select_only()
                    .column($table::Column::Id)
                    .column($table::Column::$title)
                    .filter($table::Column::Id.is_in(ids));
                found.extend(named.into_tuple::<(Uuid, String)>().all(db).await?);
            }
        };
    }
    look!(entry, Title, &[SubjectKind::Entry, SubjectKind::Record]);
    look!(request, Title, &[SubjectKind::Request]);
    look!(service, Title, &[SubjectKind::Service]);
    look!(organisation, Name, &[SubjectKind::Organisation]);
    look!(system, Name, &[SubjectKind::Project]);
    look!(matter, Title, &[SubjectKind::Matter]);
    Ok(found.into_iter().collect())
}

/// Cases whose subject has this in its title.
pub(super) fn called(text: &str) -> Condition {
    use catalogue::store::{entry, system};
    use identity::store::organisation;
    use sharing::store::{request, service};
    use store::matter;
    macro_rules! titled {
        ($table:ident, $title:ident) => {
            $table::Entity::find()
                .select_only()
                .column($table::Column::Id)
                .filter(
                    Expr::col(($table::Entity, $table::Column::Id))
                        .equals((store::case::Entity, store::case::Column::SubjectId)),
                )
                .filter($table::Column::$title.like(crate::db::having(text)))
                .into_query()
        };
    }
    let about = |kinds: &[SubjectKind], titled: SelectStatement| {
        let kinds = store::case::Column::SubjectKind.is_in(kinds.iter().map(|kind| kind.as_str()));
        Condition::all().add(kinds).add(Expr::exists(titled))
    };
    Condition::any()
        .add(about(&[SubjectKind::Entry, SubjectKind::Record], titled!(entry, Title)))
        .add(about(&[SubjectKind::Request], titled!(request, Title)))
        .add(about(&[SubjectKind::Service], titled!(service, Title)))
        .add(about(&[SubjectKind::Organisation], titled!(organisation, Name)))
        .add(about(&[SubjectKind::Project], titled!(system, Name)))
        .add(about(&[SubjectKind::Matter], titled!(matter, Title)))
}
