//! The very first people of the story: the three administrators 三员, who exclude each other. A real district is set up by
//! whoever has its set-up code.

use std::collections::BTreeSet;

use platform::{
    Page, Role,
    identity::{OrganisationInput, OrganisationKind, PeopleFilter, PersonInput},
};

use crate::{compose::Node, failure::Result};

/// Login, name and role of each.
const ADMINISTRATORS: [(&str, &str, Role); 3] = [
    ("system.admin", "系统管理员", Role::SystemAdministrator),
    ("security.admin", "安全管理员", Role::SecurityAdministrator),
    ("audit.admin", "审计管理员", Role::AuditAdministrator),
];

/// Creates the administrators where there is nobody yet; returns logins and passwords, which are kept nowhere else.
///
/// # Errors
/// When the platform refuses.
pub async fn found(node: &Node, mut password: impl FnMut() -> Result<String>) -> Result<Vec<(String, String)>> {
    if node.platform.people(&node.ctx(), &PeopleFilter::default(), Page::default()).await?.total > 0 {
        return Ok(Vec::new());
    }
    let operations = OrganisationInput {
        code: "operations".into(),
        name: "平台运行管理".into(),
        kind: OrganisationKind::Institution,
        credit_code: None,
        office: None,
    };
    let organisation = node.platform.create_organisation(&node.ctx(), operations).await?.id;
    let mut made = Vec::new();
    for (login, name, role) in ADMINISTRATORS {
        let password = password()?;
        let input = PersonInput { login: login.into(), name: name.into(), organisation, password: password.clone() };
        let person = node.platform.create_person(&node.ctx(), input).await?;
        node.platform.set_roles(&node.ctx(), person.id, BTreeSet::from([role])).await?;
        made.push((login.to_owned(), password));
    }
    Ok(made)
}
