//! The catalogue in Excel: the template, a filled-in form that is taken over or comes back with its faults marked, the export.

use axum::{
    Json,
    body::to_bytes,
    extract::Request,
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use platform::{
    Code, Error, Fault,
    catalogue::{CellFault, Codes, Form, FormColumn, Grid},
    policy::{Action, Resource},
};
use serde::Deserialize;
use sheet::{Book, Cell, Column, Limits, Page, Refusal, Sheet};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::entries::EntryQuery;
use crate::{
    AppState,
    auth::Caller,
    extract::{IdempotencyKey, InQuery},
    openapi::{ActProblems, ReadProblems},
    problem::Problem,
};

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/// The largest form in bytes.
const MOST_BYTES: usize = 8 << 20;

/// Routes of workbooks.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(entries_template))
        .routes(routes!(entries_import))
        .routes(routes!(entries_export))
}

/// Gives the empty form: entries, items, lists to choose from (the caller's own duties and systems among them), and how it is
/// filled in.
#[utoipa::path(get, path = "/entries/template.xlsx", tag = "catalogue", responses((status = 200, description = "the workbook", content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", body = Vec<u8>), ReadProblems))]
async fn entries_template(caller: Caller) -> Result<Response, Problem> {
    let (form, codes) = (Form::load()?, caller.platform().form_codes(&caller.ctx).await?);
    workbook(book(&form, &codes, Vec::new(), Vec::new()), "catalogue-template.xlsx").await
}

/// How a form is taken over.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ImportQuery {
    /// Only tell what would be.
    #[serde(default)]
    #[param(default = false)]
    pub dry_run: bool,
}

