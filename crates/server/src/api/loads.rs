//! Handing data in, and what came of it.

use std::{collections::BTreeMap, path::PathBuf};

use axum::{
    Json,
    body::{Body, BodyDataStream},
    extract::{FromRequest, Multipart, Request, State},
    http::{HeaderMap, header},
};
use futures::{Stream, StreamExt};
use platform::{
    Code, EntryId, Error, Fault, LoadId, collection,
    lake::{Certificate, Rejected},
    policy::{Action, Resource},
};
use serde::Deserialize;
use tempfile::TempPath;
use tokio::io::{AsyncWriteExt, BufWriter};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    PREFIX,
    certificates::{Certificate as CertificateView, LoadLine, LoadView, Loaded, Preview, Rejected as RejectedView},
    duties::OwnerQuery,
};
use crate::{
    AppState,
    auth::Caller,
    extract::{Answer, IdempotencyKey, InPath, InQuery},
    openapi::{ActProblems, ReadProblems},
    page::{PageQuery, Paged},
    problem::{Problem, Transport},
    progress::Teller,
};

/// Routes about loads, without the handing in itself.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(loads_list))
        .routes(routes!(loads_of))
        .routes(routes!(loads_get))
        .routes(routes!(loads_rejected))
        .routes(routes!(entries_preview))
}

/// The route by which files come in. It has no deadline of its own: a request lasts as long as its file keeps arriving.
pub fn upload_routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().nest(PREFIX, OpenApiRouter::new().routes(routes!(loads_create)))
}

/// What is said about the file.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FileQuery {
    /// The file's name as the organisation calls it, e.g. `streets.csv`; a multipart upload brings its own.
    pub name: Option<String>,
    /// The sheet of a workbook; left out = the first.
    pub sheet: Option<String>,
}

/// Hands a file in for a published entry, or for a draft whose data a request waits for: as the raw body, or as the first file of a multipart form. The load is atomic; rows
/// that do not fit are kept aside with their reasons. Repeating it with the same `idempotency-key` repeats nothing.
#[utoipa::path(
    post, path = "/entries/{id}/loads", tag = "collection",
    params(
        ("id" = Uuid, Path, description = "the entry"),
        FileQuery,
        ("idempotency-key" = Option<Uuid>, Header, description = "a UUID chosen by the caller, which becomes the load's id")
    ),
    request_body(content(
        (Vec<u8> = "application/octet-stream"),
        (FileForm = "multipart/form-data")
    ), description = "CSV, XLSX, XLS or JSON lines; may be gzip-compressed"),
    responses((status = 200, body = Loaded), ActProblems)
)]
async fn loads_create(
    State(state): State<AppState>,
    caller: Caller,
    InPath(id): InPath<EntryId>,
    InQuery(about): InQuery<FileQuery>,
    key: IdempotencyKey,
    headers: HeaderMap,
    request: Request,
) -> Answer<collection::Loaded> {
    // Who may not hand in is told so before a byte of the file is taken.
    let entry = caller.platform().entry(&caller.ctx, id).await?;
    caller.platform().may(&caller.ctx, Action::HandIn, &Resource::thing(Some(id.0), entry.line.organisation))?;
    let load = load_id(key)?.unwrap_or_else(|| LoadId(caller.ctx.uuid()));
    let length = length_of(&headers);
    let teller = state.loads.begin(load, id, entry.line.organisation, length);
    let (name, file) = receive(&state, &about, &headers, request, &teller).await?;
    // The load goes on when the caller breaks off: once the whole file is here it has been handed in.
    let done = tokio::spawn(async move {
        let hand_in = collection::HandIn { path: file.to_path_buf(), name, sheet: about.sheet };
        let loaded = caller.platform().hand_in_once(&caller.ctx, id, load, hand_in, teller.loading()).await;
        drop((file, teller));
        loaded
    });
    let loaded = done.await.map_err(|error| Problem::new(Code::Internal, "the load broke off").because(error))?;
    Ok(Json(loaded?))
}

/// Which loads are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct LoadsQuery {
    /// Only those that stand so: `running`, `accepted`, `refused` or `stopped`.
    state: Option<String>,
    /// Of the whole district, for who reads the log.
    #[serde(default)]
    #[param(default = false)]
    district: bool,
}

