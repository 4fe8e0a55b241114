//! The docket's tests, on every database: an act is all or nothing, explains itself when refused, and happens once.

use std::collections::BTreeSet;

use law::ClockStatus;
use sea_orm::{EntityTrait, PaginatorTrait};

use super::*;
use crate::{
    Code, Ctx, Platform,
    error::Result,
    ledger::store::outbox,
    testkit::{District, FailurePoint, Store, databases, durable_databases, instant},
};

/// Opens a data objection (CN-15): transport raises it against housing.
async fn objection(district: &District) -> Result<Receipt> {
    let ctx = district.ctx("transport.executive").await?;
    open(
        district,
        &ctx,
        "objection",
        ActInput::new("raise").role("demander").paper("objection_statement", "第三行的门牌号有误"),
        &[],
    )
    .await
}

async fn open(
    district: &District,
    ctx: &Ctx,
    procedure: &str,
    act: ActInput,
    facts: &[(&str, law::FactValue)],
) -> Result<Receipt> {
    let opening = Opening {
        procedure: procedure.into(),
        pack: None,
        subject: (SubjectKind::Record, ctx.uuid()),
        provider: Some(district.organisation("housing")?),
        demander: Some(district.organisation("transport")?),
        facts: facts.iter().map(|(fact, value)| (law::FactId::new(fact), value.clone())).collect(),
        act,
        title: None,
        parties: Default::default(),
        parent: None,
    };
    let tx = district.platform.db().write().await?;
    let receipt = open_case(&district.platform, &tx, ctx, opening).await?;
    tx.commit().await?;
    district.platform.wake_pump();
    Ok(receipt)
}

async fn rows(platform: &Platform) -> Result<[u64; 5]> {
    let db = platform.db().read();
    Ok([
        store::case::Entity::find().count(db).await?,
        store::act::Entity::find().count(db).await?,
        store::clock::Entity::find().count(db).await?,
        store::notice::Entity::find().count(db).await?,
        outbox::Entity::find().count(db).await?,
    ])
}

/// I2, first half: act, state, notice and log entry are there together.
#[tokio::test(flavor = "multi_thread")]
async fn an_act_writes_state_notice_and_log_entry_together() -> Result<()> {
    for store in databases() {
        let district = District::open(store).await?;
        let platform = &district.platform;
        let before = rows(platform).await?;
        let raised = objection(&district).await?;
        assert_eq!(raised.state, "raised");
        assert_eq!(raised.articles.first().map(ToString::to_string).as_deref(), Some("CN-15"));
        let verified = platform
            .act_on_case(&district.ctx("housing.executive").await?, raised.case, ActInput::new("verify"))
            .await?;
        assert_eq!((verified.state.as_str(), verified.version), ("verifying", 2));
        let after = rows(platform).await?;
        assert_eq!([1, 2, 0, 1, 2], std::array::from_fn(|at| after[at] - before[at]), "on {store:?}");
        platform.flush_log().await?;
        let view = platform.case(&district.ctx("housing.chief").await?, raised.case).await?;
        assert!(view.timeline.iter().all(|act| act.log_index.is_some()), "every act is in the log");
        assert_eq!(view.timeline.iter().map(|act| act.seq).collect::<Vec<_>>(), [1, 2]);
        let inbox = platform.notices(&district.ctx("housing.executive").await?, true, crate::Page::default()).await?;
        assert_eq!(inbox.total, 1);
        platform.mark_read(&district.ctx("housing.executive").await?, inbox.items[0].id).await?;
        assert_eq!(
            platform.notices(&district.ctx("housing.executive").await?, true, crate::Page::default()).await?.total,
            0
        );
        district.close().await?;
    }
    Ok(())
}

/// I2, second half: whatever fails on the way, nothing of the act is left.
#[tokio::test(flavor = "multi_thread")]
async fn an_act_that_fails_anywhere_leaves_nothing() -> Result<()> {
    for store in databases() {
        let district = District::open(store).await?;
        let platform = &district.platform;
        let raised = objection(&district).await?;
        let before = rows(platform).await?;
        let ctx = district.ctx("housing.executive").await?;
        for point in FailurePoint::IN_ACT {
            platform.arm(point);
            let input = ActInput { idempotency_key: Some("k".to_owned()), ..ActInput::new("verify") };
            let error = platform.act_on_case(&ctx, raised.case, input).await.expect_err("the failure was armed");
            assert!(error.message.contains("simulated"), "{error}");
            assert_eq!(rows(platform).await?, before, "after failing at {point:?} on {store:?}");
            platform.arm(point);
            objection(&district).await.expect_err("the failure was armed");
            assert_eq!(rows(platform).await?, before, "after failing to open at {point:?} on {store:?}");
        }
        let input = ActInput { idempotency_key: Some("k".to_owned()), ..ActInput::new("verify") };
        assert_eq!(
            platform.act_on_case(&ctx, raised.case, input).await?.state,
            "verifying",
            "and then it goes through"
        );
        district.close().await?;
    }
    Ok(())
}

