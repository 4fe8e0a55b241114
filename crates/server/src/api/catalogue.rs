//! The three linked catalogues as a tree and as a graph, and what is missing in them.

use axum::Json;
use jiff::Timestamp;
use platform::{Code, catalogue};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::elements::EntryStatus;
use crate::{
    AppState, Problem,
    auth::Caller,
    extract::{Answer, InQuery},
    openapi::ReadProblems,
    page::{PageQuery, Paged},
};

/// Routes of the linked catalogues.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(catalogue_tree))
        .routes(routes!(catalogue_links))
        .routes(routes!(catalogue_gaps))
}

/// Which branch is opened. Nothing named is the district with its organisations.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct BranchQuery {
    /// Along which catalogue the data is shelved; `system` where nothing is said.
    #[param(inline, value_type = Option<Shelf>)]
    pub by: Option<catalogue::Shelf>,
    /// The branch of this organisation.
    pub organisation: Option<Uuid>,
    /// In it, the branch of this system or duty: its id, or `none` for the entries that name none.
    #[param(example = "none")]
    pub under: Option<String>,
}

impl BranchQuery {
    fn branch(self) -> Result<catalogue::Branch, Problem> {
        let unusable = || {
            Problem::new(Code::InvalidInput, "the branch cannot be found")
                .field("under", "must be the id of a system or duty, or `none`")
        };
        let under = match self.under.as_deref() {
            None => None,
            Some("none") => Some(catalogue::Under::Nothing),
            Some(id) => Some(catalogue::Under::This(id.parse().map_err(|_| unusable())?)),
        };
        Ok(catalogue::Branch {
            by: self.by.unwrap_or_default(),
            organisation: self.organisation.map(Into::into),
            under,
        })
    }
}

/// Opens one branch of the tree of catalogues: the organisations; an organisation's systems or duties, and last what names none;
/// the entries under one of them. Counted is what the reader may see.
#[utoipa::path(get, path = "/catalogue/tree", tag = "catalogue", params(BranchQuery, PageQuery), responses((status = 200, body = Paged<TreeNode>), ReadProblems))]
async fn catalogue_tree(
    caller: Caller,
    InQuery(branch): InQuery<BranchQuery>,
    InQuery(page): InQuery<PageQuery>,
) -> Answer<platform::Listing<catalogue::TreeNode>> {
    Ok(Json(caller.platform().catalogue_tree(&caller.ctx, branch.branch()?, page.page()?).await?))
}

/// Around what the graph is drawn: exactly one of the two.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AroundQuery {
    /// This organisation; left out with `entry`, too, it is the caller's own.
    pub organisation: Option<Uuid>,
    /// This entry.
    pub entry: Option<Uuid>,
}

/// Draws the graph around an organisation or an entry: duties, systems, entries and services, and what joins them. At most 300 of
/// each; `truncated` says when there is more.
#[utoipa::path(get, path = "/catalogue/links", tag = "catalogue", params(AroundQuery), responses((status = 200, body = Links), ReadProblems))]
async fn catalogue_links(caller: Caller, InQuery(around): InQuery<AroundQuery>) -> Answer<catalogue::Links> {
    let around = match (around.organisation, around.entry) {
        (None, Some(entry)) => catalogue::Around::Entry(entry.into()),
        (Some(organisation), None) => catalogue::Around::Organisation(organisation.into()),
        (None, None) => {
            let own = caller.organisation().ok_or_else(|| {
                Problem::new(Code::InvalidInput, "nothing is named around which to draw")
                    .field("organisation", "name an organisation or an entry")
            });
            catalogue::Around::Organisation(own?)
        }
        (Some(_), Some(_)) => {
            return Err(Problem::new(Code::InvalidInput, "a graph is drawn around one thing")
                .field("entry", "name an organisation or an entry, not both"));
        }
    };
    Ok(Json(caller.platform().catalogue_links(&caller.ctx, around).await?))
}

/// Which gaps are wanted.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct GapQuery {
    /// In which catalogue; `system` where nothing is said.
    #[param(inline, value_type = Option<Shelf>)]
    pub of: Option<catalogue::Shelf>,
    /// What is lacking; `entry` where nothing is said.
    #[param(inline, value_type = Option<Lack>)]
    pub lack: Option<catalogue::Lack>,
    /// Of this organisation; left out = of the whole district.
    pub organisation: Option<Uuid>,
}

