//! The docket's tables. The engine's own picture of a case is one JSON text, so that it is read and written as a whole;
//! what is searched for has columns of its own. Instants are microseconds since 1970.

use sea_orm_migration::{
    schema::{big_integer, big_integer_null, binary_null, boolean, integer, pk_uuid, text, text_null, uuid, uuid_null},
    sea_query::{ColumnDef, Index, IndexOrder, Table},
};

use crate::db::{Alterations, Tables};

/// A case.
pub mod case {
    use sea_orm::entity::prelude::*;

    /// One case.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "docket_case")]
    pub struct Model {
        /// Its id.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        /// The pack it keeps.
        pub pack: String,
        /// Its procedure.
        pub procedure: String,
        /// What kind of thing it is about.
        pub subject_kind: String,
        /// Which one.
        pub subject_id: Uuid,
        /// Who provides.
        pub provider_id: Option<Uuid>,
        /// Who asks.
        pub demander_id: Option<Uuid>,
        /// Who plays other roles of one organisation a case, `{role: organisation}` as JSON.
        #[sea_orm(column_type = "Text")]
        pub parties: String,
        /// From which case it was opened.
        pub parent_id: Option<Uuid>,
        /// Its state.
        pub state: String,
        /// The roles it waits for, each between blanks.
        pub waits_for: String,
        /// Whether it has ended.
        pub ended: bool,
        /// When it was opened.
        pub opened_at: i64,
        /// When it was last changed.
        pub changed_at: i64,
        /// `law::Case` as JSON.
        #[sea_orm(column_type = "Text")]
        pub data: String,
        /// When the law acts next.
        pub next_due_at: Option<i64>,
        /// The number of acts in it.
        pub acts: i32,
        /// How often it was changed.
        pub version: i32,
        /// The date due that people look at; the largest number = none.
        pub due_at: i64,
    }

    /// No relations: joins are written where they are needed.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// A party of a case besides those who provide and ask; repeats the case's row for finding cases by their parties.
pub mod party {
    use sea_orm::entity::prelude::*;

    /// One party.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "docket_party")]
    pub struct Model {
        /// The case.
        #[sea_orm(primary_key, auto_increment = false)]
        pub case_id: Uuid,
        /// Its role.
        #[sea_orm(primary_key, auto_increment = false)]
        pub role: String,
        /// Which organisation.
        pub organisation_id: Uuid,
    }

    /// No relations: joins are written where they are needed.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// A receipt: who has its number may act in the case without logging in.
pub mod receipt {
    use sea_orm::entity::prelude::*;

    /// One receipt.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "docket_receipt")]
    pub struct Model {
        /// The digest of its number.
        #[sea_orm(primary_key, auto_increment = false)]
        pub digest: String,
        /// The case that was opened with it.
        pub case_id: Uuid,
    }

    /// No relations: joins are written where they are needed.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// A matter: what a case is about when it is nothing that the platform holds.
pub mod matter {
    use sea_orm::entity::prelude::*;

    /// One matter.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "docket_matter")]
    pub struct Model {
        /// Its id.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        /// What it is called.
        pub title: String,
        /// When it was named.
        pub named_at: i64,
    }

    /// No relations: joins are written where they are needed.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// An act.
pub mod act {
    use sea_orm::entity::prelude::*;

    /// One act.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "docket_act")]
    pub struct Model {
        /// Its id, which is also that of its log entry.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        /// The case.
        pub case_id: Uuid,
        /// Its number in the case, from 1.
        pub seq: i32,
        /// Which act.
        pub act: String,
        /// In which role.
        pub role: String,
        /// `person`, `client`, `law` or `platform`.
        pub actor_kind: String,
        /// Which person or client.
        pub actor_id: Option<Uuid>,
        /// For which organisation.
        pub organisation_id: Option<Uuid>,
        /// When it took effect.
        pub at: i64,
        /// When it was recorded; later than `at` when the law acted while nobody looked.
        pub recorded_at: i64,
        /// The articles, JSON.
        pub articles: String,
        /// The state before.
        pub from_state: Option<String>,
        /// The state after.
        pub to_state: String,
        /// Papers with the salts of their commitments, sealed.
        pub papers: Option<Vec<u8>>,
        /// The papers' names, JSON.
        pub paper_names: String,
        /// The clock that ran out, when the law acted.
        pub expired: Option<String>,
        /// What that meant.
        pub outcome: Option<String>,
        /// The pack of the case.
        pub pack: String,
        /// The procedure of the case.
        pub procedure: String,
    }

