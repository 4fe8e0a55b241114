//! A change of law in flight, on every database: shown before it is made, told to everyone concerned, counted to the end
//! even across a crash, and undoing nothing.

use law::ClockStatus;

use super::*;
use crate::{
    docket::{self, ActInput, Opening, Receipt, SubjectKind},
    testkit::{District, Store, databases, durable_databases, instant},
};

/// The yearly review of housing's catalogue (CN-10): a term of a year, so that it reaches into a year without a notice.
async fn yearly_review(district: &District) -> Result<Receipt> {
    let ctx = district.machine();
    let opening = Opening {
        procedure: "catalogue_review".into(),
        pack: None,
        subject: (SubjectKind::Organisation, district.organisation("housing")?.0),
        provider: Some(district.organisation("housing")?),
        demander: None,
        facts: law::Facts::new(),
        act: ActInput::new("open").role("platform"),
        title: None,
        parties: Default::default(),
        parent: None,
    };
    let tx = district.platform.db().write().await?;
    let receipt = docket::open_case(&district.platform, &tx, &ctx, opening).await?;
    tx.commit().await?;
    Ok(receipt)
}

/// A notice for 2027 that makes the last day of the review a day of rest.
fn notice() -> Amendment {
    let text = r#"# 2027

```toml calendar
year = 2027

[[notice]]
title = "关于2027年部分节假日安排的通知"
number = "国办发明电〔2026〕9号"
published = "2026-11-04"
url = "https://www.gov.cn/"

[[rest]]
name = "春节"
from = "2027-03-01"
to = "2027-03-03"
```
"#;
    let files = BTreeMap::from([("calendar/2027.md".to_owned(), text.to_owned())]);
    Amendment { title: "2027年节假日安排".to_owned(), files }
}

async fn due(district: &District, case: CaseId) -> Result<Option<Timestamp>> {
    let view = district.platform.case(&district.ctx("housing.chief").await?, case).await?;
    Ok(view.clocks.last().and_then(|clock| clock.due_at))
}

const BEFORE: &str = "2027-03-03T00:00:00+08:00";
const AFTER: &str = "2027-03-05T00:00:00+08:00";

/// I5: a notice moves the terms that reach it, with before and after on record, and the parties are told.
#[tokio::test(flavor = "multi_thread")]
async fn a_notice_moves_running_terms_and_tells_those_concerned() -> Result<()> {
    for store in databases() {
        let district = District::open(store).await?;
        let platform = &district.platform;
        let case = yearly_review(&district).await?.case;
        let admin = district.ctx("system.admin").await?;
        let shown = platform.preview_amendment(&admin, &notice()).await?;
        let expected = Moved {
            case,
            clock: "yearly_review".to_owned(),
            article: "CN-10".to_owned(),
            before: instant(BEFORE),
            after: instant(AFTER),
        };
        let expected =
            MovedLine {
                moved: expected, title: "目录年度全面复核".to_owned(), clock_title: "年度复核期限".to_owned()
            };
        assert_eq!((shown.moved, shown.moves.as_slice()), (1, &[expected.clone()][..]));
        assert_eq!(shown.changes.days.len(), 3);
        assert_eq!(due(&district, case).await?, Some(instant(BEFORE)), "a preview changes nothing");
        let unread = |login| {
            let district = &district;
            async move { district.platform.notices(&district.ctx(login).await?, true, Page::default()).await }
        };
        let before = unread("housing.chief").await?.total;
        let made = platform.amend_law(&admin, notice()).await?;
        assert_eq!((made.moved, made.finished, made.files.as_slice()), (1, true, &["calendar/2027.md".to_owned()][..]));
        assert_eq!(due(&district, case).await?, Some(instant(AFTER)));
        assert_eq!(platform.next_due().await?, Some(instant(AFTER)), "the scheduler knows");
        let told = unread("housing.chief").await?;
        assert_eq!(told.total, before + 1);
        assert!(told.items.iter().any(|notice| notice.title.contains("期限已重新计算")), "{told:?}");
        let audit = district.ctx("audit.admin").await?;
        assert_eq!(platform.amendment_moves(&audit, made.id, Page::default()).await?.items, [expected]);
        assert_eq!(platform.amendments(Page::default()).await?.items, [made]);
        district.at("2027-03-04T23:59:59+08:00");
        assert!(platform.tick(&district.machine()).await?.acted.is_empty(), "nothing at the old instant");
        district.at(AFTER);
        assert_eq!(platform.tick(&district.machine()).await?.acted.len(), 1);
        district.close().await?;
    }
    Ok(())
}