/// Lists the loads of an organisation or of the whole district, newest first.
#[utoipa::path(get, path = "/loads", tag = "collection", params(OwnerQuery, LoadsQuery, PageQuery), responses((status = 200, body = Paged<LoadLine>), ReadProblems))]
async fn loads_of(
    caller: Caller,
    InQuery(of): InQuery<OwnerQuery>,
    InQuery(wanted): InQuery<LoadsQuery>,
    InQuery(page): InQuery<PageQuery>,
) -> Answer<platform::Listing<collection::LoadLine>> {
    let organisation = if wanted.district { None } else { Some(of.organisation(&caller)?) };
    let state = wanted.state.as_deref();
    Ok(Json(caller.platform().loads_of(&caller.ctx, organisation, state, page.page()?).await?))
}

/// Lists the loads of an entry, newest first.
#[utoipa::path(get, path = "/entries/{id}/loads", tag = "collection", params(("id" = Uuid, Path, description = "the entry"), PageQuery), responses((status = 200, body = Paged<LoadView>), ReadProblems))]
async fn loads_list(
    caller: Caller,
    InPath(id): InPath<EntryId>,
    InQuery(page): InQuery<PageQuery>,
) -> Answer<platform::Listing<collection::LoadView>> {
    Ok(Json(caller.platform().loads(&caller.ctx, id, page.page()?).await?))
}

/// Shows the reconciliation certificate of a load: rows in = accepted + rejected.
#[utoipa::path(get, path = "/loads/{id}", tag = "collection", params(("id" = Uuid, Path, description = "the load")), responses((status = 200, body = CertificateView), ReadProblems))]
async fn loads_get(caller: Caller, InPath(id): InPath<LoadId>) -> Answer<Certificate> {
    Ok(Json(caller.platform().certificate(&caller.ctx, id).await?))
}

/// Lists the rows of a load that were kept aside, in the file's order, each with its reason.
#[utoipa::path(get, path = "/loads/{id}/rejected", tag = "collection", params(("id" = Uuid, Path, description = "the load"), PageQuery), responses((status = 200, body = Paged<RejectedView>), ReadProblems))]
async fn loads_rejected(
    caller: Caller,
    InPath(id): InPath<LoadId>,
    InQuery(page): InQuery<PageQuery>,
) -> Answer<platform::Listing<Rejected>> {
    Ok(Json(caller.platform().rejected(&caller.ctx, id, page.page()?).await?))
}

/// How many rows are shown.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PreviewQuery {
    /// Rows to show.
    #[param(minimum = 1, maximum = 100, default = 20)]
    pub limit: Option<usize>,
}

/// Shows the first rows of an entry's data under the entry's default masks.
#[utoipa::path(get, path = "/entries/{id}/preview", tag = "collection", params(("id" = Uuid, Path, description = "the entry"), PreviewQuery), responses((status = 200, body = Preview), ReadProblems))]
async fn entries_preview(
    caller: Caller,
    InPath(id): InPath<EntryId>,
    InQuery(query): InQuery<PreviewQuery>,
) -> Answer<collection::Preview> {
    Ok(Json(caller.platform().preview(&caller.ctx, id, query.limit.unwrap_or(20)).await?))
}

/// A multipart form with a file.
#[derive(ToSchema)]
pub struct FileForm {
    /// The file.
    #[schema(value_type = String, format = Binary)]
    pub file: Vec<u8>,
}

