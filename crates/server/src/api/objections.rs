//! The public's door: objecting to data without a session, and following the objection by its receipt number.

use axum::Json;
use jiff::Timestamp;
use platform::objection;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    AppState,
    auth::Anyone,
    extract::{Answer, Body, InPath},
    openapi::{PublicProblems, ReadProblems},
};

/// Routes of the public's objections.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(objections_raise)).routes(routes!(objections_get))
}

/// Objects to the data of a published entry, as a member of the public. Nobody has to log in, and whoever is logged in speaks as
/// the public here too; an organisation of the district objects by opening a case. The receipt number is shown this once.
#[utoipa::path(post, path = "/objections", tag = "objections", request_body = ObjectionInput, security(()), responses((status = 200, body = Raised), PublicProblems))]
async fn objections_raise(anyone: Anyone, Body(input): Body<objection::ObjectionInput>) -> Answer<objection::Raised> {
    Ok(Json(anyone.platform().raise_objection(&anyone.ctx, input).await?))
}

/// Shows how an objection stands, to whoever has its receipt number; hyphens, blanks and small letters make no difference.
#[utoipa::path(get, path = "/objections/{receipt_number}", tag = "objections", params(("receipt_number" = String, Path, description = "as it was shown when the objection was raised")), security(()), responses((status = 200, body = ObjectionView), ReadProblems))]
async fn objections_get(anyone: Anyone, InPath(number): InPath<String>) -> Answer<objection::ObjectionView> {
    Ok(Json(anyone.platform().objection(&number).await?))
}

/// What a member of the public objects to.
#[derive(ToSchema)]
#[schema(as = ObjectionInput)]
pub struct ObjectionInput {
    /// The published entry whose data is wrong.
    pub entry: Uuid,
    /// Which record, what is wrong with it, what would be right.
    #[schema(min_length = 1, max_length = 2000)]
    pub statement: String,
    /// How the person can be reached, if they wish to be. Read by those who verify the objection, and by nobody else.
    #[schema(max_length = 200)]
    pub contact: Option<String>,
}

/// What the person gets.
#[derive(ToSchema)]
pub struct Raised {
    /// Shown this once: whoever has it can follow the objection.
    #[schema(example = "7QK2M-9D0XB-4TFWE-1HJ6N")]
    pub receipt_number: String,
    /// How it stands.
    pub objection: ObjectionView,
}

/// An objection as its receipt number shows it.
#[derive(ToSchema)]
pub struct ObjectionView {
    /// The entry.
    pub entry: Uuid,
    /// The entry's title.
    pub title: String,
    /// The state.
    pub state: String,
    /// The state's title.
    pub state_title: String,
    /// Whether it has ended.
    pub ended: bool,
    /// When it was raised.
    pub raised_at: Timestamp,
    /// What was done, oldest first.
    pub steps: Vec<ObjectionStep>,
}

/// One act on an objection.
#[derive(ToSchema)]
pub struct ObjectionStep {
    /// The act's title.
    pub title: String,
    /// When it was done.
    pub at: Timestamp,
    /// The articles it rests on.
    pub articles: Vec<String>,
    /// What the organisation wrote with it.
    pub answers: Vec<String>,
}
