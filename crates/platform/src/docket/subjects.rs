//! Whether there is what a case is said to be about, and whose it is.

use sea_orm::{ConnectionTrait, EntityTrait};
use uuid::Uuid;

use crate::{
    catalogue,
    error::{Error, Result},
    identity,
    ids::OrganisationId,
    sharing,
};

use super::{SubjectKind, matters};

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
