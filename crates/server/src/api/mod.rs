//! `/api/v1`: one file per resource, named as the platform's slices name it. Each file registers its operations together with
//! their description and ends with the shapes of its answers.
//!
//! Where the wire form is the platform's own serde form, the types here only *describe* it (and a test holds both together);
//! where the wire form differs, they are made from the platform's.

pub mod acts;
pub mod amendments;
pub mod calendar;
pub mod calls;
pub mod case_list;
pub mod cases;
pub mod catalogue;
pub mod certificates;
pub mod clients;
pub mod demands;
pub mod demonstration;
pub mod duties;
pub mod elements;
pub mod entries;
pub mod evidence;
pub mod explanations;
pub mod figures;
pub mod findings;
pub mod gateway;
pub mod health;
pub mod histories;
pub mod law;
pub mod letters;
pub mod loads;
pub mod notices;
pub mod objections;
pub mod openings;
pub mod organisations;
pub mod people;
pub mod policy;
pub mod possible;
pub mod procedures;
pub mod registers;
pub mod services;
pub mod sessions;
pub mod setup;
pub mod sharing_requests;
pub mod sheets;
pub mod state;
pub mod watching;

use utoipa_axum::router::OpenApiRouter;

use crate::AppState;

/// Where the API lies.
pub const PREFIX: &str = "/api/v1";

/// Every operation of the API that is answered within the ordinary deadline.
pub fn routes() -> OpenApiRouter<AppState> {
    let resources = [
        sessions::routes(),
        organisations::routes(),
        people::routes(),
        clients::routes(),
        policy::routes(),
        setup::routes(),
        duties::routes(),
        entries::routes(),
        catalogue::routes(),
        sheets::routes(),
        histories::routes(),
        loads::routes(),
        watching::routes(),
        sharing_requests::routes(),
        services::routes(),
        calls::routes(),
        case_list::routes(),
        cases::routes(),
        explanations::routes(),
        openings::routes(),
        findings::routes(),
        notices::routes(),
        objections::routes(),
        acts::routes(),
        evidence::routes(),
        letters::routes(),
        law::routes(),
        calendar::routes(),
        procedures::routes(),
        registers::routes(),
        amendments::routes(),
        state::routes(),
        figures::routes(),
        demonstration::routes(),
    ];
    let all = resources.into_iter().fold(OpenApiRouter::default(), OpenApiRouter::merge);
    OpenApiRouter::default().nest(PREFIX, all)
}
