//! A small district for the slice tests: four organisations, an in-memory lake, the real regulations. Every test has its own.

use std::{
    cell::Cell,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use law::Book;

use super::*;
use crate::{
    Keys, PasswordCost, Settings,
    collection::{HandIn, Loaded},
    ctx::{Office, Role},
    identity::{OrganisationInput, OrganisationKind},
    lake::{ColumnKind, MemoryLake, SharedLake},
    sharing::{DemandType, Elements, Frequency, Mode, RequestInput},
};

pub(crate) struct World {
    pub(crate) platform: Platform,
    pub(crate) lake: SharedLake,
    pub(crate) dir: tempfile::TempDir,
    pub(crate) holder: OrganisationId,
    pub(crate) asker: OrganisationId,
    pub(crate) centre: OrganisationId,
    pub(crate) authority: OrganisationId,
    seed: Cell<u8>,
}

/// Five good rows; a sixth lacks its code.
pub(crate) const ROWS: &str = "code,id_number,name,street,amount\n\
    A1,310105199001010010,王一,江苏路,100\nA2,310105199001010029,李二,新华路,200\nA3,310105199001010037,张三,江苏路,300\n\
    A4,310105199001010045,赵四,,400\nA5,310105199001010053,钱五,北新泾,500\n,310105199001010061,无码,江苏路,1\n";

pub(crate) fn at(text: &str) -> Timestamp {
    format!("{}+08:00", text.replace(' ', "T")).parse().unwrap()
}

pub(crate) fn book() -> Arc<Book> {
    fn read(dir: &Path, root: &Path, files: &mut Vec<(String, String)>) {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                read(&path, root, files);
            } else {
                let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
                files.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../regulations");
    let mut files = Vec::new();
    read(&root, &root, &mut files);
    files.sort();
    Arc::new(
        Book::parse(files)
            .unwrap_or_else(|faults| panic!("{}", faults.iter().map(|f| format!("{f}\n")).collect::<String>())),
    )
}

impl World {
    pub(crate) async fn new(pack: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let lake: SharedLake = Arc::new(MemoryLake::new());
        let platform = Self::open(pack, "sqlite::memory:", dir.path(), lake.clone()).await;
        let mut world = Self {
            platform,
            lake,
            dir,
            holder: OrganisationId(uuid::Uuid::nil()),
            asker: OrganisationId(uuid::Uuid::nil()),
            centre: OrganisationId(uuid::Uuid::nil()),
            authority: OrganisationId(uuid::Uuid::nil()),
            seed: Cell::new(0),
        };
        world.holder = world.organisation("mzj", "民政局", None).await;
        world.asker = world.organisation("rsj", "人社局", None).await;
        world.centre = world.organisation("centre", "数据发展中心", Some(Office::Centre)).await;
        world.authority = world.organisation("sjj", "数据局", Some(Office::Authority)).await;
        world
    }

    pub(crate) async fn open(pack: &str, database: &str, dir: &Path, lake: SharedLake) -> Platform {
        let settings = Settings {
            database: database.to_owned(),
            log_root: dir.join("log"),
            pack: pack.into(),
            demonstration: true,
            password_cost: PasswordCost::Fast,
            origin: "gongshu.test".to_owned(),
            node: "one".to_owned(),
        };
        let mut seed = <rand_chacha::ChaCha20Rng as rand::SeedableRng>::from_seed([3; 32]);
        let keys = Keys { log_sm2: sm::sign::SigningKey::generate(&mut seed), log_ed25519: [5; 32], vault: [7; 16] };
        Platform::open(settings, book(), lake, keys, at("2026-03-02 08:00"), [9; 32]).await.unwrap()
    }

    async fn organisation(&self, code: &str, name: &str, office: Option<Office>) -> OrganisationId {
        let input = OrganisationInput {
            code: code.into(),
            name: name.into(),
            kind: OrganisationKind::Department,
            credit_code: None,
            office,
        };
        self.platform.create_organisation(&self.machine("2026-03-02 08:00"), input).await.unwrap().id
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
        self.person(self.centre, Some(Office::Centre), Role::Officer, now)
    }
    pub(crate) fn authority(&self, now: &str) -> Ctx {
        self.person(self.authority, Some(Office::Authority), Role::Officer, now)
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

    pub(crate) fn file(&self, name: &str, text: &str) -> HandIn {
        let path = self.dir.path().join(name);
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
