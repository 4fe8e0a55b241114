//! The first set-up of a real district, by whoever has the code that its node printed.

use axum::Json;
use platform::{Role, identity};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    law::{PackLine, pack_lines},
    people::RoleWord,
};
use crate::{
    AppState,
    auth::Anyone,
    extract::{Answer, Body},
    openapi::{PublicProblems, ReadProblems},
};

/// Routes of the set-up.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(setup_get, setup_make))
}

/// Tells whether the district is still to be set up, and which regulation the node serves.
#[utoipa::path(get, path = "/setup", tag = "setup", security(()), responses((status = 200, body = SetupStanding), ReadProblems))]
async fn setup_get(anyone: Anyone) -> Answer<SetupStanding> {
    let standing = anyone.platform().setup_standing().await?;
    Ok(Json(SetupStanding::of(&anyone, standing)))
}

/// Sets the district up: its name and its three administrators. It works once, with the code that the node printed when it was
/// started on an empty store.
#[utoipa::path(post, path = "/setup", tag = "setup", security(()), request_body = SetupInput, responses((status = 200, body = SetupStanding), PublicProblems))]
async fn setup_make(anyone: Anyone, Body(input): Body<SetupInput>) -> Answer<SetupStanding> {
    let administrators = input.administrators.into_iter().map(|one| identity::Administrator {
        role: one.role,
        login: one.login,
        name: one.name,
        password: one.password,
    });
    let input = identity::SetupInput {
        code: input.code,
        district: input.district,
        area_code: input.area_code,
        pack: input.pack,
        administrators: administrators.collect(),
    };
    let standing = anyone.platform().set_up(&anyone.ctx, input).await?;
    Ok(Json(SetupStanding::of(&anyone, standing)))
}

/// How the set-up stands.
#[derive(Serialize, ToSchema)]
pub struct SetupStanding {
    /// Whether the district is still to be set up.
    pub needed: bool,
    /// The district's name, once it has one.
    #[schema(required)]
    pub district: Option<String>,
    /// Its code of GB/T 2260.
    #[schema(required)]
    pub area_code: Option<String>,
    /// The regulation that the node serves; another one is chosen when it is started.
    #[schema(required)]
    pub pack: Option<PackLine>,
}

impl SetupStanding {
    fn of(anyone: &Anyone, standing: identity::SetupStanding) -> Self {
        let pack = pack_lines(anyone.platform(), anyone.ctx.now).into_iter().find(|line| line.ours);
        let identity::SetupStanding { needed, district, area_code } = standing;
        Self { needed, district, area_code, pack }
    }
}

/// What sets a district up.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetupInput {
    /// The code that the node printed; blanks and dashes do not matter.
    pub code: String,
    /// The district's name.
    #[schema(max_length = 100)]
    pub district: String,
    /// Its code of GB/T 2260: six digits.
    #[schema(example = "310105")]
    pub area_code: String,
    /// The regulation pack, to be sure; it must be the one that the node serves.
    #[serde(default)]
    pub pack: Option<String>,
    /// The three administrators, one of each kind.
    pub administrators: Vec<Administrator>,
}

/// One of the three administrators 三员.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Administrator {
    /// Which of the three.
    #[schema(value_type = RoleWord)]
    pub role: Role,
    /// Their login.
    pub login: String,
    /// Their name.
    pub name: String,
    /// Their password.
    #[schema(format = Password)]
    pub password: String,
}