    /// No relations: joins are written where they are needed.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// A run of a clock.
pub mod clock {
    use sea_orm::entity::prelude::*;

    /// One run of a clock; `missed` is a breach or another outcome of silence.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "docket_clock")]
    pub struct Model {
        /// The case.
        #[sea_orm(primary_key, auto_increment = false)]
        pub case_id: Uuid,
        /// The run's number in the case, from 0.
        #[sea_orm(primary_key, auto_increment = false)]
        pub run: i32,
        /// The clock.
        pub clock: String,
        /// The article that sets it.
        pub article: String,
        /// When it started.
        pub started_at: i64,
        /// When the term runs out.
        pub due_at: Option<i64>,
        /// How it stands.
        pub status: String,
    }

    /// No relations: joins are written where they are needed.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// A notice.
pub mod notice {
    use sea_orm::entity::prelude::*;

    /// One notice in the inbox of an organisation or of an office.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "docket_notice")]
    pub struct Model {
        /// Its id.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        /// `notice`, `report` or `breach`.
        pub kind: String,
        /// To which organisation.
        pub organisation_id: Option<Uuid>,
        /// To which office.
        pub office: Option<String>,
        /// About which case.
        pub case_id: Uuid,
        /// From which act.
        pub act_id: Uuid,
        /// The pack of the case.
        pub pack: String,
        /// The procedure of the case.
        pub procedure: String,
        /// The act's name.
        pub act: String,
        /// The state the case came to.
        pub state: String,
        /// The article.
        pub article: String,
        /// When.
        pub at: i64,
        /// When it was read.
        pub read_at: Option<i64>,
        /// By whom.
        pub read_by: Option<Uuid>,
    }

    /// No relations: joins are written where they are needed.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// A lease: who alone does something, and until when.
pub mod lease {
    use sea_orm::entity::prelude::*;

    /// One lease.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "lease")]
    pub struct Model {
        /// What for.
        #[sea_orm(primary_key, auto_increment = false)]
        pub name: String,
        /// Who holds it.
        pub holder: String,
        /// Until when.
        pub until: i64,
    }

    /// No relations.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// An idempotency key.
pub mod idempotency {
    use sea_orm::entity::prelude::*;

    /// One key and the receipt it stands for.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "idempotency")]
    pub struct Model {
        /// Who chose it.
        #[sea_orm(primary_key, auto_increment = false)]
        pub actor: String,
        /// The key.
        #[sea_orm(primary_key, auto_increment = false)]
        pub key: String,
        /// SM3 of what was asked, so that a key cannot be used for something else.
        pub digest: String,
        /// The receipt, JSON.
        pub response: String,
        /// When.
        pub at: i64,
    }

