//! Who is in the district: tables. Passwords are Argon2id strings; TOTP secrets are sealed; tokens are kept only as SM3 hashes.

use sea_orm_migration::{
    schema::{big_integer, big_integer_null, binary, binary_null, boolean, integer, pk_uuid, text, text_null, uuid},
    sea_query::{ColumnDef, Index, Table},
};

use crate::db::{Alterations, Tables};

/// An organisation.
pub mod organisation {
    use sea_orm::entity::prelude::*;

    /// One organisation.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "organisation")]
    pub struct Model {
        /// Its id.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        /// Its short code, unique.
        pub code: String,
        /// Its name.
        pub name: String,
        /// What kind it is.
        pub kind: String,
        /// Its unified social credit code.
        pub credit_code: Option<String>,
        /// The office it holds.
        pub office: Option<String>,
        /// The office again when only one organisation may hold it; unique.
        pub seat: Option<String>,
        /// Its SM2 signing key, SPKI PEM: the electronic seal under which it signs commitments.
        pub signing_key: Option<String>,
        /// When it was created.
        pub created_at: i64,
        /// When that key was registered.
        pub signing_key_at: Option<i64>,
        /// Since when it is closed: nobody works for it any more.
        pub disabled_at: Option<i64>,
    }

    /// No relations: joins are written where they are needed.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// A signing key that is kept for an organisation.
pub mod held_key {
    use sea_orm::entity::prelude::*;

    /// One key.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "held_key")]
    pub struct Model {
        /// Whose.
        #[sea_orm(primary_key, auto_increment = false)]
        pub organisation_id: Uuid,
        /// The private half, sealed.
        pub sealed: Vec<u8>,
        /// When it was made.
        pub created_at: i64,
    }

    /// No relations: joins are written where they are needed.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// A person.
pub mod person {
    use sea_orm::entity::prelude::*;

    /// One person.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "person")]
    pub struct Model {
        /// Their id.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        /// Their login, unique.
        pub login: String,
        /// Their name.
        pub name: String,
        /// For whom they work.
        pub organisation_id: Uuid,
        /// Their roles, JSON.
        pub roles: String,
        /// Argon2id in PHC form.
        pub password: String,
        /// The TOTP secret, sealed.
        pub totp: Option<Vec<u8>>,
        /// The last time step whose code was used; a code is good once.
        pub totp_step: i64,
        /// Failed attempts since the last success.
        pub failures: i32,
        /// Until when they are locked out.
        pub locked_until: Option<i64>,
        /// When they were created.
        pub created_at: i64,
        /// Since when they may not log in any more.
        pub disabled_at: Option<i64>,
        /// Where the password was given by somebody else: until when it opens the door once, to choose one's own.
        pub one_time_until: Option<i64>,
    }

    /// No relations: joins are written where they are needed.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// A session.
pub mod session {
    use sea_orm::entity::prelude::*;

    /// One session.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "session")]
    pub struct Model {
        /// Its public id, by which it can be ended.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        /// SM3 of the token, hex.
        pub token: String,
        /// Whose.
        pub person_id: Uuid,
        /// When it began.
        pub created_at: i64,
        /// When it ends by itself.
        pub expires_at: i64,
        /// When it was ended.
        pub ended_at: Option<i64>,
        /// When it was last used, to within some minutes.
        pub used_at: Option<i64>,
    }

    /// No relations: joins are written where they are needed.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// A client.
pub mod client {
    use sea_orm::entity::prelude::*;

    /// A department's system.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "client")]
    pub struct Model {
        /// Its id.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        /// Whose.
        pub organisation_id: Uuid,
        /// What it is called.
        pub name: String,
        /// Its SM2 public key, PEM.
        #[sea_orm(column_type = "Text")]
        pub public_key: String,
        /// Until when the key is good.
        pub expires_at: i64,
        /// Whether it was revoked.
        pub revoked: bool,
        /// When it was registered.
        pub created_at: i64,
        /// When it last proved itself.
        pub used_at: Option<i64>,
    }

    /// No relations: joins are written where they are needed.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// A nonce of a client: used once.
pub mod nonce {
    use sea_orm::entity::prelude::*;

    /// One nonce.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "client_nonce")]
    pub struct Model {
        /// Whose.
        #[sea_orm(primary_key, auto_increment = false)]
        pub client_id: Uuid,
        /// The nonce.
        #[sea_orm(primary_key, auto_increment = false)]
        pub nonce: String,
        /// When.
        pub at: i64,
    }

    /// No relations.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// An access token of a client.
pub mod access {
    use sea_orm::entity::prelude::*;

    /// One access token.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "client_access")]
    pub struct Model {
        /// SM3 of the token, hex.
        #[sea_orm(primary_key, auto_increment = false)]
        pub token: String,
        /// Whose.
        pub client_id: Uuid,
        /// Until when it is good.
        pub expires_at: i64,
    }