/// P7: a refusal says state, act, what is missing, the article and the next step; a denial says which policy and why.
#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_explains_itself() -> Result<()> {
    for store in databases() {
        let district = District::open(store).await?;
        let platform = &district.platform;
        let raised = objection(&district).await?;
        let housing = district.ctx("housing.executive").await?;
        let early =
            platform.act_on_case(&housing, raised.case, ActInput::new("correct")).await.expect_err("not yet verified");
        let refusal = early.refusal.expect("the law refused it");
        assert_eq!((early.code, refusal.code), (Code::ActRefused, law::RefusalCode::WrongState));
        assert_eq!(refusal.next.first().map(|(act, _)| act.as_str()), Some("verify"));
        platform.act_on_case(&housing, raised.case, ActInput::new("verify")).await?;
        let bare =
            platform.act_on_case(&housing, raised.case, ActInput::new("correct")).await.expect_err("without the note");
        assert_eq!(bare.refusal.map(|refusal| refusal.missing), Some(vec![PaperId::new("correction_note")]));
        let stranger = district.ctx("transport.executive").await?;
        let denied =
            platform.act_on_case(&stranger, raised.case, ActInput::new("reject")).await.expect_err("not the provider");
        assert_eq!(denied.code, Code::NotPermitted);
        assert!(denied.hint.as_deref().is_some_and(|hint| hint.contains("speak.provider")), "{:?}", denied.hint);
        let unknown =
            platform.act_on_case(&housing, raised.case, ActInput::new("no_such_act")).await.expect_err("no such act");
        assert_eq!(unknown.refusal.map(|refusal| refusal.code), Some(law::RefusalCode::UnknownAct));
        district.close().await?;
    }
    Ok(())
}

/// An idempotency key repeats nothing, and cannot be used for something else; a stale version is a conflict.
#[tokio::test(flavor = "multi_thread")]
async fn repeating_an_act_repeats_nothing() -> Result<()> {
    for store in databases() {
        let district = District::open(store).await?;
        let platform = &district.platform;
        let raised = objection(&district).await?;
        let ctx = district.ctx("housing.executive").await?;
        let verify = ActInput { idempotency_key: Some("once".to_owned()), ..ActInput::new("verify") };
        let first = platform.act_on_case(&ctx, raised.case, verify.clone()).await?;
        let before = rows(platform).await?;
        assert_eq!(platform.act_on_case(&ctx, raised.case, verify.clone()).await?, first);
        assert_eq!(rows(platform).await?, before);
        let other = ActInput { act: "correct".into(), ..verify };
        assert_eq!(platform.act_on_case(&ctx, raised.case, other).await.expect_err("another act").code, Code::Conflict);
        let stale =
            ActInput { expected_version: Some(1), ..ActInput::new("correct").paper("correction_note", "已更正") };
        assert_eq!(platform.act_on_case(&ctx, raised.case, stale).await.expect_err("stale").code, Code::Conflict);
        district.close().await?;
    }
    Ok(())
}

/// Of two people who act at the same moment, exactly one does; the other is told why not.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_simultaneous_acts_one_is_done() -> Result<()> {
    for store in databases() {
        let district = District::open(store).await?;
        let platform = &district.platform;
        let raised = objection(&district).await?;
        let (a, b) = (district.ctx("housing.executive").await?, district.ctx("housing.chief").await?);
        let (a, b) = tokio::join!(
            platform.act_on_case(&a, raised.case, ActInput::new("verify")),
            platform.act_on_case(&b, raised.case, ActInput::new("verify")),
        );
        assert_eq!([&a, &b].into_iter().filter(|outcome| outcome.is_ok()).count(), 1, "on {store:?}: {a:?} {b:?}");
        let loser = a.err().or(b.err()).expect("one was refused");
        assert!(matches!(loser.code, Code::ActRefused | Code::Conflict), "{loser}");
        district.close().await?;
    }
    Ok(())
}