    /// No relations.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// The tables of this slice.
pub(crate) fn migration() -> Tables {
    let case = Table::create()
        .table("docket_case")
        .col(pk_uuid("id"))
        .col(text("pack"))
        .col(text("procedure"))
        .col(text("subject_kind"))
        .col(uuid("subject_id"))
        .col(uuid_null("provider_id"))
        .col(uuid_null("demander_id"))
        .col(text("parties"))
        .col(uuid_null("parent_id"))
        .col(text("state"))
        .col(text("waits_for"))
        .col(boolean("ended"))
        .col(big_integer("opened_at"))
        .col(big_integer("changed_at"))
        .col(text("data"))
        .col(big_integer_null("next_due_at"))
        .col(integer("acts"))
        .col(integer("version"))
        .to_owned();
    let party = Table::create()
        .table("docket_party")
        .col(uuid("case_id"))
        .col(text("role"))
        .col(uuid("organisation_id"))
        .primary_key(Index::create().col("case_id").col("role"))
        .to_owned();
    let receipt =
        Table::create().table("docket_receipt").col(text("digest").primary_key()).col(uuid("case_id")).to_owned();
    let matter = Table::create()
        .table("docket_matter")
        .col(pk_uuid("id"))
        .col(text("title"))
        .col(big_integer("named_at"))
        .to_owned();
    let act = Table::create()
        .table("docket_act")
        .col(pk_uuid("id"))
        .col(uuid("case_id"))
        .col(integer("seq"))
        .col(text("act"))
        .col(text("role"))
        .col(text("actor_kind"))
        .col(uuid_null("actor_id"))
        .col(uuid_null("organisation_id"))
        .col(big_integer("at"))
        .col(big_integer("recorded_at"))
        .col(text("articles"))
        .col(text_null("from_state"))
        .col(text("to_state"))
        .col(binary_null("papers"))
        .col(text("paper_names"))
        .col(text_null("expired"))
        .col(text_null("outcome"))
        .to_owned();
    let clock = Table::create()
        .table("docket_clock")
        .col(uuid("case_id"))
        .col(integer("run"))
        .col(text("clock"))
        .col(text("article"))
        .col(big_integer("started_at"))
        .col(big_integer_null("due_at"))
        .col(text("status"))
        .primary_key(Index::create().col("case_id").col("run"))
        .to_owned();
    let notice = Table::create()
        .table("docket_notice")
        .col(pk_uuid("id"))
        .col(text("kind"))
        .col(uuid_null("organisation_id"))
        .col(text_null("office"))
        .col(uuid("case_id"))
        .col(uuid("act_id"))
        .col(text("pack"))
        .col(text("procedure"))
        .col(text("act"))
        .col(text("state"))
        .col(text("article"))
        .col(big_integer("at"))
        .col(big_integer_null("read_at"))
        .col(uuid_null("read_by"))
        .to_owned();
    let lease = Table::create()
        .table("lease")
        .col(text("name").primary_key())
        .col(text("holder"))
        .col(big_integer("until"))
        .to_owned();
    let idempotency = Table::create()
        .table("idempotency")
        .col(text("actor"))
        .col(text("key"))
        .col(text("digest"))
        .col(text("response"))
        .col(big_integer("at"))
        .primary_key(Index::create().col("actor").col("key"))
        .to_owned();
    let on = |table: &'static str, name: &'static str, columns: &[&'static str]| {
        let mut index = Index::create();
        index.name(name).table(table);
        for column in columns {
            index.col(*column);
        }
        index
    };
    Tables {
        name: "20261121_docket",
        tables: vec![case, party, receipt, matter, act, clock, notice, lease, idempotency],
        indexes: vec![
            on("docket_case", "docket_case_due", &["next_due_at"]),
            on("docket_case", "docket_case_subject", &["subject_id"]),
            on("docket_case", "docket_case_provider", &["provider_id", "changed_at"]),
            on("docket_case", "docket_case_demander", &["demander_id", "changed_at"]),
            on("docket_party", "docket_party_organisation", &["organisation_id", "role"]),
            // The second guard after the case's version: an act's place in its case is taken only once.
            on("docket_act", "docket_act_place", &["case_id", "seq"]).unique().to_owned(),
            on("docket_clock", "docket_clock_due", &["status", "due_at"]),
            on("docket_notice", "docket_notice_organisation", &["organisation_id", "at"]),
            on("docket_notice", "docket_notice_office", &["office", "at"]),
        ],
    }
}

/// What lists need: the date that people look at, and the orders in which cases and acts are listed.
pub(crate) fn lists() -> Alterations {
    let due = Table::alter()
        .table("docket_case")
        .add_column(ColumnDef::new("due_at").big_integer().not_null().default(super::rules::NEVER))
        .to_owned();
    let descending = |name: &'static str, table: &'static str, first: Option<&'static str>, then: [&'static str; 2]| {
        let mut index = Index::create();
        index.name(name).table(table);
        if let Some(first) = first {
            index.col(first);
        }
        for column in then {
            index.col((column, IndexOrder::Desc));
        }
        index.to_owned()
    };
    Alterations {
        name: "20261122_docket_lists",
        columns: vec![due],
        indexes: vec![
            descending("docket_case_by_due", "docket_case", Some("due_at"), ["changed_at", "id"]),
            descending("docket_case_by_change", "docket_case", None, ["changed_at", "id"]),
            descending("docket_act_by_record", "docket_act", None, ["recorded_at", "id"]),
        ],
        // A breach that stands already is found when its case is next written; until then it lists by its next date.
        statements: &["UPDATE docket_case SET due_at = next_due_at WHERE next_due_at IS NOT NULL"],
    }
}

/// What a case is chosen by, in the order of each list: so that a long docket is counted and leafed through without reading the
/// cases themselves, which are long.
pub(crate) fn covered() -> Alterations {
    let chosen_by = [
        "pack",
        "procedure",
        "subject_kind",
        "subject_id",
        "provider_id",
        "demander_id",
        "state",
        "waits_for",
        "ended",
    ];
    let list = |name: &'static str, first: &[&'static str], order: &[&'static str], rest: &[&'static str]| {
        let mut index = Index::create();
        index.name(name).table("docket_case");
        for column in first {
            index.col(*column);
        }
        for column in order {
            index.col((*column, IndexOrder::Desc));
        }
        for column in rest.iter().chain(&chosen_by) {
            index.col(*column);
        }
        index.to_owned()
    };
    Alterations {
        name: "20261122_docket_lists_covered",
        columns: Vec::new(),
        indexes: vec![
            list("docket_case_list_by_due", &["due_at"], &["changed_at", "id"], &[]),
            list("docket_case_list_by_change", &[], &["changed_at", "id"], &["due_at"]),
            list("docket_case_list_by_opening", &[], &["id"], &["due_at"]),
        ],
        statements: &["DROP INDEX docket_case_by_due", "DROP INDEX docket_case_by_change"],
    }
}

/// What acts are searched by: every filter has an index in the order of time. An act repeats pack and procedure of its case, so
/// that a search for the acts of one procedure reads no others. The rare ones, acts of the law after a term, have indexes of
/// their own that hold nothing else.
pub(crate) fn searched() -> Alterations {
    let column = |name: &'static str| {
        Table::alter().table("docket_act").add_column(ColumnDef::new(name).text().not_null().default("")).to_owned()
    };
    Alterations {
        name: "20261122_docket_acts_searched",
        columns: vec![column("pack"), column("procedure")],
        indexes: Vec::new(),
        // The rows are filled before the indexes are made, so that every index is written once.
        statements: &[
            "UPDATE docket_act SET \
             pack = coalesce((SELECT c.pack FROM docket_case c WHERE c.id = docket_act.case_id), ''), \
             procedure = coalesce((SELECT c.procedure FROM docket_case c WHERE c.id = docket_act.case_id), '')",
            "CREATE INDEX docket_act_by_time ON docket_act (at DESC, id DESC)",
            "CREATE INDEX docket_act_of_kind ON docket_act (actor_kind, at DESC, id DESC)",
            "CREATE INDEX docket_act_of_organisation ON docket_act (organisation_id, at DESC, id DESC) \
             WHERE organisation_id IS NOT NULL",
            "CREATE INDEX docket_act_of_actor ON docket_act (actor_id, at DESC, id DESC) WHERE actor_id IS NOT NULL",
            "CREATE INDEX docket_act_of_pack ON docket_act (pack, at DESC, id DESC)",
            "CREATE INDEX docket_act_of_procedure ON docket_act (procedure, at DESC, id DESC)",
            "CREATE INDEX docket_act_of_action ON docket_act (procedure, act, at DESC, id DESC)",
            "CREATE INDEX docket_act_missed ON docket_act (at DESC, id DESC) WHERE expired IS NOT NULL",
            "CREATE INDEX docket_act_breach ON docket_act (at DESC, id DESC) WHERE outcome = 'breach'",
        ],
    }
}
