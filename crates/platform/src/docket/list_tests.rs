//! Lists of cases on a long docket: a page is read in the order of an index, and no index but one of ours is needed for it.

use sea_orm::{ConnectionTrait, DbBackend, QuerySelect, QueryTrait, Select};

use super::{list::in_order, *};
use crate::{
    Ctx, Page, Platform,
    error::Result,
    testkit::{District, Store, databases},
};

/// How many cases a long docket has.
const MANY: u64 = 2_000;

/// A case without a term, raised by transport against housing, and as many like it.
async fn long_docket(district: &District) -> Result<()> {
    let ctx = district.ctx("transport.executive").await?;
    let opening = Opening {
        procedure: "objection".into(),
        pack: None,
        subject: (SubjectKind::Record, ctx.uuid()),
        title: None,
        provider: Some(district.organisation("housing")?),
        demander: Some(district.organisation("transport")?),
        parties: Default::default(),
        facts: Default::default(),
        act: ActInput::new("raise").role("demander").paper("objection_statement", "第三行的门牌号有误"),
        parent: None,
    };
    let receipt = district.platform.open_case(&ctx, opening).await?;
    district.platform.stock_cases(&district.machine(), receipt.case, MANY).await
}

/// What SQLite means to do, one line a step.
async fn plan(platform: &Platform, query: Select<store::case::Entity>) -> Result<String> {
    let mut statement = query.limit(50).build(DbBackend::Sqlite);
    statement.sql = format!("EXPLAIN QUERY PLAN {}", statement.sql);
    let rows = platform.db().read().query_all_raw(statement).await?;
    let steps = rows.iter().map(|row| row.try_get::<String>("", "detail"));
    Ok(steps.collect::<std::result::Result<Vec<_>, _>>()?.join("\n"))
}

/// A page of a long docket is cut out of an index and not sorted anew, whoever oversees reads it and in whatever order.
#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_read_in_the_order_of_an_index() -> Result<()> {
    let district = District::open(Store::Memory).await?;
    long_docket(&district).await?;
    let ctx = district.ctx("authority.officer").await?;
    let orders = [
        (CaseOrder::Due, "docket_case_list_by_due"),
        (CaseOrder::Changed, "docket_case_list_by_change"),
        (CaseOrder::Opened, "docket_case_list_by_opening"),
    ];
    for (order, index) in orders {
        let filter = CaseFilter { order, ended: Some(false), ..CaseFilter::default() };
        let steps =
            plan(&district.platform, in_order(district.platform.cases_wanted(&ctx.who, &filter), order)).await?;
        assert!(steps.contains(index) && !steps.contains("TEMP B-TREE"), "{order:?}:\n{steps}");
    }
    let searched = CaseFilter { text: Some("名单".to_owned()), ..CaseFilter::default() };
    let searched = in_order(district.platform.cases_wanted(&ctx.who, &searched), CaseOrder::Due);
    let steps = plan(&district.platform, searched).await?;
    assert!(
        !steps.contains("SCAN entry") && !steps.contains("SCAN organisation"),
        "a catalogue is never searched:\n{steps}"
    );
    district.close().await
}

/// Pages of a long docket add up to its total, without a case twice or none at all, in each order.
#[tokio::test(flavor = "multi_thread")]
async fn pages_of_a_long_docket_add_up() -> Result<()> {
    for store in databases() {
        let district = District::open(store).await?;
        long_docket(&district).await?;
        let ctx = district.ctx("housing.executive").await?;
        for order in [CaseOrder::Due, CaseOrder::Changed, CaseOrder::Opened] {
            let filter = CaseFilter { order, waiting_for_me: true, ..CaseFilter::default() };
            assert_eq!(seen(&district, &ctx, &filter).await?, MANY + 1, "{order:?}");
        }
        district.close().await?;
    }
    Ok(())
}

/// How many different cases all pages hold.
async fn seen(district: &District, ctx: &Ctx, filter: &CaseFilter) -> Result<u64> {
    let mut ids = std::collections::BTreeSet::new();
    let mut total = 1;
    let mut offset = 0;
    while offset < total {
        let page = district.platform.cases(ctx, filter, Page { offset, limit: Page::MOST }).await?;
        total = page.total;
        ids.extend(page.items.iter().map(|line| line.head.id));
        offset += Page::MOST;
    }
    assert_eq!(ids.len() as u64, total);
    Ok(total)
}