/// Opens a case in which a term runs: the yearly review of housing's catalogue (CN-10), a breach after a year.
async fn yearly_review(district: &District) -> Result<Receipt> {
    let ctx = district.machine();
    let opening = Opening {
        procedure: "catalogue_review".into(),
        pack: None,
        subject: (SubjectKind::Organisation, district.organisation("housing")?.0),
        provider: Some(district.organisation("housing")?),
        demander: None,
        facts: Facts::new(),
        act: ActInput::new("open").role("platform"),
        title: None,
        parties: Default::default(),
        parent: None,
    };
    let tx = district.platform.db().write().await?;
    let receipt = open_case(&district.platform, &tx, &ctx, opening).await?;
    tx.commit().await?;
    Ok(receipt)
}

/// The first instant at which the review is late.
const LATE: &str = "2027-03-03T00:00:00+08:00";

/// The law acts when its time has come, not before; the case can say why then (I5), and lists find it.
#[tokio::test(flavor = "multi_thread")]
async fn a_clock_is_kept_with_its_derivation() -> Result<()> {
    for store in databases() {
        let district = District::open(store).await?;
        let platform = &district.platform;
        let opened = yearly_review(&district).await?;
        assert_eq!(platform.next_due().await?, Some(instant(LATE)));
        let view = platform.case(&district.ctx("housing.chief").await?, opened.case).await?;
        let clock = view.clocks.first().expect("one clock");
        assert_eq!((clock.clock.as_str(), clock.status), ("yearly_review", ClockStatus::Running));
        assert!(clock.derivation.as_ref().is_some_and(|derivation| !derivation.days.is_empty()), "day by day");
        district.at("2027-03-02T23:59:59+08:00");
        assert!(platform.tick(&district.machine()).await?.acted.is_empty(), "nothing before the term has run out");
        let waiting = CaseFilter { waiting_for_me: true, ..CaseFilter::default() };
        for (login, count) in [("housing.chief", 1), ("transport.chief", 0), ("centre.officer", 0)] {
            let listed = platform.cases(&district.ctx(login).await?, &waiting, crate::Page::default()).await?;
            assert_eq!(listed.total, count, "waiting for {login}");
        }
        for (login, count) in [("housing.nobody", 1), ("transport.chief", 0), ("centre.officer", 1), ("audit.admin", 1)]
        {
            let listed =
                platform.cases(&district.ctx(login).await?, &CaseFilter::default(), crate::Page::default()).await?;
            assert_eq!(listed.total, count, "visible to {login}");
        }
        district.close().await?;
    }
    Ok(())
}

/// The scheduler fires once across concurrent tickers, and a breach is told to those concerned.
#[tokio::test(flavor = "multi_thread")]
async fn the_law_acts_once_across_two_schedulers() -> Result<()> {
    for store in databases() {
        let district = District::open(store).await?;
        let platform = &district.platform;
        let mut cases = BTreeSet::new();
        for _ in 0..5 {
            cases.insert(yearly_review(&district).await?.case);
        }
        district.at(LATE);
        let (a, b) = (district.machine(), district.machine());
        let (a, b) = tokio::join!(platform.tick(&a), platform.tick(&b));
        let (a, b) = (a?, b?);
        // Where one stood aside for the other, its next tick finds nothing left to do.
        let late = platform.tick(&district.machine()).await?;
        let acted: Vec<_> = [a, b, late].into_iter().flat_map(|report| report.acted).collect();
        assert_eq!(acted.len(), cases.len(), "on {store:?}");
        assert_eq!(acted.iter().map(|receipt| receipt.case).collect::<BTreeSet<_>>(), cases);
        assert!(acted.iter().all(|receipt| receipt.name == "breach:yearly_review" && receipt.role == "law"));
        let inbox = platform.notices(&district.ctx("authority.officer").await?, true, crate::Page::default()).await?;
        assert_eq!(inbox.items.iter().filter(|notice| notice.kind == NoticeKind::Breach).count(), cases.len());
        district.close().await?;
    }
    Ok(())
}

/// Two platforms on one PostgreSQL database do not fire twice either.
#[tokio::test(flavor = "multi_thread")]
async fn the_law_acts_once_across_two_nodes() -> Result<()> {
    if !databases().contains(&Store::Postgres) {
        return Ok(());
    }
    let district = District::open(Store::Postgres).await?;
    for _ in 0..5 {
        yearly_review(&district).await?;
    }
    district.platform.flush_log().await?;
    let second = district.second_node().await?;
    district.at(LATE);
    let (a, b) = (district.machine(), district.machine());
    let (a, b) = tokio::join!(district.platform.tick(&a), second.tick(&b));
    let (a, b) = (a?, b?);
    let late = second.tick(&district.machine()).await?;
    assert_eq!(a.acted.len() + b.acted.len() + late.acted.len(), 5);
    second.abandon().await;
    district.close().await
}

