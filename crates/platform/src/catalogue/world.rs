//! A small district for the slice tests: a holder and an asker of data, the offices, an in-memory lake, the real
//! regulations; on every database at hand.

use std::{cell::Cell, fs};

use super::*;
use crate::{
    collection::{HandIn, Loaded},
    ctx::{Office, Role},
    lake::{ColumnKind, SharedLake},
    sharing::{DemandType, Elements, Frequency, Mode, RequestInput, RequestView, SignedCommitment},
    testkit::{self, District},
};

pub(crate) struct World {
    pub(crate) platform: Platform,
    pub(crate) lake: SharedLake,
    pub(crate) holder: OrganisationId,
    pub(crate) asker: OrganisationId,
    pub(crate) centre: OrganisationId,
    pub(crate) authority: OrganisationId,
    pub(crate) district: District,
    seed: Cell<u8>,
}

/// Five good rows; a sixth lacks its code.
pub(crate) const ROWS: &str = "code,id_number,name,street,amount\n\
    A1,310105199001010010,王一,江苏路,100\nA2,310105199001010029,李二,新华路,200\nA3,310105199001010037,张三,江苏路,300\n\
    A4,310105199001010045,赵四,,400\nA5,310105199001010053,钱五,北新泾,500\n,310105199001010061,无码,江苏路,1\n";

pub(crate) fn at(text: &str) -> Timestamp {
    format!("{}+08:00", text.replace(' ', "T")).parse().unwrap()
}

impl World {
    /// A world on every database at hand.
    pub(crate) async fn all(pack: &str) -> Vec<Self> {
        let mut worlds = Vec::new();
        for store in testkit::databases() {
            let district = District::open_with(store, |settings| settings.pack = pack.into()).await.unwrap();
            worlds.push(Self::of(district));
        }
        worlds
    }

    pub(crate) fn of(district: District) -> Self {
        let of = |code: &str| district.organisation(code).unwrap();
        Self {
            platform: district.platform.clone(),
            lake: district.lake.clone(),
            holder: of("housing"),
            asker: of("transport"),
            centre: of("centre"),
            authority: of("authority"),
            district,
            seed: Cell::new(0),
        }
    }

    pub(crate) async fn close(self) {
        drop(self.platform);
        self.district.close().await.unwrap();
    }

    /// A context of its own chance for every call.
    pub(crate) fn ctx(&self, who: Actor, now: &str) -> Ctx {
        self.seed.set(self.seed.get().wrapping_add(1));
        let mut seed = [0; 32];
        seed[0] = self.seed.get();
        seed[1..9].copy_from_slice(&at(now).as_millisecond().to_le_bytes());
        Ctx::new(who, at(now), seed)
    }
    pub(crate) fn machine(&self, now: &str) -> Ctx {
        self.ctx(Actor::Platform, now)
    }
    fn person(&self, of: OrganisationId, office: Option<Office>, role: Role, now: &str) -> Ctx {
        self.ctx(Actor::Person { id: PersonId(of.0), organisation: of, office, roles: [role].into() }, now)
    }
    pub(crate) fn holder(&self, now: &str) -> Ctx {
        self.person(self.holder, None, Role::DataExecutive, now)
    }
    pub(crate) fn asker(&self, now: &str) -> Ctx {
        self.person(self.asker, None, Role::DataExecutive, now)
    }
    pub(crate) fn centre(&self, now: &str) -> Ctx {
        self.person(self.centre, Some(Office::new(Office::CENTRE)), Role::Officer, now)
    }
    pub(crate) fn authority(&self, now: &str) -> Ctx {
        self.person(self.authority, Some(Office::new(Office::AUTHORITY)), Role::Officer, now)
    }
    /// Who may read the log.
    pub(crate) fn auditor(&self, now: &str) -> Ctx {
        self.person(self.centre, None, Role::AuditAdministrator, now)
    }

    /// A complete entry of the holder, conditionally shared.
    pub(crate) async fn complete(&self, title: &str) -> EntryInput {
        let code = format!("D-{title}");
        let duties = self.platform.duties(&self.holder("2026-03-02 08:10"), self.holder).await.unwrap();
        let duty = match duties.into_iter().find(|duty| duty.code == code) {
            Some(duty) => duty,
            None => {
                let input = DutyInput {
                    code,
                    name: "社会救助".into(),
                    basis: "社会救助暂行办法".into(),
                    description: String::new(),
                };
                self.platform.create_duty(&self.holder("2026-03-02 08:10"), input).await.unwrap()
            }
        };
        EntryInput { title: title.into(), duty: Some(duty.id), ..sample() }
    }

