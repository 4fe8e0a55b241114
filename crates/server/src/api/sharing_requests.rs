//! Demands for data of other organisations.

use axum::Json;
use platform::{RequestId, sharing};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    cases::Receipt,
    demands::{Elements, RequestInput, RequestView, SignedCommitment},
};
use crate::{
    AppState,
    auth::Caller,
    extract::{Answer, Body, IdempotencyKey, InPath, InQuery},
    openapi::{ActProblems, ReadProblems},
    page::{PageQuery, Paged},
};

/// Routes of demands.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(sharing_requests_list, sharing_requests_create))
        .routes(routes!(sharing_requests_commitment_text))
        .routes(routes!(sharing_requests_sign_commitment))
        .routes(routes!(sharing_requests_get))
        .routes(routes!(sharing_requests_supplement))
        .routes(routes!(sharing_requests_commitment))
}

/// Lists the requests that concern the caller's organisation, newest first; an office and an auditor see all.
#[utoipa::path(get, path = "/sharing-requests", tag = "sharing", params(PageQuery), responses((status = 200, body = Paged<RequestView>), ReadProblems))]
async fn sharing_requests_list(
    caller: Caller,
    InQuery(page): InQuery<PageQuery>,
) -> Answer<platform::Listing<sharing::RequestView>> {
    Ok(Json(caller.platform().requests(&caller.ctx, page.page()?).await?))
}

/// Asks for an entry's data and opens the request's case. Elements that are missing are asked for once, in writing; they are
/// no error.
#[utoipa::path(post, path = "/sharing-requests", tag = "sharing", request_body = RequestInput, params(("idempotency-key" = Option<String>, Header, description = "repeating the request with the same key repeats nothing")), responses((status = 200, body = Asked), ActProblems))]
async fn sharing_requests_create(
    caller: Caller,
    key: IdempotencyKey,
    Body(input): Body<sharing::RequestInput>,
) -> Answer<Asked> {
    let (request, receipt) = caller.platform().ask_once(&caller.ctx, input, key.0).await?;
    Ok(Json(Asked { request, receipt }))
}

/// Gives the text that has to be signed for these elements.
#[utoipa::path(post, path = "/sharing-requests/commitment-text", tag = "sharing", request_body = RequestInput, responses((status = 200, body = CommitmentText), ActProblems))]
async fn sharing_requests_commitment_text(
    caller: Caller,
    Body(input): Body<sharing::RequestInput>,
) -> Answer<CommitmentText> {
    Ok(Json(CommitmentText { text: caller.platform().commitment_text(&caller.ctx, &input).await? }))
}

/// Signs the commitment for these elements with the key that the platform keeps for the caller's organisation. The caller's
/// password confirms it; the answer is the commitment to hand in.
#[utoipa::path(post, path = "/sharing-requests/commitment", tag = "sharing", request_body = CommitmentOrder, responses((status = 200, body = SignedCommitment), ActProblems))]
async fn sharing_requests_sign_commitment(
    caller: Caller,
    Body(order): Body<CommitmentOrder>,
) -> Answer<sharing::SignedCommitment> {
    Ok(Json(caller.platform().sign_commitment(&caller.ctx, &order.request, &order.password).await?))
}

/// A commitment to be signed with the kept key.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CommitmentOrder {
    /// What will be asked for; a commitment in it is left out of account.
    #[schema(value_type = RequestInput)]
    pub request: sharing::RequestInput,
    /// The caller's password.
    pub password: String,
}

/// Shows a request.
#[utoipa::path(get, path = "/sharing-requests/{id}", tag = "sharing", params(("id" = Uuid, Path, description = "the request")), responses((status = 200, body = RequestView), ReadProblems))]
async fn sharing_requests_get(caller: Caller, InPath(id): InPath<RequestId>) -> Answer<sharing::RequestView> {
    Ok(Json(caller.platform().request(&caller.ctx, id).await?))
}

/// Supplies what was missing, once it was asked for. Elements that are not stated again stay as they were.
#[utoipa::path(post, path = "/sharing-requests/{id}/supplement", tag = "sharing", request_body = Elements, params(("id" = Uuid, Path, description = "the request"), ("idempotency-key" = Option<String>, Header, description = "repeating the supplement with the same key repeats nothing")), responses((status = 200, body = Asked), ActProblems))]
async fn sharing_requests_supplement(
    caller: Caller,
    InPath(id): InPath<RequestId>,
    key: IdempotencyKey,
    Body(more): Body<sharing::Elements>,
) -> Answer<Asked> {
    let (request, receipt) = caller.platform().supplement_once(&caller.ctx, id, more, key.0).await?;
    Ok(Json(Asked { request, receipt }))
}

/// Shows the signed commitment kept with a request, after verifying it once more.
#[utoipa::path(get, path = "/sharing-requests/{id}/commitment", tag = "sharing", params(("id" = Uuid, Path, description = "the request")), responses((status = 200, body = SignedCommitment), ReadProblems))]
async fn sharing_requests_commitment(
    caller: Caller,
    InPath(id): InPath<RequestId>,
) -> Answer<sharing::SignedCommitment> {
    Ok(Json(caller.platform().verify_commitment(&caller.ctx, id).await?))
}

/// A request with the act that made or changed it.
#[derive(Serialize, ToSchema)]
pub struct Asked {
    /// The request.
    #[schema(value_type = RequestView)]
    pub request: sharing::RequestView,
    /// The act.
    #[schema(value_type = Receipt)]
    pub receipt: platform::docket::Receipt,
}

/// What has to be signed.
#[derive(Serialize, ToSchema)]
pub struct CommitmentText {
    /// The text, exactly; the signature is over its UTF-8 bytes.
    pub text: String,
}