/// Nothing already done is undone: what ran out before the amendment stays run out.
#[tokio::test(flavor = "multi_thread")]
async fn what_has_run_out_stays_run_out() -> Result<()> {
    for store in databases() {
        let district = District::open(store).await?;
        let platform = &district.platform;
        let case = yearly_review(&district).await?.case;
        district.at("2027-03-03T08:00:00+08:00");
        platform.tick(&district.machine()).await?;
        platform.amend_law(&district.ctx("system.admin").await?, notice()).await?;
        let view = platform.case(&district.ctx("housing.chief").await?, case).await?;
        assert_eq!(
            view.clocks.first().map(|clock| (clock.status, clock.due_at)),
            Some((ClockStatus::Missed, Some(instant(BEFORE))))
        );
        district.close().await?;
    }
    Ok(())
}

/// The amended law outlives the process, and a crash while cases are counted is healed at the next start.
#[tokio::test(flavor = "multi_thread")]
async fn an_amendment_survives_a_crash_in_the_middle() -> Result<()> {
    for store in durable_databases() {
        let district = District::open(store).await?;
        let case = yearly_review(&district).await?.case;
        let made = district.platform.amend_law(&district.ctx("system.admin").await?, notice()).await?;
        // As if the process had died after the amendment was on record and before any case was counted.
        let tx = district.platform.db().write().await?;
        use crate::docket::store::case::{Column, Entity};
        let row = Entity::find_by_id(case.0).one(&*tx).await?.expect("the case");
        let mut stale: law::Case = from_json(&row.data)?;
        for run in &mut stale.clocks {
            run.due = Some(instant(BEFORE));
        }
        Entity::update_many()
            .col_expr(Column::Data, to_json(&stale)?.into())
            .col_expr(Column::NextDueAt, micros(instant(BEFORE)).into())
            .exec(&*tx)
            .await?;
        store::amendment::Entity::update_many()
            .col_expr(store::amendment::Column::Finished, false.into())
            .exec(&*tx)
            .await?;
        tx.commit().await?;
        let district = district.restart().await?;
        assert_eq!(due(&district, case).await?, Some(instant(AFTER)));
        assert!(
            district
                .platform
                .amendments(Page::default())
                .await?
                .items
                .iter()
                .all(|found| found.finished && found.id == made.id)
        );
        district.close().await?;
    }
    Ok(())
}

/// Another node on the same database learns of an amendment before it lets the law act.
#[tokio::test(flavor = "multi_thread")]
async fn another_node_learns_of_an_amendment() -> Result<()> {
    let district = District::open(Store::File).await?;
    let second = district.second_node().await?;
    yearly_review(&district).await?;
    district.platform.amend_law(&district.ctx("system.admin").await?, notice()).await?;
    let rest = jiff::civil::date(2027, 3, 2);
    assert!(second.book().calendar().kind_of(rest).is_working());
    second.tick(&district.machine()).await?;
    assert!(!second.book().calendar().kind_of(rest).is_working());
    second.abandon().await;
    district.close().await
}