/// Writes what arrives to a file of its own, which is removed when the returned path is dropped.
async fn receive(
    state: &AppState,
    about: &FileQuery,
    headers: &HeaderMap,
    request: Request,
    teller: &Teller,
) -> Result<(String, TempPath), Problem> {
    if length_of(headers).is_some_and(|length| length > state.settings.file_bytes) {
        return Err(too_long(state));
    }
    let form =
        headers.get(header::CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"multipart/form-data"));
    if !form {
        let name = about.name.clone().ok_or_else(no_name)?;
        let path = write(state, whole(request.into_body()), teller).await?;
        return Ok((name, path));
    }
    let unreadable = |error: axum::extract::multipart::MultipartError| {
        Problem::new(Code::InvalidInput, "the form cannot be read").because(error)
    };
    let form = Multipart::from_request(request, state).await;
    let mut form = form.map_err(|error| {
        Problem::transport(Transport::UnsupportedMediaType, "the form has no boundary").because(error)
    })?;
    while let Some(field) = form.next_field().await.map_err(unreadable)? {
        if field.file_name().is_none() && field.name() != Some("file") {
            continue;
        }
        let name = about.name.clone().or_else(|| field.file_name().map(str::to_owned)).ok_or_else(no_name)?;
        let pieces = field.map(|piece| piece.map_err(|error| Box::new(error) as BoxError));
        return Ok((name, write(state, pieces, teller).await?));
    }
    Err(Problem::new(Code::InvalidInput, "the form has no file").field("file", "is missing"))
}

type BoxError = Box<dyn std::error::Error + Send + Sync>;

fn whole(body: Body) -> impl Stream<Item = Result<axum::body::Bytes, BoxError>> + Unpin {
    let pieces: BodyDataStream = body.into_data_stream();
    pieces.map(|piece| piece.map_err(|error| error.into_inner()))
}

async fn write<S>(state: &AppState, mut pieces: S, teller: &Teller) -> Result<TempPath, Problem>
where
    S: Stream<Item = Result<axum::body::Bytes, BoxError>> + Unpin,
{
    let failed = |error: std::io::Error| Problem::new(Code::Internal, "the file cannot be kept").because(error);
    let (file, path) = fresh_file(state.settings.uploads.clone()).await?;
    let mut file = BufWriter::with_capacity(256 * 1024, tokio::fs::File::from_std(file));
    let mut length = 0u64;
    loop {
        let next = tokio::time::timeout(state.settings.body_timeout, pieces.next()).await;
        let Ok(next) = next else {
            return Err(Problem::transport(Transport::TooSlow, "the file stopped arriving")
                .hint("hand it in again; nothing of it was kept"));
        };
        let Some(piece) = next else { break };
        let piece = piece.map_err(|error| {
            Problem::new(Code::InvalidInput, "the file ended before it was complete")
                .hint("hand it in again; nothing of it was kept")
                .because(error)
        })?;
        length = length.saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
        if length > state.settings.file_bytes {
            return Err(too_long(state));
        }
        file.write_all(&piece).await.map_err(failed)?;
        teller.received(length);
    }
    file.flush().await.map_err(failed)?;
    if length == 0 {
        let fault = Fault { code: "empty".to_owned(), values: BTreeMap::new() };
        return Err(Error::new(Code::FileRefused, "the file is empty").fault(fault).into());
    }
    Ok(path)
}

fn length_of(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()).and_then(|value| value.parse().ok())
}

async fn fresh_file(folder: PathBuf) -> Result<(std::fs::File, TempPath), Problem> {
    let made = tokio::task::spawn_blocking(move || {
        std::fs::create_dir_all(&folder)?;
        tempfile::Builder::new().prefix("hand-in-").tempfile_in(folder).map(tempfile::NamedTempFile::into_parts)
    });
    let failed = |error: BoxError| Problem::new(Code::Internal, "the file cannot be kept").because(error);
    made.await.map_err(|error| failed(error.into()))?.map_err(|error| failed(error.into()))
}

/// The load's id, when the caller chose one.
fn load_id(key: IdempotencyKey) -> Result<Option<LoadId>, Problem> {
    let unusable = || {
        Problem::new(Code::InvalidInput, "the header `idempotency-key` cannot be used")
            .hint("send a fresh UUID for every file: it becomes the load's id")
    };
    key.0.map(|key| key.parse().map_err(|_| unusable())).transpose()
}

fn too_long(state: &AppState) -> Problem {
    Problem::new(Code::LimitExceeded, format!("a file has at most {} bytes", state.settings.file_bytes))
        .hint("split it, or compress it with gzip")
}

fn no_name() -> Problem {
    Problem::new(Code::InvalidInput, "the file has no name")
        .field("name", "say how the organisation calls the file, e.g. `?name=streets.csv`")
}
