//! Which cases somebody finds in a list: the policy of `read_case`, said again as a condition of the query.

use law::{Book, Holders, RoleId};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, QueryFilter, QuerySelect, QueryTrait, sea_query::SelectStatement,
};
use uuid::Uuid;

use crate::{
    ctx::{Actor, Office, Role},
    db::micros,
    ids::OrganisationId,
};

use super::{CaseFilter, Part, store, subjects};
use store::case::Column;

/// The parties' cases; all of them for those who oversee; for another office those in which it has a part.
pub(super) fn visible(book: &Book, who: &Actor) -> Condition {
    match who {
        Actor::Law | Actor::Platform => Condition::all(),
        Actor::Person { roles, .. } if roles.contains(&Role::AuditAdministrator) => Condition::all(),
        Actor::Person { office: Some(office), .. } if office.oversees() => Condition::all(),
        Actor::Person { .. } | Actor::Client { .. } | Actor::Public => concerning(book, who),
    }
}

/// The cases that concern somebody: those of their organisation, and those in which its office has a part. Whoever oversees the
/// district sees more than concerns them.
pub(super) fn concerning(book: &Book, who: &Actor) -> Condition {
    match who {
        Actor::Person { office: Some(office), organisation, .. } => {
            party(*organisation).add(part_of_office(book, office, *organisation))
        }
        Actor::Person { organisation, .. } | Actor::Client { organisation, .. } => party(*organisation),
        Actor::Law | Actor::Platform | Actor::Public => Condition::any().add(Column::Id.is_null()),
    }
}

/// The cases that a reader asks for, among those that they may see.
pub(super) fn wanted(book: &Book, who: &Actor, filter: &CaseFilter) -> Condition {
    let (organisation, office) = match who {
        Actor::Person { organisation, office, .. } => (*organisation, office.as_ref()),
        Actor::Client { organisation, .. } => (*organisation, None),
        Actor::Law | Actor::Platform | Actor::Public => (OrganisationId(Uuid::nil()), None),
    };
    let mut all = Condition::all();
    if filter.mine {
        all = all.add(party(organisation));
    }
    if let Some(part) = filter.part {
        let column = match part {
            Part::Demander => Column::DemanderId,
            Part::Provider => Column::ProviderId,
        };
        all = all.add(column.eq(organisation.0));
    }
    if filter.waiting_for_me {
        all = all.add(waiting(book, organisation, office));
    }
    all.add_option(filter.role.as_ref().map(|role| waits(role.as_str())))
        .add_option(filter.procedure.as_ref().map(|procedure| Column::Procedure.eq(procedure.as_str())))
        .add_option(filter.state.as_ref().map(|state| Column::State.eq(state.as_str())))
        .add_option(filter.subject.map(|subject| Column::SubjectId.eq(subject)))
        .add_option(filter.ended.map(|ended| Column::Ended.eq(ended)))
        .add_option(filter.pack.as_ref().map(|pack| Column::Pack.eq(pack.as_str())))
        .add_option(filter.text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(|text| says(book, text)))
        .add_option(filter.due_before.map(|before| Column::DueAt.lt(micros(before))))
}

/// The cases that can be found by a text: by what they are about, by their procedure, or by their id.
///
/// The subject is looked up for each case by its key, and not the other way round: there are many more entries in a catalogue
/// than cases in a docket.
fn says(book: &Book, text: &str) -> Condition {
    let mut any = subjects::called(text);
    for pack in book.packs() {
        let called = pack.procedures.values().filter(|procedure| procedure.title.contains(text));
        let ids: Vec<&str> = called.map(|procedure| procedure.id.as_str()).collect();
        if !ids.is_empty() {
            any = any.add(Column::Pack.eq(pack.id.as_str()).and(Column::Procedure.is_in(ids)));
        }
    }
    any.add_option(text.parse::<Uuid>().ok().map(|id| Column::Id.eq(id)))
}

/// The cases to which an organisation is a party.
fn party(organisation: OrganisationId) -> Condition {
    let by_role = store::party::Column::OrganisationId.eq(organisation.0);
    Condition::any()
        .add(Column::ProviderId.eq(organisation.0))
        .add(Column::DemanderId.eq(organisation.0))
        .add(Column::Id.in_subquery(cases_of_parties(Condition::all().add(by_role))))
}

/// The cases of the procedures in which an office has a part. Where one organisation plays it a case, those that have no other.
fn part_of_office(book: &Book, office: &Office, organisation: OrganisationId) -> Condition {
    let mut part = Condition::any();
    for pack in book.packs() {
        let procedures = pack.procedures.values().filter(|procedure| procedure.roles().contains(office.role()));
        let ids: Vec<&str> = procedures.map(|procedure| procedure.id.as_str()).collect();
        if !ids.is_empty() {
            part = part.add(Column::Pack.eq(pack.id.as_str()).and(Column::Procedure.is_in(ids)));
        }
    }
    if part.is_empty() {
        // An empty alternative would be true of everything.
        return Condition::any().add(Column::Id.is_null());
    }
    Condition::all().add(part).add_option(not_of_another(book, office.role(), organisation))
}

/// The cases that wait for the organisation, as provider, demander, party or office.
fn waiting(book: &Book, organisation: OrganisationId, office: Option<&Office>) -> Condition {
    let mut mine = Condition::any()
        .add(Column::ProviderId.eq(organisation.0).and(waits("provider")))
        .add(Column::DemanderId.eq(organisation.0).and(waits("demander")));
    let words = book.vocabulary();
    for role in words.roles.keys().filter(|role| words.holders(role) == Holders::Party) {
        let as_role = Condition::all()
            .add(store::party::Column::OrganisationId.eq(organisation.0))
            .add(store::party::Column::Role.eq(role.as_str()));
        mine = mine.add(waits(role.as_str()).and(Column::Id.in_subquery(cases_of_parties(as_role))));
    }
    let Some(office) = office else { return mine };
    let of_office =
        Condition::all().add(waits(office.as_str())).add_option(not_of_another(book, office.role(), organisation));
    mine.add(of_office)
}

/// Where a role belongs to one organisation a case: that no other one has it.
fn not_of_another(book: &Book, role: &RoleId, organisation: OrganisationId) -> Option<sea_orm::sea_query::Expr> {
    let others = Condition::all()
        .add(store::party::Column::Role.eq(role.as_str()))
        .add(store::party::Column::OrganisationId.ne(organisation.0));
    (book.vocabulary().holders(role) == Holders::Party).then(|| Column::Id.not_in_subquery(cases_of_parties(others)))
}

fn cases_of_parties(which: Condition) -> SelectStatement {
    store::party::Entity::find().select_only().column(store::party::Column::CaseId).filter(which).into_query()
}

fn waits(role: &str) -> sea_orm::sea_query::Expr {
    Column::WaitsFor.contains(format!(" {role} "))
}