/// An amended pack counts for cases opened from its day on; those under way keep their law.
#[tokio::test(flavor = "multi_thread")]
async fn an_amended_pack_leaves_running_cases_their_law() -> Result<()> {
    let district = District::open(Store::Memory).await?;
    let platform = &district.platform;
    let early = yearly_review(&district).await?.case;
    let path = "changning-2025/04-10-update.md";
    let text = platform.book().source(path).expect("the chapter").to_owned();
    let entry = |running: &str| {
        let entry = format!(
            "```toml rule\n[[value]]\nid = \"yearly_review_term\"\namount = 2\nunit = \"year\"\nfrom = \"2027-02-01\"\n{running}```\n\n```scenario "
        );
        let files = BTreeMap::from([(path.to_owned(), text.replacen("```scenario ", &entry, 1))]);
        Amendment { title: "修订".to_owned(), files }
    };
    let name = platform
        .book()
        .pack(&"changning-2025".into())
        .and_then(|pack| pack.clock(&"yearly_review".into()))
        .map(|(_, clock)| clock.value.to_string());
    assert_eq!(name.as_deref(), Some("yearly_review_term"), "the chapter's own name of the number");
    let admin = district.ctx("system.admin").await?;
    let plain = platform.preview_amendment(&admin, &entry("")).await?;
    assert_eq!((plain.moved, plain.changes.values.len()), (0, 1), "a case keeps its law");
    let transitional = platform.preview_amendment(&admin, &entry("running = true\n")).await?;
    assert_eq!(transitional.moves.iter().map(|line| line.moved.case).collect::<Vec<_>>(), [early]);
    district.close().await
}

/// A notice may move the days on which the packs' own stories are told; that does not make the stories false.
#[tokio::test(flavor = "multi_thread")]
async fn a_notice_for_a_year_of_the_stories_is_taken() -> Result<()> {
    let district = District::open(Store::Memory).await?;
    let notice = district.platform.book().source("calendar/2026.md").expect("the notice").to_owned();
    let more = "\n```toml calendar\n[[rest]]\nname = \"临时调休\"\nfrom = \"2026-03-05\"\nto = \"2026-03-06\"\n```\n";
    let amendment = Amendment {
        title: "临时调休".to_owned(),
        files: BTreeMap::from([("calendar/2026.md".to_owned(), format!("{notice}{more}"))]),
    };
    let made = district.platform.amend_law(&district.ctx("system.admin").await?, amendment).await?;
    assert!(made.finished);
    district.close().await
}

/// Bad amendments are refused whole, with the file and the line, and by whom they may be made is the policy's word.
#[tokio::test(flavor = "multi_thread")]
async fn a_faulty_amendment_changes_nothing() -> Result<()> {
    let district = District::open(Store::Memory).await?;
    let platform = &district.platform;
    let admin = district.ctx("system.admin").await?;
    let one = |path: &str, text: &str| Amendment {
        title: "修订".to_owned(),
        files: BTreeMap::from([(path.to_owned(), text.to_owned())]),
    };
    let same = platform.book().source("calendar/2026.md").expect("the notice").to_owned();
    for (amendment, code, field) in [
        (
            one("calendar/2027.md", "```toml calendar\nyear = 2027\n```\n"),
            Code::InvalidInput,
            "files.calendar/2027.md:",
        ),
        (one("calendar/2026.md", &same), Code::InvalidInput, "files"),
        (one("../etc/passwd", "x"), Code::InvalidInput, ""),
        (Amendment { title: " ".to_owned(), ..notice() }, Code::InvalidInput, "title"),
        (Amendment { files: BTreeMap::new(), ..notice() }, Code::LimitExceeded, "files"),
        (one("calendar/2027.md", &"x".repeat(LONGEST_FILE + 1)), Code::LimitExceeded, ""),
        // A number changed without the scenarios that state its dates.
        (
            one(
                "changning-2025/06-18-reply.md",
                &platform.book().source("changning-2025/06-18-reply.md").expect("the chapter").replacen(
                    "amount = 10",
                    "amount = 9",
                    1,
                ),
            ),
            Code::InvalidInput,
            "files.changning-2025/06-18-reply.md:",
        ),
    ] {
        let error = platform.amend_law(&admin, amendment).await.expect_err(field);
        assert_eq!(error.code, code, "{error}");
        let fields = format!("{error:?}");
        assert!(fields.contains(field), "{fields}");
    }
    assert_eq!(platform.amendments(Page::default()).await?.total, 0);
    for login in ["security.admin", "audit.admin", "authority.chief", "housing.chief"] {
        let error = platform.amend_law(&district.ctx(login).await?, notice()).await.expect_err("not theirs");
        assert_eq!(error.code, Code::NotPermitted, "{login}");
    }
    district.close().await
}
