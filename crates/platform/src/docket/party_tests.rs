//! Who has a part in a case besides those who provide and ask: one organisation in each role that the vocabulary calls a party.

use law::Facts;

use crate::{
    Code, Ctx, Office, OrganisationId, Page, Role,
    docket::{ActInput, CaseFilter, Opening, Parties, Receipt, SubjectKind},
    identity::{OrganisationInput, OrganisationKind, PersonInput},
    testkit::{District, PASSWORD, Store},
};

struct Operation {
    district: District,
}

impl Operation {
    async fn begin() -> Self {
        let change = |settings: &mut crate::Settings| settings.pack = "shanghai-operation-2025".into();
        let district = District::open_with(Store::Memory, change).await.unwrap();
        district.at("2026-03-02T09:00:00+08:00");
        for office in ["developer", "operator", "agency"] {
            district.holder(office).await.unwrap();
        }
        Self { district }
    }

    async fn ctx(&self, login: &str) -> Ctx {
        self.district.ctx(login).await.unwrap()
    }

    /// A further company that holds this office, with an officer of its own.
    async fn another(&self, code: &str, office: Option<&str>) -> OrganisationId {
        let platform = &self.district.platform;
        let input = OrganisationInput {
            code: code.to_owned(),
            name: code.to_owned(),
            kind: OrganisationKind::Company,
            credit_code: None,
            office: office.map(Office::new),
        };
        let made = platform.create_organisation(&self.district.machine(), input).await.unwrap();
        let input = PersonInput {
            login: format!("{code}.one"),
            name: "某某".to_owned(),
            organisation: made.id,
            password: PASSWORD.to_owned(),
        };
        let person = platform.create_person(&self.district.machine(), input).await.unwrap();
        platform.set_roles(&self.district.machine(), person.id, [Role::Officer].into()).await.unwrap();
        made.id
    }

    /// A developer asks for its qualification: about itself, so the case has a developer from the start.
    async fn qualification(&self, parties: &[(&str, OrganisationId)]) -> crate::Result<Receipt> {
        let developer = self.ctx("developer.officer").await;
        let crate::Actor::Person { organisation, .. } = developer.who else { panic!("nobody") };
        let mut act = ActInput::new("apply_qualification").role("developer");
        let facts = Facts::new();
        let asked = self.district.platform.book().papers_asked(
            &"shanghai-operation-2025".into(),
            &"developer_qualification".into(),
            &act.act,
            &facts,
        );
        for paper in asked {
            act = act.paper(paper.as_str(), "见附件");
        }
        let opening = Opening {
            procedure: "developer_qualification".into(),
            pack: None,
            subject: (SubjectKind::Organisation, organisation.0),
            title: None,
            provider: None,
            demander: None,
            parties: parties.iter().map(|(role, party)| ((*role).into(), *party)).collect(),
            facts,
            act,
            parent: None,
        };
        self.district.platform.open_case(&developer, opening).await
    }
}

/// Whoever opens a case in a party's role is that party: another holder of the same office neither speaks in it nor sees it.
#[tokio::test]
async fn whoever_opens_in_a_partys_role_is_the_party() {
    let operation = Operation::begin().await;
    operation.another("rival", Some("developer")).await;
    let opened = operation.qualification(&[]).await.unwrap();
    let platform = &operation.district.platform;
    let own = platform.case(&operation.ctx("developer.officer").await, opened.case).await.unwrap();
    assert_eq!(own.head.parties.keys().map(ToString::to_string).collect::<Vec<_>>(), ["developer"]);
    let rival = operation.ctx("rival.one").await;
    assert_eq!(platform.case(&rival, opened.case).await.unwrap_err().code, Code::NotPermitted);
    let act = ActInput::new("apply_qualification").role("developer");
    assert_eq!(platform.act_on_case(&rival, opened.case, act).await.unwrap_err().code, Code::NotPermitted);
    let listed =
        |ctx| async move { platform.cases(&ctx, &CaseFilter::default(), Page::first(10)).await.unwrap().total };
    assert_eq!(listed(operation.ctx("rival.one").await).await, 0, "the list shows no more than the case itself");
    assert_eq!(listed(operation.ctx("developer.officer").await).await, 1);
    // No party is recorded for the agency yet, so any holder of that office has a part.
    assert_eq!(listed(operation.ctx("agency.officer").await).await, 1);
    operation.district.close().await.unwrap();
}

/// Where nobody is recorded, the first act in the role makes its actor the party.
#[tokio::test]
async fn the_first_act_in_a_role_makes_the_party() {
    let operation = Operation::begin().await;
    operation.another("second_agency", Some("agency")).await;
    let opened = operation.qualification(&[]).await.unwrap();
    let platform = &operation.district.platform;
    let second = operation.ctx("second_agency.one").await;
    let view = platform.case(&second, opened.case).await.unwrap();
    let possible = view.possible.iter().find(|act| act.by.iter().any(|role| *role == "agency")).unwrap();
    let mut act = ActInput::new(possible.act.as_str()).role("agency");
    for paper in &possible.papers {
        act = act.paper(paper.as_str(), "见附件");
    }
    assert!(possible.blocked.is_none(), "what its actor may state blocks no act");
    act.facts = possible.facts.iter().filter_map(|fact| Some((fact.id.clone(), fact.must.clone()?))).collect();
    assert!(act.facts.contains_key("developer_meets_conditions"), "{:?}", possible.facts);
    platform.act_on_case(&second, opened.case, act).await.unwrap();
    let first = operation.ctx("agency.officer").await;
    assert_eq!(platform.case(&first, opened.case).await.unwrap_err().code, Code::NotPermitted);
    let own = platform.case(&second, opened.case).await.unwrap();
    assert!(own.head.parties.keys().any(|role| *role == "agency"));
    operation.district.close().await.unwrap();
}