/// Lists the systems or duties without a published entry 应编尽编, or without data 应归尽归.
#[utoipa::path(get, path = "/catalogue/gaps", tag = "catalogue", params(GapQuery, PageQuery), responses((status = 200, body = GapPage), ReadProblems))]
async fn catalogue_gaps(
    caller: Caller,
    InQuery(gap): InQuery<GapQuery>,
    InQuery(page): InQuery<PageQuery>,
) -> Answer<catalogue::GapPage> {
    let filter = catalogue::GapFilter {
        of: gap.of.unwrap_or_default(),
        lack: gap.lack.unwrap_or_default(),
        organisation: gap.organisation.map(Into::into),
    };
    Ok(Json(caller.platform().catalogue_gaps(&caller.ctx, filter, page.page()?).await?))
}

/// Along which of the two catalogues the data is shelved.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum Shelf {
    /// By the system that holds it.
    System,
    /// By the duty under which it arises.
    Duty,
}

/// What is lacking.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum Lack {
    /// No published entry: not catalogued.
    Entry,
    /// No entry whose data has come: not collected.
    Data,
}

/// What a node of the tree is.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum NodeKind {
    /// An organisation.
    Organisation,
    /// A system.
    System,
    /// A duty.
    Duty,
    /// The entries of an organisation that name no system or no duty.
    Unlinked,
    /// An entry.
    Entry,
}

/// A node of the tree.
#[derive(ToSchema)]
pub struct TreeNode {
    /// What it is.
    pub kind: NodeKind,
    /// Its id; `null` for the entries without a link.
    #[schema(required)]
    pub id: Option<Uuid>,
    /// Whose it is.
    pub organisation: Uuid,
    /// Its code; empty where it has none.
    pub code: String,
    /// Its name; empty for the entries without a link.
    pub title: String,
    /// The entries in it that the reader may see.
    pub entries: u64,
    /// Those of them that are published.
    pub published: u64,
    /// Nodes directly in it.
    pub children: u64,
    /// Where it stands, for an entry.
    #[schema(required)]
    pub status: Option<EntryStatus>,
}

/// A graph of what hangs together.
#[derive(ToSchema)]
pub struct Links {
    /// The things.
    pub nodes: Vec<LinkNode>,
    /// What joins them.
    pub edges: Vec<LinkEdge>,
    /// All entries there are, also those that were left out.
    pub entries: u64,
    /// Whether something was left out because there is too much.
    pub truncated: bool,
}

/// A thing in the graph.
#[derive(ToSchema)]
pub struct LinkNode {
    /// Its id.
    pub id: Uuid,
    /// What it is.
    pub kind: LinkKind,
    /// Its code; empty where it has none.
    pub code: String,
    /// Its name.
    pub title: String,
    /// Whose it is: the holder's, and the recipient's for a service.
    pub organisation: Uuid,
    /// Where an entry or a service stands.
    #[schema(required)]
    pub status: Option<String>,
}

/// What a thing in the graph is.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum LinkKind {
    /// A duty.
    Duty,
    /// A system.
    System,
    /// An entry.
    Entry,
    /// A service made from a grant of an entry.
    Service,
}

/// One link, from the reason to what follows from it.
#[derive(ToSchema)]
pub struct LinkEdge {
    /// From which thing.
    pub from: Uuid,
    /// To which.
    pub to: Uuid,
    /// What it means.
    pub kind: EdgeKind,
}

/// What a link means.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum EdgeKind {
    /// The system serves the duty.
    DutySystem,
    /// The data arises under the duty.
    DutyEntry,
    /// The system holds the data.
    SystemEntry,
    /// The service gives the data.
    EntryService,
}

/// A page of gaps.
#[derive(ToSchema)]
pub struct GapPage {
    /// The systems or duties that lack something, by organisation and code.
    pub items: Vec<GapLine>,
    /// How many lack it.
    pub total: u64,
    /// How many there are at all, so that the share can be told.
    pub all: u64,
}

/// A system or duty that lacks something.
#[derive(ToSchema)]
pub struct GapLine {
    /// Its id.
    pub id: Uuid,
    /// Whose.
    pub organisation: Uuid,
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Entries that name it already, in whatever status the reader may see.
    pub entries: u64,
}
