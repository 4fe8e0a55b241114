//! What is committed gets into the log exactly once, and can be proved; on every database.

use jiff::SignedDuration;
use sea_orm::{EntityTrait, QueryOrder};
use serde_json::json;
use uuid::Uuid;

use super::*;
use crate::{
    Actor, Code,
    docket::{ActInput, Opening, Receipt, SubjectKind},
    error::Result,
    ids::*,
    testkit::{District, FailurePoint, databases, durable_databases},
};

const STATEMENT: &str = "张三的门牌号有误";

async fn objection(district: &District) -> Result<Receipt> {
    let ctx = district.ctx("transport.executive").await?;
    let opening = Opening {
        procedure: "objection".into(),
        pack: None,
        subject: (SubjectKind::Record, ctx.uuid()),
        provider: Some(district.organisation("housing")?),
        demander: Some(district.organisation("transport")?),
        facts: law::Facts::new(),
        act: ActInput::new("raise").role("demander").paper("objection_statement", STATEMENT),
        title: None,
        parties: Default::default(),
        parent: None,
    };
    let tx = district.platform.db().write().await?;
    let receipt = docket::open_case(&district.platform, &tx, &ctx, opening).await?;
    tx.commit().await?;
    Ok(receipt)
}

async fn outbox(platform: &Platform) -> Result<Vec<store::outbox::Model>> {
    Ok(store::outbox::Entity::find().order_by_asc(store::outbox::Column::Seq).all(platform.db().read()).await?)
}

/// Every leaf of the shard of acts, read by the library that others read it with.
fn leaves(district: &District, class: &str) -> Vec<serde_json::Value> {
    let reader = Reader::open(&district.folder().join("log").join(class).join("2026")).expect("a published shard");
    (0..reader.published())
        .map(|index| serde_json::from_slice(&reader.leaf(index).expect("a leaf")).expect("JSON"))
        .collect()
}

/// The evidence of an act verifies offline; disclosed papers are proved to be those that were logged.
#[tokio::test(flavor = "multi_thread")]
async fn the_evidence_of_an_act_verifies() -> Result<()> {
    for store in databases() {
        let district = District::open(store).await?;
        let platform = &district.platform;
        let raised = objection(&district).await?;
        let ctx = district.ctx("housing.executive").await?;
        for disclose in [false, true] {
            let evidence = platform.evidence_of_act(&ctx, raised.act, disclose).await?;
            let report = tlog::evidence::verify(&evidence, Some(&platform.log_keys())).expect("it verifies");
            assert!(report.keys_trusted);
            let text = evidence.to_json().expect("JSON");
            assert_eq!(
                text.contains(STATEMENT),
                disclose,
                "I8: what was written is in the file only when it is disclosed"
            );
        }
        assert!(
            platform.evidence_of_act(&district.ctx("cyberspace.officer").await?, raised.act, true).await.is_ok(),
            "offices oversee"
        );
        let checkpoint = platform.checkpoint(ACTS, "2026").await?;
        assert_eq!((checkpoint.origin.as_str(), checkpoint.size), ("gongshu.test/acts-permanent/2026", 1));
        assert!(platform.log_index(raised.act.0).await?.is_some());
        district.close().await?;
    }
    Ok(())
}

/// I8: no leaf contains a name, a login or what somebody wrote; papers are commitments.
#[tokio::test(flavor = "multi_thread")]
async fn leaves_hold_no_personal_data() -> Result<()> {
    for store in databases() {
        let district = District::open(store).await?;
        let platform = &district.platform;
        objection(&district).await?;
        let record = json!({"title": "李四的档案", "rows": 3, "digest": "ab".repeat(32), "share": 0.5, "entry": Uuid::nil(), "reasons": {"坏行": 1}});
        let tx = platform.db().write().await?;
        enqueue_fact(platform, &tx, &district.machine(), "load", "collection.record_load", &record).await?;
        tx.commit().await?;
        platform.flush_log().await?;
        for row in outbox(platform).await? {
            for secret in ["张三", "某某", "李四", "坏行", "housing.executive", "correct horse"] {
                assert!(!row.leaf.contains(secret), "{secret} in {}", row.leaf);
            }
        }
        let acts = leaves(&district, ACTS);
        let act = acts.iter().find(|leaf| leaf["kind"] == "act").expect("the act");
        assert!(act["papers"]["objection_statement"].as_str().is_some_and(|text| text.starts_with("hmac-sm3:")));
        let fact = acts.iter().find(|leaf| leaf["kind"] == "rule").expect("the fact");
        assert_eq!(
            (&fact["what"]["record"]["rows"], &fact["what"]["record"]["digest"]),
            (&json!(3), &json!("ab".repeat(32))),
            "figures stay"
        );
        district.close().await?;
    }
    Ok(())
}