/// A restart between due date and tick neither loses nor doubles what the law does.
#[tokio::test(flavor = "multi_thread")]
async fn a_restart_neither_loses_nor_doubles_what_the_law_does() -> Result<()> {
    for store in durable_databases() {
        let district = District::open(store).await?;
        let opened = yearly_review(&district).await?;
        district.at("2027-04-01T00:00:00+08:00");
        let district = district.restart().await?;
        let report = district.platform.tick(&district.machine()).await?;
        let acted: Vec<_> = report.acted.iter().map(|receipt| (receipt.case, receipt.at)).collect();
        assert_eq!(acted, [(opened.case, instant(LATE))], "as of the due instant: {:?}", report.failed);
        let district = district.restart().await?;
        assert!(district.platform.tick(&district.machine()).await?.acted.is_empty(), "on {store:?}");
        district.platform.flush_log().await?;
        let view = district.platform.case(&district.ctx("audit.admin").await?, opened.case).await?;
        assert_eq!(view.timeline.iter().filter(|act| act.actor == "law").count(), 1);
        assert!(view.timeline.iter().all(|act| act.log_index.is_some()));
        district.close().await?;
    }
    Ok(())
}

/// An act that comes after a term has run out finds the law there before it, scheduler or not; what follows from it is
/// opened with it.
#[tokio::test(flavor = "multi_thread")]
async fn the_law_goes_first() -> Result<()> {
    for store in databases() {
        let district = District::open(store).await?;
        let opened = yearly_review(&district).await?;
        district.at("2027-03-10T09:00:00+08:00");
        let ctx = district.ctx("housing.executive").await?;
        let done = ActInput::new("complete_review").paper("review_report", "已复核");
        assert_eq!(district.platform.act_on_case(&ctx, opened.case, done).await?.state, "reviewed");
        let view = district.platform.case(&ctx, opened.case).await?;
        let acts: Vec<_> = view.timeline.iter().map(|act| (act.act.as_str(), act.at)).collect();
        assert_eq!(
            acts,
            [
                ("open", instant(crate::testkit::START)),
                ("breach:yearly_review", instant(LATE)),
                ("complete_review", district.now())
            ]
        );
        assert_eq!(view.timeline[2].papers, [PaperId::new("review_report")]);
        let papers = district.platform.papers_of_act(&ctx, view.timeline[2].id).await?;
        assert_eq!(papers.get("review_report").map(String::as_str), Some("已复核"));
        let open = CaseFilter { ended: Some(false), ..CaseFilter::default() };
        let next = district.platform.cases(&ctx, &open, crate::Page::default()).await?;
        assert_eq!(
            next.items.iter().map(|line| line.head.parent).collect::<Vec<_>>(),
            [Some(opened.case)],
            "next year's review"
        );
        district.close().await?;
    }
    Ok(())
}

/// How many durable acts a second with 16 clients: printed, and far above what a fault would leave of it.
#[tokio::test(flavor = "multi_thread")]
async fn many_clients_share_the_cost_of_durability() -> Result<()> {
    const CLIENTS: usize = 16;
    const EACH: usize = 25;
    for store in durable_databases() {
        let district = std::sync::Arc::new(District::open(store).await?);
        let mut cases = Vec::new();
        for _ in 0..CLIENTS * EACH {
            cases.push(objection(&district).await?.case);
        }
        district.platform.flush_log().await?;
        let who = district.platform.actor("housing.executive").await?;
        let started = std::time::Instant::now();
        let clients = cases.chunks(EACH).map(|mine| {
            let (district, who, mine) = (std::sync::Arc::clone(&district), who.clone(), mine.to_vec());
            tokio::spawn(async move {
                for case in mine {
                    let ctx = district.as_actor(who.clone());
                    district.platform.act_on_case(&ctx, case, ActInput::new("verify")).await?;
                }
                Ok::<_, crate::Error>(())
            })
        });
        for client in futures::future::join_all(clients.collect::<Vec<_>>()).await {
            client.expect("no client panicked")?;
        }
        let rate = (CLIENTS * EACH) as f64 / started.elapsed().as_secs_f64();
        eprintln!("{rate:.0} durable acts a second with {CLIENTS} clients on {store:?}");
        assert!(rate > 30.0, "{rate:.0} acts a second are too few");
        std::sync::Arc::into_inner(district).expect("nobody else holds it").close().await?;
    }
    Ok(())
}