    /// Drafted, submitted, published.
    pub(crate) async fn published(&self, title: &str) -> EntryId {
        let input = self.complete(title).await;
        let (entry, receipt) = self.platform.draft_entry(&self.holder("2026-03-02 09:00"), input).await.unwrap();
        let id = entry.line.id;
        self.platform.submit_entry(&self.holder("2026-03-02 09:10"), id, ActInput::new("submit")).await.unwrap();
        self.platform
            .act_on_case(&self.centre("2026-03-02 10:00"), receipt.case, ActInput::new("publish").role("centre"))
            .await
            .unwrap();
        id
    }

    /// A demand with its commitment signed.
    pub(crate) async fn signed(&self, mut input: RequestInput) -> RequestInput {
        input.elements.commitment = None;
        let text = self.platform.commitment_text(&self.asker("2026-03-04 08:00"), &input).await.unwrap();
        let key = testkit::signing_key("transport").unwrap();
        let signature =
            base64::Engine::encode(&base64::engine::general_purpose::STANDARD, key.sign(text.as_bytes()).to_der());
        input.elements.commitment =
            Some(SignedCommitment { text, signature, public_key: key.verifying_key().to_spki_pem() });
        input
    }

    /// Asked for with every element, approved by the holder: the service.
    pub(crate) async fn granted(&self, input: RequestInput) -> ServiceId {
        let input = self.signed(input).await;
        let (request, receipt) = self.platform.ask(&self.asker("2026-03-04 09:00"), input).await.unwrap();
        self.platform
            .act_on_case(&self.holder("2026-03-04 10:00"), receipt.case, ActInput::new("approve"))
            .await
            .unwrap();
        self.request(&request).await.service.unwrap()
    }

    pub(crate) async fn request(&self, request: &RequestView) -> RequestView {
        self.platform.request(&self.asker("2026-03-04 10:10"), request.id).await.unwrap()
    }

    pub(crate) fn file(&self, name: &str, text: &str) -> HandIn {
        let path = self.district.folder().join(name);
        fs::write(&path, text).unwrap();
        HandIn { path, name: name.into(), sheet: None }
    }

    pub(crate) async fn loaded(&self, entry: EntryId) -> Loaded {
        let file = self.file("rows.csv", ROWS);
        self.platform.hand_in(&self.holder("2026-03-03 09:00"), entry, file, |_| true).await.unwrap()
    }
}

pub(crate) fn item(code: &str, kind: ColumnKind, mask: Option<&str>) -> Item {
    Item {
        code: code.into(),
        name: format!("{code} 项"),
        kind,
        length: (kind == ColumnKind::Text).then_some(60),
        meaning: format!("{code} 的含义"),
        key: false,
        required: false,
        sensitive: mask.is_some(),
        grade: None,
        mask: mask.map(str::to_owned),
    }
}

pub(crate) fn sample() -> EntryInput {
    EntryInput {
        title: "困难家庭救助名单".into(),
        description: "享受救助的家庭及金额".into(),
        duty: None,
        system: None,
        source: "救助申请表".into(),
        managing_unit: "救助科".into(),
        format: Some(DataFormat::Database),
        items: vec![
            Item { key: true, required: true, ..item("code", ColumnKind::Text, None) },
            Item { key: true, ..item("id_number", ColumnKind::Text, Some("id_number")) },
            item("name", ColumnKind::Text, Some("name")),
            item("street", ColumnKind::Text, None),
            item("amount", ColumnKind::Integer, None),
        ],
        update_cycle: Some(UpdateCycle::Monthly),
        class: "民生服务".into(),
        grade: Some(Grade::General3),
        sharing: Sharing {
            kind: SharingType::Conditional,
            scope: "区内救助协同部门".into(),
            usage: "资格核对".into(),
            conditions: "按次核对，不得留存".into(),
            ..Sharing::default()
        },
        opening: Opening::default(),
        coverage: Coverage { area: "全区".into(), from: None, until: None },
        keywords: vec!["救助".into()],
    }
}

/// Every element a demand can have, but the signature.
pub(crate) fn demand(entry: EntryId) -> RequestInput {
    RequestInput {
        entry,
        elements: Elements {
            demand_type: Some(DemandType::District),
            items: ["code", "id_number", "name", "street"].map(String::from).into(),
            scenario: "就业援助资格核对".into(),
            legal_basis: "就业促进法".into(),
            business_goal: "免交证明".into(),
            scope: "就业科办理援助申请时".into(),
            mode: Some(Mode::Api),
            frequency: Some(Frequency::Daily),
            term_until: Some("2027-12-31".parse().unwrap()),
            security_grade: Some(Grade::General3),
            security_measures: "专网、专人、日志".into(),
            purpose: "aid_check".into(),
            rate_per_minute: Some(600),
            ..Elements::default()
        },
    }
}
