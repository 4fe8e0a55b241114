//! A small real district to measure: the platform with the repository's law on a database and a lake of its own, an organisation
//! that holds data, one that asks for it, the centre, and a person of each.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use anyhow::{Context, Result};
use jiff::Timestamp;
use platform::{
    Actor, Ctx, DutyId, EntryId, Keys, Office, OrganisationId, PasswordCost, Platform, Role, Settings,
    catalogue::{DutyInput, EntryInput},
    docket::{ActInput, Receipt},
    identity::{OrganisationInput, OrganisationKind, PersonInput},
    lake::SharedLake,
};
use serde_json::json;
use server::{Clock, WallClock};

use crate::workplace::Workplace;

/// The login of the person whom [`District::holder`] stands for.
pub const HOLDER: &str = "housing.one";
/// Everybody's password.
pub const PASSWORD: &str = "correct horse battery";

/// The district.
#[derive(Clone)]
pub struct District {
    /// Its platform.
    pub platform: Platform,
    /// The executive of the organisation that holds data.
    pub holder: Actor,
    /// The executive of the organisation that asks for data.
    pub asker: Actor,
    /// The organisation that asks for data.
    pub asking: OrganisationId,
    centre: Actor,
    duty: DutyId,
    draws: Arc<AtomicU64>,
}

impl District {
    /// Opens the platform and makes everybody.
    ///
    /// # Errors
    /// Whatever the platform refuses.
    pub async fn open(place: &Workplace, folder: &Path, database: String, lake: SharedLake) -> Result<Self> {
        let settings = Settings {
            database,
            log_root: folder.join("log"),
            pack: "changning-2025".into(),
            demonstration: true,
            password_cost: PasswordCost::Fast,
            origin: "gongshu.bench.example".to_owned(),
            node: "bench".to_owned(),
        };
        let log_sm2 = sm::sign::SigningKey::from_bytes(&[0x42; 32])?;
        let keys = Keys { log_sm2, log_ed25519: [0x43; 32], vault: [0x44; 16] };
        let platform = Platform::open(settings, Arc::new(place.book()?), lake, keys, now(), [1; 32]).await?;
        let nobody = Actor::Public;
        let mut district = Self {
            platform,
            holder: nobody.clone(),
            asker: nobody.clone(),
            centre: nobody,
            asking: OrganisationId(uuid::Uuid::nil()),
            duty: DutyId(uuid::Uuid::nil()),
            draws: Arc::default(),
        };
        (_, district.holder) = district.organisation("housing", None, Role::DataExecutive).await?;
        (district.asking, district.asker) = district.organisation("transport", None, Role::DataExecutive).await?;
        (_, district.centre) =
            district.organisation("centre", Some(Office::new(Office::CENTRE)), Role::Officer).await?;
        let duty = DutyInput {
            code: "D1".to_owned(),
            name: "人口登记".to_owned(),
            basis: "户口登记条例".to_owned(),
            description: String::new(),
        };
        district.duty = district.platform.create_duty(&district.ctx(&district.holder), duty).await?.id;
        Ok(district)
    }

    /// A context for one verb: the wall clock, and chance that is drawn once.
    pub fn ctx(&self, who: &Actor) -> Ctx {
        let mut seed = [0; 32];
        let draw = self.draws.fetch_add(1, Ordering::Relaxed).to_le_bytes();
        seed.iter_mut().zip(draw).for_each(|(byte, digit)| *byte = digit);
        Ctx::new(who.clone(), now(), seed)
    }

    /// The act that opens an entry's case: its organisation drafts it.
    ///
    /// # Errors
    /// Whatever the platform refuses.
    pub async fn draft(&self, title: &str) -> Result<(EntryId, Receipt)> {
        let input = self.entry(title)?;
        let (entry, receipt) = self.platform.draft_entry(&self.ctx(&self.holder), input).await?;
        Ok((entry.line.id, receipt))
    }

    /// The second act: the organisation submits the draft.
    ///
    /// # Errors
    /// Whatever the platform refuses.
    pub async fn submit(&self, entry: EntryId) -> Result<Receipt> {
        Ok(self.platform.submit_entry(&self.ctx(&self.holder), entry, ActInput::new("submit")).await?)
    }

    /// The third act: the centre reviews it and publishes it.
    ///
    /// # Errors
    /// Whatever the platform refuses.
    pub async fn publish(&self, submitted: &Receipt) -> Result<Receipt> {
        let act = ActInput::new("publish").role("centre");
        Ok(self.platform.act_on_case(&self.ctx(&self.centre), submitted.case, act).await?)
    }

    async fn organisation(&self, code: &str, office: Option<Office>, role: Role) -> Result<(OrganisationId, Actor)> {
        let machine = Actor::Platform;
        let input = OrganisationInput {
            code: code.to_owned(),
            name: code.to_owned(),
            kind: OrganisationKind::Department,
            credit_code: None,
            office,
        };
        let organisation = self.platform.create_organisation(&self.ctx(&machine), input).await?.id;
        let login = format!("{code}.one");
        let input =
            PersonInput {
                login: login.clone(), name: "某某".to_owned(), organisation, password: PASSWORD.to_owned()
            };
        let person = self.platform.create_person(&self.ctx(&machine), input).await?.id;
        self.platform.set_roles(&self.ctx(&machine), person, [role].into()).await?;
        Ok((organisation, self.platform.actor(&login).await?))
    }

    /// A complete entry over the columns of [`crate::persons`].
    fn entry(&self, title: &str) -> Result<EntryInput> {
        let text = |code: &str, name: &str, mask: Option<&str>| {
            json!({"code": code, "name": name, "kind": "text", "length": 60, "meaning": name, "mask": mask,
                   "key": code == crate::persons::KEY, "required": code == crate::persons::KEY, "sensitive": mask.is_some()})
        };
        let other =
            |code: &str, name: &str, kind: &str| json!({"code": code, "name": name, "kind": kind, "meaning": name});
        let entry = json!({
            "title": title, "description": "辖区实有人口登记", "duty": self.duty, "source": "登记表", "managing_unit": "人口科",
            "format": "database", "update_cycle": "monthly", "class": "民生服务", "grade": "general_3",
            "coverage": {"area": "全区"}, "keywords": ["人口"],
            "sharing": {"kind": "conditional", "scope": "区内部门", "usage": "资格核对", "conditions": "按次核对，不得留存"},
            "items": [
                text("id_number", "身份证号", Some("id_number")), text("name", "姓名", Some("name")), text("sex", "性别", None),
                other("born", "出生日期", "date"), text("street", "街道", None), text("address", "住址", None),
                text("mobile", "手机号", Some("mobile")), other("household", "户号", "integer"),
                other("enrolled", "在册", "flag"), other("registered_at", "登记时间", "date_time"),
                other("income", "月收入", "number"),
            ],
        });
        serde_json::from_value(entry).context("the sample entry does not fit the catalogue's form any more")
    }
}

/// The present instant.
pub fn now() -> Timestamp {
    WallClock.now()
}