    /// No relations.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// The first set-up of the district: at most one row.
pub mod setup {
    use sea_orm::entity::prelude::*;

    /// The set-up.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "setup")]
    pub struct Model {
        /// Always 1.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: i32,
        /// SM3 of the code that opens it, hex.
        pub code: String,
        /// When that code was printed.
        pub offered_at: i64,
        /// The district's name.
        pub district: Option<String>,
        /// Its code of GB/T 2260.
        pub area_code: Option<String>,
        /// When the district was set up.
        pub done_at: Option<i64>,
    }

    /// No relations.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// The tables of this slice.
/// Keys that are kept for organisations.
pub(crate) fn held_keys() -> Tables {
    let held_key = Table::create()
        .table("held_key")
        .col(pk_uuid("organisation_id"))
        .col(binary("sealed"))
        .col(big_integer("created_at"))
        .to_owned();
    Tables { name: "20261122_held_keys", tables: vec![held_key], indexes: Vec::new() }
}

pub(crate) fn migration() -> Tables {
    let organisation = Table::create()
        .table("organisation")
        .col(pk_uuid("id"))
        .col(text("code").unique_key())
        .col(text("name"))
        .col(text("kind"))
        .col(text_null("credit_code"))
        .col(text_null("office"))
        .col(text_null("seat").unique_key())
        .col(text_null("signing_key"))
        .col(big_integer("created_at"))
        .to_owned();
    let person = Table::create()
        .table("person")
        .col(pk_uuid("id"))
        .col(text("login").unique_key())
        .col(text("name"))
        .col(uuid("organisation_id"))
        .col(text("roles"))
        .col(text("password"))
        .col(binary_null("totp"))
        .col(big_integer("totp_step"))
        .col(integer("failures"))
        .col(big_integer_null("locked_until"))
        .col(big_integer("created_at"))
        .to_owned();
    let session = Table::create()
        .table("session")
        .col(pk_uuid("id"))
        .col(text("token").unique_key())
        .col(uuid("person_id"))
        .col(big_integer("created_at"))
        .col(big_integer("expires_at"))
        .col(big_integer_null("ended_at"))
        .to_owned();
    let client = Table::create()
        .table("client")
        .col(pk_uuid("id"))
        .col(uuid("organisation_id"))
        .col(text("name"))
        .col(text("public_key"))
        .col(big_integer("expires_at"))
        .col(boolean("revoked"))
        .col(big_integer("created_at"))
        .to_owned();
    let nonce = Table::create()
        .table("client_nonce")
        .col(uuid("client_id"))
        .col(text("nonce"))
        .col(big_integer("at"))
        .primary_key(Index::create().col("client_id").col("nonce"))
        .to_owned();
    let access = Table::create()
        .table("client_access")
        .col(text("token").primary_key())
        .col(uuid("client_id"))
        .col(big_integer("expires_at"))
        .to_owned();
    let index = |name: &'static str, table: &'static str, column: &'static str| {
        Index::create().name(name).table(table).col(column).to_owned()
    };
    Tables {
        name: "20261121_identity",
        tables: vec![organisation, person, session, client, nonce, access],
        indexes: vec![
            index("person_organisation", "person", "organisation_id"),
            index("session_person", "session", "person_id"),
            index("client_organisation", "client", "organisation_id"),
            index("client_nonce_at", "client_nonce", "at"),
            index("client_access_expires", "client_access", "expires_at"),
        ],
    }
}

/// What the administrators' consoles need to know besides: who is shut out, and what was last used.
pub(crate) fn administration() -> Alterations {
    let instant = |table: &'static str, column: &'static str| {
        Table::alter().table(table).add_column(ColumnDef::new(column).big_integer().null()).to_owned()
    };
    Alterations {
        name: "20261122_identity_administration",
        columns: vec![
            instant("organisation", "signing_key_at"),
            instant("organisation", "disabled_at"),
            instant("person", "disabled_at"),
            instant("person", "one_time_until"),
            instant("session", "used_at"),
            instant("client", "used_at"),
        ],
        indexes: vec![Index::create().name("session_expires").table("session").col("expires_at").to_owned()],
        statements: &[],
    }
}

/// The table of the first set-up.
pub(crate) fn first_set_up() -> Tables {
    let setup = Table::create()
        .table("setup")
        .col(integer("id").primary_key())
        .col(text("code"))
        .col(big_integer("offered_at"))
        .col(text_null("district"))
        .col(text_null("area_code"))
        .col(big_integer_null("done_at"))
        .to_owned();
    Tables { name: "20261122_setup", tables: vec![setup], indexes: Vec::new() }
}
