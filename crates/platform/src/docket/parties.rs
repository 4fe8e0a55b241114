//! The parties of a case besides those who provide and ask: the operator of this agreement, the developer of this product.
//!
//! What a reader must know first. The vocabulary says which roles belong to one organisation a case ([`law::Holders::Party`]).
//! Whoever opens a case in such a role, or first acts in it, is that party from then on; the opening may name the others. As
//! long as nobody is recorded, whoever holds the office of that name may speak. The case's row holds the parties, so that an
//! act needs no other table; `docket_party` repeats them only for finding an organisation's cases.

use std::collections::BTreeMap;

use law::{Holders, RoleId};
use sea_orm::{ActiveValue::Set, EntityTrait};

use crate::{
    Platform,
    ctx::{Actor, Ctx},
    db::Tx,
    error::{Code, Error, Result},
    identity,
    ids::OrganisationId,
};

use super::{CaseHead, store};

/// Parties by their roles.
pub type Parties = BTreeMap<RoleId, OrganisationId>;

/// Whether the parties that an opening names can be what it says.
pub(super) async fn check(
    platform: &Platform,
    tx: &Tx,
    procedure: Option<&law::Procedure>,
    parties: &Parties,
) -> Result<()> {
    let Some(procedure) = procedure else { return Ok(()) };
    for (role, organisation) in parties {
        let known = procedure.roles().contains(role);
        if !known || platform.book().vocabulary().holders(role) != Holders::Party {
            let message = format!("`{role}` is no party to a case of `{}`", procedure.id);
            return Err(Error::new(Code::InvalidInput, message)
                .field(format!("parties.{role}"), "is not a role of one organisation in this procedure")
                .hint("leave it out: offices of the district have their part without being named"));
        }
        // Who plays a role is said by whoever administers the district, never by whoever opens a case.
        if !identity::holds(tx, *organisation, role).await? {
            let message = format!("organisation `{organisation}` does not hold the role `{role}`");
            return Err(Error::new(Code::InvalidInput, message)
                .field(format!("parties.{role}"), "does not hold this role in the district")
                .hint("name an organisation that the district's administrator has given the role"));
        }
    }
    Ok(())
}

/// Records the actor's organisation as the party that it speaks for, if nobody is yet. Says whether it did.
pub(super) fn join(platform: &Platform, ctx: &Ctx, head: &mut CaseHead, role: &RoleId) -> bool {
    let (Actor::Person { organisation, .. } | Actor::Client { organisation, .. }) = &ctx.who else { return false };
    if head.parties.contains_key(role) || platform.book().vocabulary().holders(role) != Holders::Party {
        return false;
    }
    head.parties.insert(role.clone(), *organisation);
    true
}

/// Writes parties for finding the case by them.
pub(super) fn remember<'p>(tx: &Tx, head: &CaseHead, parties: impl Iterator<Item = (&'p RoleId, &'p OrganisationId)>) {
    let rows: Vec<_> = parties
        .map(|(role, organisation)| store::party::ActiveModel {
            case_id: Set(head.id.0),
            role: Set(role.to_string()),
            organisation_id: Set(organisation.0),
        })
        .collect();
    if !rows.is_empty() {
        tx.insert_later(store::party::Entity, store::party::Entity::insert_many(rows));
    }
}