/// Takes a filled-in form over: every row becomes a draft, or none does. Faults are told with sheet, cell and reason; whoever
/// accepts a workbook gets the same form back with the faulty cells in red. At most 500 entries, 20,000 items and 8 MiB.
#[utoipa::path(
    post, path = "/entries/import", tag = "catalogue",
    params(ImportQuery, ("idempotency-key" = Option<String>, Header, description = "repeating the import with the same key repeats nothing")),
    request_body(content((Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")), description = "the workbook"),
    responses((status = 200, body = Imported), ActProblems)
)]
async fn entries_import(
    caller: Caller,
    InQuery(how): InQuery<ImportQuery>,
    key: IdempotencyKey,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, Problem> {
    // Who may not write the catalogue is told so before a byte of the form is taken.
    let owner = caller.organisation().unwrap_or(platform::OrganisationId(Uuid::nil()));
    caller.platform().may(&caller.ctx, Action::EditCatalogue, &Resource::thing(None, owner))?;
    let bytes = to_bytes(request.into_body(), MOST_BYTES).await.map_err(|error| {
        Problem::new(Code::LimitExceeded, format!("a form has at most {MOST_BYTES} bytes, and must arrive whole"))
            .hint("split it")
            .because(error)
    })?;
    let sheets = off_the_path(move || sheet::read(&bytes, &Limits::default())).await?.map_err(|refusal| {
        let error = Error::new(Code::FileRefused, refusal.to_string()).fault(fault_of(&refusal));
        error.hint("fill in the template and save it as XLSX")
    })?;
    let grids: Vec<Grid> = sheets.into_iter().map(grid).collect();
    let done = caller.platform().import_entries(&caller.ctx, &grids, how.dry_run, key.0).await?;
    let wants_workbook =
        headers.get(header::ACCEPT).is_some_and(|accept| accept.as_bytes().starts_with(XLSX.as_bytes()));
    if !wants_workbook {
        return Ok(Json(done).into_response());
    }
    let (form, codes) = (Form::load()?, caller.platform().form_codes(&caller.ctx).await?);
    workbook(marked(&form, &codes, &grids, &done.faults), "catalogue-faults.xlsx").await
}

/// Gives the entries of a list as a filled-in form, which can be changed and taken over again: drafts where the reader may see
/// them, otherwise what is published. At most 2,000 entries.
#[utoipa::path(get, path = "/entries/export.xlsx", tag = "catalogue", params(EntryQuery), responses((status = 200, description = "the workbook", content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", body = Vec<u8>), ReadProblems))]
async fn entries_export(caller: Caller, InQuery(filter): InQuery<EntryQuery>) -> Result<Response, Problem> {
    let rows = caller.platform().export_entries(&caller.ctx, &filter.filter()).await?;
    let form = Form::load()?;
    let cells =
        |rows: Vec<Vec<String>>| rows.into_iter().map(|row| row.into_iter().map(Cell::from).collect()).collect();
    workbook(book(&form, &Codes::default(), cells(rows.entries), cells(rows.items)), "catalogue.xlsx").await
}

/// The whole workbook of the form.
fn book(form: &Form, codes: &Codes, entries: Vec<Vec<Cell>>, items: Vec<Vec<Cell>>) -> Book {
    let page = |name: &str, columns: &[FormColumn], rows| Page {
        name: name.to_owned(),
        columns: columns.iter().map(|column| styled(form, codes, column)).collect(),
        rows,
    };
    let pages = vec![
        page(&form.entries, &form.entry_columns, entries),
        page(&form.items, &form.item_columns, items),
        help(form),
    ];
    Book { pages, lists: form.lists.clone() }
}

fn styled(form: &Form, codes: &Codes, column: &FormColumn) -> Column {
    Column {
        heading: column.heading.clone(),
        help: column.help.clone(),
        needed: column.needed > 0,
        width: column.width,
        choices: form.offered(column, codes),
    }
}

/// The sheet that explains: what holds for the whole, then every column.
fn help(form: &Form) -> Page {
    let widths = [14, 16, 16, 80];
    let heading = |(heading, width): (&String, u8)| Column { heading: heading.clone(), width, ..Column::default() };
    let note = |note: &String| vec![Cell::default(), Cell::default(), Cell::default(), note.as_str().into()];
    let line = |sheet: &str, column: &FormColumn| {
        let needed = form.needed.get(column.needed).map_or("", String::as_str);
        vec![sheet.into(), column.heading.as_str().into(), needed.into(), column.help.as_str().into()]
    };
    let entries = form.entry_columns.iter().map(|column| line(&form.entries, column));
    let items = form.item_columns.iter().map(|column| line(&form.items, column));
    Page {
        name: form.help.clone(),
        columns: form.help_heading.iter().zip(widths).map(heading).collect(),
        rows: form.notes.iter().map(note).chain(entries).chain(items).collect(),
    }
}

/// Why a file is no form, as a code.
fn fault_of(refusal: &Refusal) -> Fault {
    let (code, values) = match refusal {
        Refusal::NotAWorkbook(content) => ("not_a_workbook", vec![("content_is", (*content).to_owned())]),
        Refusal::Damaged => ("damaged_workbook", Vec::new()),
        Refusal::TooLarge { most, what } => {
            ("too_large_workbook", vec![("most", most.to_string()), ("what", (*what).to_owned())])
        }
    };
    let values = values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Fault { code: code.to_owned(), values }
}

/// The form as it came, row for row and column for column, with the faulty cells marked.
fn marked(form: &Form, codes: &Codes, grids: &[Grid], faults: &[CellFault]) -> Book {
    let mut pages = Vec::new();
    for (name, columns) in [(&form.entries, &form.entry_columns), (&form.items, &form.item_columns)] {
        let found = grids.iter().find(|grid| grid.name == *name);
        let headings = found.and_then(|grid| grid.rows.first()).map(|(_, cells)| cells.as_slice()).unwrap_or_default();
        let of_heading = |heading: &String| match columns.iter().find(|column| column.heading == *heading) {
            Some(column) => styled(form, codes, column),
            None => Column { heading: heading.clone(), width: 14, ..Column::default() },
        };
        let columns = match headings {
            [] => columns.iter().map(|column| styled(form, codes, column)).collect(),
            headings => headings.iter().map(of_heading).collect(),
        };
        let mut page = Page { name: name.clone(), columns, rows: Vec::new() };
        for (number, cells) in found.into_iter().flat_map(|grid| grid.rows.iter().skip(1)) {
            // Row 1 are the headings; empty rows stay where they were, so that cells keep their names.
            let at = usize::try_from(number.saturating_sub(2)).unwrap_or(0);
            page.rows.resize(page.rows.len().max(at), Vec::new());
            page.rows.push(cells.iter().map(|cell| cell.as_str().into()).collect());
        }
        for fault in faults.iter().filter(|fault| fault.sheet == *name) {
            mark(&mut page, fault);
        }
        pages.push(page);
    }
    pages.push(help(form));
    Book { pages, lists: form.lists.clone() }
}

fn mark(page: &mut Page, fault: &CellFault) {
    let Some(at) = fault.row.checked_sub(2).and_then(|at| usize::try_from(at).ok()) else {
        // A heading is at fault: it says so itself.
        if let Some(column) = page.columns.get_mut(fault.column) {
            column.help.clone_from(&fault.told);
            column.needed = true;
        }
        return;
    };
    let Some(row) = page.rows.get_mut(at) else { return };
    if row.len() <= fault.column {
        row.resize(fault.column.saturating_add(1), Cell::default());
    }
    if let Some(cell) = row.get_mut(fault.column) {
        let told = match cell.fault.take() {
            Some(before) => format!("{before}；{}", fault.told),
            None => fault.told.clone(),
        };
        cell.fault = Some(told);
    }
}

fn grid(sheet: Sheet) -> Grid {
    Grid { name: sheet.name, rows: sheet.rows.into_iter().map(|row| (row.number, row.cells)).collect() }
}

async fn workbook(book: Book, name: &'static str) -> Result<Response, Problem> {
    let bytes = off_the_path(move || sheet::write(&book)).await?;
    let bytes = bytes.map_err(|error| Problem::new(Code::Internal, "the workbook cannot be written").because(error))?;
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(XLSX)),
        (header::CONTENT_DISPOSITION, disposition.unwrap_or(HeaderValue::from_static("attachment"))),
    ];
    Ok((headers, bytes).into_response())
}

/// Packing and unpacking takes a while, so it is done where others do not wait for it.
async fn off_the_path<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| Error::new(Code::Internal, "the work on a workbook broke off").because(error).into())
}

/// What came of a form.
#[derive(ToSchema)]
pub struct Imported {
    /// Whether it was taken over; never with a fault, never on trial.
    pub imported: bool,
    /// Entries in it.
    pub entries: u64,
    /// Those that are new.
    pub new: u64,
    /// Those that change the draft of an entry that is there.
    pub changed: u64,
    /// Items in it.
    pub items: u64,
    /// Entries that lack elements and cannot be handed over for review yet.
    pub incomplete: u64,
    /// Every cell at fault.
    pub faults: Vec<CellFaultView>,
    /// The entries, in the form's order, when it was taken over.
    pub ids: Vec<Uuid>,
}

/// A cell that is at fault.
#[derive(ToSchema)]
#[schema(as = CellFault)]
pub struct CellFaultView {
    /// The sheet.
    pub sheet: String,
    /// The cell, e.g. `C5`.
    pub cell: String,
    /// Its row, from 1.
    pub row: u32,
    /// Its column's number, from 0.
    pub column: usize,
    /// The element, e.g. `items[2].length`.
    pub path: String,
    /// The fault's word, e.g. `missing`, `choice`, `date`, `duty`, `taken`.
    pub code: String,
    /// What is wrong and what to do, in the words of the form.
    pub told: String,
}