/// A failure between append and note is healed without a second append, by the next round and after a crash.
#[tokio::test(flavor = "multi_thread")]
async fn a_leaf_is_in_the_log_exactly_once() -> Result<()> {
    for store in durable_databases() {
        let mut district = District::open(store).await?;
        district.platform.flush_log().await?;
        let mut acts = Vec::new();
        for crash in [false, true] {
            district.platform.still_pump().await;
            acts.push(objection(&district).await?.act);
            acts.push(objection(&district).await?.act);
            district.platform.arm(FailurePoint::LeafAppended);
            district.platform.flush_log().await.expect_err("the failure was armed");
            assert!(district.platform.log_index(acts.last().expect("one").0).await?.is_none(), "appended, not noted");
            if crash {
                district = district.restart().await?;
                district.platform.still_pump().await;
            }
            acts.push(objection(&district).await?.act);
            district.platform.flush_log().await?;
            let logged: Vec<Uuid> =
                leaves(&district, ACTS).iter().filter_map(|leaf| leaf["id"].as_str()?.parse().ok()).collect();
            assert_eq!(
                logged,
                acts.iter().map(|act| act.0).collect::<Vec<_>>(),
                "on {store:?}, after a crash: {crash}"
            );
        }
        for (index, act) in acts.iter().enumerate() {
            assert_eq!(district.platform.log_index(act.0).await?, Some(index as u64));
        }
        district.close().await?;
    }
    Ok(())
}

/// What is committed and not yet in the log when the process dies gets there at the next start.
#[tokio::test(flavor = "multi_thread")]
async fn a_crash_before_the_append_loses_nothing() -> Result<()> {
    for store in durable_databases() {
        let district = District::open(store).await?;
        district.platform.still_pump().await;
        let raised = objection(&district).await?;
        let district = district.restart().await?;
        assert_eq!(district.platform.log_index(raised.act.0).await?, Some(0));
        assert!(outbox(&district.platform).await?.iter().all(|row| row.log_index.is_some()));
        district.close().await?;
    }
    Ok(())
}

/// I4: a use is durable when its record returns; it is found again after a crash and can be proved.
#[tokio::test(flavor = "multi_thread")]
async fn a_use_is_durable_and_provable() -> Result<()> {
    for store in durable_databases() {
        let district = District::open(store).await?;
        let (owner, consumer) = (district.organisation("housing")?, district.organisation("transport")?);
        let ctx = district.ctx("transport.executive").await?;
        let service = ServiceId(ctx.uuid());
        let at = district.now();
        let record = |call| UseRecord {
            call,
            service,
            caller: Actor::Client { id: ClientId(Uuid::nil()), organisation: consumer },
            purpose: "public_transport".to_owned(),
            fields: vec!["plate".to_owned()],
            key: district.platform.commit_key(at, service, "沪A12345").unwrap_or_default(),
            records: 1,
            outcome: "served".to_owned(),
            at,
        };
        let calls: Vec<CallId> = (0..3).map(|_| CallId(ctx.uuid())).collect();
        let mut places = Vec::new();
        for call in &calls {
            places.push(district.platform.record_use(&record(*call)).await?);
        }
        assert_eq!(places.iter().map(|place| place.index).collect::<Vec<_>>(), [0, 1, 2]);
        assert_eq!(period_of(calls[0])?, places[0].period);
        let period = places[0].period.clone();
        let restarted = district.restart().await?;
        let uses = restarted.platform.uses(&period, 0, 10).await?;
        assert_eq!(
            uses.iter().map(|(_, leaf)| leaf["id"].clone()).collect::<Vec<_>>(),
            calls.iter().map(|call| json!(call)).collect::<Vec<_>>()
        );
        assert!(!uses.iter().any(|(_, leaf)| leaf.to_string().contains("12345")), "I8: the key is a commitment");
        let evidence = restarted.platform.evidence_of_call(&ctx, calls[1], &places[1], owner, consumer).await?;
        tlog::evidence::verify(&evidence, Some(&restarted.platform.log_keys())).expect("it verifies");
        let wrong = restarted
            .platform
            .evidence_of_call(&ctx, calls[1], &places[0], owner, consumer)
            .await
            .expect_err("another call");
        assert_eq!(wrong.code, Code::NotFound);
        restarted.close().await?;
    }
    Ok(())
}

/// Periods are those of the district's calendar, not of UTC.
#[test]
fn a_shard_covers_a_period_of_the_districts_calendar() {
    let late = "2026-12-31T23:59:59+08:00".parse::<Timestamp>().expect("an instant");
    let shard = |class, at| Ledger::shard_of(class, at).map(|shard| shard.period().to_owned()).expect("a name");
    assert_eq!((shard(ACTS, late), shard(CALLS, late)), ("2026".to_owned(), "2026-12".to_owned()));
    let next = late + SignedDuration::from_secs(1);
    assert_eq!((shard(ACTS, next), shard(CALLS, next)), ("2027".to_owned(), "2027-01".to_owned()));
}
