//! The law as everybody may read it: procedures with every name resolved, their pictures, two packs side by side. Nobody is
//! asked who they are, because the law is public.

mod year;

use jiff::Timestamp;
use law::{Book, Graph, Pack, PackId, Procedure, ProcedureId, RoleId, Selection, calendar::date_in_shanghai};

pub use law::{Comparison, ProcedurePage};
pub use year::{Year, YearDay};

use crate::{
    Platform,
    error::{Code, Error, Result},
};

/// What of two packs is to be set side by side.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// The one pack.
    pub left: String,
    /// The other pack.
    pub right: String,
    /// Only this procedure.
    pub procedure: Option<String>,
    /// Only procedures in which this role has a part.
    pub role: Option<String>,
    /// Also what is the same.
    pub all: bool,
}

impl Platform {
    /// A procedure of a pack on a page.
    ///
    /// # Errors
    /// [`Code::NotFound`] for an unknown pack or procedure.
    pub fn procedure_page(&self, pack: &str, procedure: &str) -> Result<ProcedurePage> {
        let (book, pack, procedure) = find(self.book(), pack, procedure)?;
        Ok(ProcedurePage::new(book, pack, procedure))
    }

    /// The picture of a procedure, as SVG.
    ///
    /// # Errors
    /// As [`Platform::procedure_page`].
    pub fn procedure_picture(&self, pack: &str, procedure: &str) -> Result<String> {
        let (book, pack, procedure) = find(self.book(), pack, procedure)?;
        Ok(Graph::new(book, pack, procedure).svg())
    }

    /// Two packs side by side as they read at an instant.
    ///
    /// # Errors
    /// [`Code::NotFound`] for an unknown pack; [`Code::InvalidInput`] for a role that the vocabulary does not have.
    pub fn compare_packs(&self, reading: &Reading, now: Timestamp) -> Result<Comparison> {
        let book = self.book();
        let (left, right) = (pack_of(book, &reading.left)?, pack_of(book, &reading.right)?);
        if let Some(role) = &reading.role
            && !book.vocabulary().roles.contains_key(role.as_str())
        {
            return Err(Error::new(Code::InvalidInput, format!("the vocabulary has no role `{role}`"))
                .field("role", "must be a role of the vocabulary, e.g. `demander`"));
        }
        let selection = Selection {
            all: reading.all,
            procedure: reading.procedure.as_deref().map(ProcedureId::from),
            role: reading.role.as_deref().map(RoleId::from),
        };
        Ok(Comparison::between(book, left, right, date_in_shanghai(now), &selection))
    }
}

fn pack_of<'a>(book: &'a Book, id: &str) -> Result<&'a Pack> {
    let unknown = || Error::not_found("regulation pack", id).hint("the packs are listed at `/api/v1/packs`");
    book.pack(&PackId::from(id)).ok_or_else(unknown)
}

fn find<'a>(book: &'a Book, pack: &str, procedure: &str) -> Result<(&'a Book, &'a Pack, &'a Procedure)> {
    let pack = pack_of(book, pack)?;
    let hint = format!("its procedures are listed at `/api/v1/packs/{}`", pack.id);
    let unknown = || Error::not_found("procedure of the pack", procedure).hint(hint);
    let procedure = pack.procedures.get(procedure).ok_or_else(unknown)?;
    Ok((book, pack, procedure))
}