/// The opening may name parties, in roles that are parties' roles of the procedure, and nobody else.
#[tokio::test]
async fn parties_are_named_in_their_roles_only() {
    let operation = Operation::begin().await;
    let outsider = operation.another("bureau", None).await;
    let refused = operation.qualification(&[("authority", outsider)]).await.unwrap_err();
    assert_eq!((refused.code, refused.fields.len()), (Code::InvalidInput, 1));
    let nobody = OrganisationId(uuid::Uuid::from_u128(1));
    assert_eq!(operation.qualification(&[("agency", nobody)]).await.unwrap_err().code, Code::NotFound);
    // Whoever opens a case does not choose who decides it: the role is the administrator's to give.
    let refused = operation.qualification(&[("agency", outsider)]).await.unwrap_err();
    assert_eq!((refused.code, refused.fields.len()), (Code::InvalidInput, 1));
    let second = operation.another("second_agency", Some("agency")).await;
    let opened = operation.qualification(&[("agency", second)]).await.unwrap();
    let platform = &operation.district.platform;
    // Of two that hold the role, the one that is named for this case reads and speaks, the other does not.
    let view = platform.case(&operation.ctx("second_agency.one").await, opened.case).await.unwrap();
    assert_eq!(view.my_roles.iter().map(ToString::to_string).collect::<Vec<_>>(), ["agency"]);
    let agency = operation.ctx("agency.officer").await;
    assert_eq!(platform.case(&agency, opened.case).await.unwrap_err().code, Code::NotPermitted);
    operation.district.close().await.unwrap();
}

/// One organisation holds an ordinary office; several hold one that is a party's, or that the vocabulary opens to several.
#[tokio::test]
async fn ordinary_offices_are_held_once() {
    let operation = Operation::begin().await;
    operation.another("one", Some("registrar")).await;
    operation.another("first", Some("candidate")).await;
    operation.another("second", Some("candidate")).await;
    let machine = operation.district.machine();
    for (office, code) in
        [("registrar", Code::Conflict), ("provider", Code::InvalidInput), ("king", Code::InvalidInput)]
    {
        let input = OrganisationInput {
            code: format!("another_{office}"),
            name: "另一单位".to_owned(),
            kind: OrganisationKind::Department,
            credit_code: None,
            office: Some(Office::new(office)),
        };
        assert_eq!(operation.district.platform.create_organisation(&machine, input).await.unwrap_err().code, code);
    }
    operation.district.close().await.unwrap();
}

/// Case ids stand in the public log, so that knowing one must not be enough to act as the public: only whoever opened the case
/// has its number. What comes in without a login is counted, and brings neither organisations nor names.
#[tokio::test]
async fn the_public_acts_only_in_cases_that_it_opened() {
    let district = District::open(crate::testkit::Store::Memory).await.unwrap();
    let platform = &district.platform;
    let public = || district.as_actor(crate::Actor::Public);
    let context = public();
    let opening = Opening {
        procedure: "opening_request".into(),
        pack: None,
        subject: (SubjectKind::Matter, context.uuid()),
        title: Some("张三 310101199001010000".to_owned()),
        provider: Some(district.organisation("housing").unwrap()),
        demander: Some(district.organisation("transport").unwrap()),
        parties: Parties::default(),
        facts: law::Facts::new(),
        act: submission(platform),
        parent: None,
    };
    let opened = platform.open_case(&context, opening).await.unwrap();
    let number = opened.receipt_number.clone().expect("shown once");
    let withdraw = |number: Option<&str>| ActInput {
        receipt_number: number.map(str::to_owned),
        ..ActInput::new("withdraw").role("public")
    };
    for wrong in [None, Some("7QK2M-9D0XB-4TFWE-1HJ6N")] {
        let refused = platform.act_on_case(&public(), opened.case, withdraw(wrong)).await.unwrap_err();
        assert_eq!(refused.code, Code::NotPermitted, "{refused}");
    }
    let keyed = ActInput { idempotency_key: Some("k".to_owned()), ..withdraw(Some(&number)) };
    assert_eq!(platform.act_on_case(&public(), opened.case, keyed).await.unwrap_err().code, Code::InvalidInput);
    let head = platform.case(&district.ctx("centre.officer").await.unwrap(), opened.case).await.unwrap().head;
    assert_eq!(head.demander, None, "nobody unknown names who asks");
    platform.act_on_case(&public(), opened.case, withdraw(Some(&number.to_lowercase()))).await.unwrap();
    let mut refused = None;
    for _ in 0..crate::objection::PER_ENTRY {
        refused = platform.act_on_case(&public(), opened.case, withdraw(None)).await.err();
    }
    assert_eq!(refused.map(|error| error.code), Some(Code::RateLimited));
    district.close().await.unwrap();
}

/// The public's application to use open data, with everything that it asks for.
fn submission(platform: &crate::Platform) -> ActInput {
    let pack = "changning-2025".into();
    let asked = platform.book().papers_asked(&pack, &"opening_request".into(), &"submit".into(), &law::Facts::new());
    asked.iter().fold(ActInput::new("submit").role("public"), |act, paper| act.paper(paper.as_str(), "申请使用"))
}
