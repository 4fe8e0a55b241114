//! The second part: the same people, the same data, the same log, under Putuo's rules. Only the pack is another.

use serde_json::{Value, json};

use super::{
    Known,
    changning::{VILLAGE, body_of, elements, last_day, signed},
    expect,
    stage::{Stage, act_body},
    teller::{Step, Teller},
};
use crate::{
    client::text,
    failure::{Failure, Result},
    world::{parse_instant, shown},
};

/// Nobody answers, and silence is approval on the day the law says.
///
/// # Errors
/// When an answer is not the expected one.
pub async fn silence(stage: &mut Stage, teller: &mut Teller, known: &mut Known) -> Result<()> {
    teller.begin("Under Putuo's rules the same request is approved by silence")?;
    let packs = stage.public()?.get("/api/v1/packs").await?;
    let count = packs.as_array().map_or(0, Vec::len);
    let step = Step::new(stage.now(), "the platform", "is started again with the pack putuo-2023 for new cases");
    teller.step(&step.note(format!("{count} packs are loaded; what was opened under changning-2025 keeps its law")))?;
    let elements = signed(stage, &known.villages, &elements(&["code", "name", "streetCode"]), "wjw").await?;
    let body = body_of(&known.villages, &elements)?;
    let asked = stage
        .does(teller, "wjw.cdo", "makes the same request for its own work", "/api/v1/sharing-requests", &body)
        .await?;
    expect("the state of the request", text(&asked, "/receipt/state")?, "screening")?;
    let (request, case) = (text(&asked, "/request/id")?.to_owned(), text(&asked, "/request/case")?.to_owned());
    stage.until("2026-04-07 14:00").await?;
    let forwarded = stage
        .acts(teller, "sjzx.officer", "forwards it to the organisation responsible", &case, "forward", &[])
        .await?;
    expect("the date due", last_day(&forwarded, "reply"), Some("2026-04-14"))?;
    let acted = stage.until("2026-04-14 23:59").await?;
    expect("what the law did before the term ran out", count_of(&acted, &case), 0)?;
    teller.step(&Step::new(stage.now(), stage.name("mzj"), "has not answered"))?;
    let acted = stage.until("2026-04-15 09:00").await?;
    let tacit = only(&acted, &case, "tacit_approval")?;
    expect("the instant of the tacit approval", at(&tacit)?, "2026-04-15 00:00".to_owned())?;
    tell(stage, teller, "approves by silence, at the instant the term ran out", &tacit).await?;
    let path = format!("/api/v1/cases/{case}/acts");
    let refused = ("act_refused", "case_ended");
    stage
        .is_refused(
            teller,
            "mzj.cdo",
            "answers nine hours late",
            &path,
            &act_body("refuse", &[("refusal_reason", "不同意"), ("legal_basis", "无")]),
            refused,
        )
        .await?;
    let view = stage.person("wjw.cdo").await?.get(&format!("/api/v1/sharing-requests/{request}")).await?;
    let before = std::mem::replace(&mut known.service, text(&view, "service")?.to_owned());
    let service = stage.person("wjw.cdo").await?.get(&format!("/api/v1/services/{}", known.service)).await?;
    expect("the state of the service", text(&service, "status")?, "active")?;
    expect("two requests, two services", before == known.service, false)
}

/// Without calls the service is suspended after three months and ends thirty days later. Changning's own service is suspended
/// too, and never ends by itself.
///
/// # Errors
/// When an answer is not the expected one.
pub async fn idleness(stage: &mut Stage, teller: &mut Teller, known: &Known) -> Result<()> {
    teller.begin("A service that nobody calls")?;
    let person = stage.person("wjw.cdo").await?;
    let service = person.get(&format!("/api/v1/services/{}", known.service)).await?;
    let case = text(&service, "case")?.to_owned();
    let acted = stage.until("2026-07-15 23:59").await?;
    expect("what the law did to the service within three months", count_of(&acted, &case), 0)?;
    let changning = only(&acted, &known.service_case, "suspend_idle")?;
    expect("the instant of Changning's suspension", at(&changning)?, "2026-07-03 00:00".to_owned())?;
    tell(
        stage,
        teller,
        "suspends the service of 区教育局, last called on 2 April, under its own pack changning-2025",
        &changning,
    )
    .await?;
    let acted = stage.until("2026-07-16 09:00").await?;
    let suspended = only(&acted, &case, "suspend_idle")?;
    expect("the instant of the suspension", at(&suspended)?, "2026-07-16 00:00".to_owned())?;
    tell(stage, teller, "suspends the service of 区卫生健康委员会, never called, under putuo-2023", &suspended).await?;
    let lookup = json!({ "key_column": "code", "key": VILLAGE, "purpose": "enrolment_check" });
    let path = format!("/gateway/v1/services/{}/lookup", known.service);
    let answer = stage.person("wjw.cdo").await?.try_post(&path, &lookup).await?;
    let who = stage.name("wjw");
    stage.tell_refusal(teller, &who, "calls the suspended service", answer, ("service_not_active", ""))?;
    let acted = stage.until("2026-12-31 09:00").await?;
    let ended = only(&acted, &case, "end_idle")?;
    expect("the instant of the end", at(&ended)?, "2026-08-18 00:00".to_owned())?;
    tell(
        stage,
        teller,
        "ends it: nobody objected within thirty days, whose last day was a Saturday and so became Monday",
        &ended,
    )
    .await?;
    expect("what the law did to Changning's service meanwhile", count_of(&acted, &known.service_case), 0)?;
    let person = stage.person("jyj.cdo").await?;
    let service = person.get(&format!("/api/v1/cases/{}", known.service_case)).await?;
    expect("the state of Changning's service", text(&service, "state")?, "idle_suspended")?;
    let step = Step::new(stage.now(), stage.name("jyj"), "still has its suspended service");
    teller.step(&step.note("CN-20 knows no end by itself; a case keeps the law it was opened under"))
}

/// Tells what the law did.
async fn tell(stage: &mut Stage, teller: &mut Teller, what: &str, receipt: &Value) -> Result<()> {
    stage.call("law", "the law");
    let step = stage.step_of("law", what, receipt).await?;
    teller.step(&step)
}

fn count_of(acted: &[Value], case: &str) -> usize {
    acted.iter().filter(|act| act.get("case").and_then(Value::as_str) == Some(case)).count()
}

/// The only act of the law in a case, which must be this one.
fn only(acted: &[Value], case: &str, act: &str) -> Result<Value> {
    let mut of_case = acted.iter().filter(|one| one.get("case").and_then(Value::as_str) == Some(case));
    match (of_case.next(), of_case.next()) {
        (Some(one), None) if one.get("name").and_then(Value::as_str) == Some(act) => Ok(one.clone()),
        _ => Err(Failure::new(format!("the law should have done `{act}`, once, and nothing else in the case"))
            .details(json!(acted))),
    }
}

fn at(receipt: &Value) -> Result<String> {
    parse_instant(text(receipt, "at")?).map(shown).map_err(Failure::new)
}
