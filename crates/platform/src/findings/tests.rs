//! What an office finds reaches the cases that ask for it, and nothing can be found that is known otherwise.

use law::{FactValue, Facts};

use crate::{
    Code, Ctx, Error,
    docket::{ActInput, Opening, SubjectKind},
    testkit::{District, Store},
};

fn facts(list: &[(&str, FactValue)]) -> Facts {
    list.iter().map(|(fact, value)| ((*fact).into(), value.clone())).collect()
}

fn matter(procedure: &str, subject: uuid::Uuid, act: ActInput) -> Opening {
    Opening {
        procedure: procedure.into(),
        pack: None,
        subject: (SubjectKind::Matter, subject),
        title: None,
        provider: None,
        demander: None,
        parties: Default::default(),
        facts: Facts::new(),
        act,
        parent: None,
    }
}

async fn operation() -> (District, Ctx) {
    let district = District::open_with(Store::Memory, |settings| settings.pack = "shanghai-operation-2025".into());
    let district = district.await.unwrap();
    district.at("2026-03-02T09:00:00+08:00");
    let officer = district.ctx("authority.officer").await.unwrap();
    (district, officer)
}

fn fields(error: &Error) -> Vec<&str> {
    error.fields.iter().map(|(field, _)| field.as_str()).collect()
}

/// A selection of operators begins only after the plan was approved (SH-9): the finding opens the way, its absence closes it.
#[tokio::test]
async fn a_finding_is_known_when_a_case_opens() {
    let (district, officer) = operation().await;
    district.holder("agency").await.unwrap();
    let agency = district.ctx("agency.officer").await.unwrap();
    let plan = district.platform.name_matter(&officer, "公共交通数据授权运营").await.unwrap().id;
    let announce = || ActInput::new("announce").role("agency").paper("selection_notice", "公告");
    let refused = district.platform.open_case(&agency, matter("operator_selection", plan, announce())).await;
    assert_eq!(refused.unwrap_err().code, Code::ActRefused);
    let approved = facts(&[("plan_approved", FactValue::Flag(true))]);
    district.platform.record_findings(&officer, (SubjectKind::Matter, plan), &approved).await.unwrap();
    let opened = district.platform.open_case(&agency, matter("operator_selection", plan, announce())).await.unwrap();
    assert_eq!(opened.state.as_str(), "inviting");
    district.close().await.unwrap();
}

/// What is derived, stated, free or unknown is no finding, and whoever is not of the authority or the centre finds nothing.
#[tokio::test]
async fn only_what_nobody_else_can_know_is_found() {
    let (district, officer) = operation().await;
    let plan = district.platform.name_matter(&officer, "某产品").await.unwrap().id;
    let record = |ctx, subject, facts| {
        let platform = district.platform.clone();
        async move { platform.record_findings(ctx, subject, &facts).await.unwrap_err() }
    };
    let stated = facts(&[("supply_barred", FactValue::Flag(false))]);
    assert_eq!(fields(&record(&officer, (SubjectKind::Matter, plan), stated).await), ["facts.supply_barred"]);
    let unknown = facts(&[("colour", FactValue::Flag(true))]);
    assert_eq!(record(&officer, (SubjectKind::Matter, plan), unknown).await.code, Code::InvalidInput);
    let derived = facts(&[("collected", FactValue::Flag(true))]);
    assert_eq!(fields(&record(&officer, (SubjectKind::Project, plan), derived).await), ["facts.collected"]);
    let nowhere = facts(&[("plan_approved", FactValue::Flag(true))]);
    let nothing = uuid::Uuid::from_u128(1);
    assert_eq!(record(&officer, (SubjectKind::Matter, nothing), nowhere.clone()).await.code, Code::NotFound);
    let stranger = district.ctx("housing.executive").await.unwrap();
    assert_eq!(record(&stranger, (SubjectKind::Matter, plan), nowhere).await.code, Code::NotPermitted);
    district.close().await.unwrap();
}

/// What an act of an open case has established (CM-30: the measures that contain an incident) no office finds otherwise. Before
/// such an act it may, and the case knows at once.
#[tokio::test]
async fn what_an_act_has_established_is_not_found_otherwise() {
    let district =
        District::open_with(Store::Memory, |settings| settings.pack = "chongming-2025".into()).await.unwrap();
    let provider = district.ctx("housing.executive").await.unwrap();
    let officer = district.ctx("authority.officer").await.unwrap();
    let platform = &district.platform;
    let incident = platform.name_matter(&provider, "某次数据安全事件").await.unwrap().id;
    let act = ActInput::new("discover_incident").role("provider").paper("incident_statement", "见附件");
    let provided = Some(district.organisation("housing").unwrap());
    let opening = Opening { provider: provided, ..matter("security_incident", incident, act) };
    let case = platform.open_case(&provider, opening).await.unwrap().case;
    let subject = (SubjectKind::Matter, incident);
    let contained = |is| facts(&[("contained", FactValue::Flag(is))]);
    platform.record_findings(&officer, subject, &contained(false)).await.unwrap();
    let known = platform.case(&officer, case).await.unwrap();
    assert_eq!(known.facts.get("contained"), Some(&FactValue::Flag(false)));
    for act in [ActInput::new("start_plan"), ActInput::new("take_measures").paper("emergency_measures", "见附件")] {
        platform.act_on_case(&provider, case, act).await.unwrap();
    }
    let refused = platform.record_findings(&officer, subject, &contained(false)).await.unwrap_err();
    assert_eq!((refused.code, fields(&refused)), (Code::InvalidInput, vec!["facts.contained"]));
    let known = platform.case(&officer, case).await.unwrap();
    assert_eq!(known.facts.get("contained"), Some(&FactValue::Flag(true)));
    assert_eq!(platform.findings(&officer, subject).await.unwrap().len(), 1, "nothing of the refused finding was kept");
    district.close().await.unwrap();
}
