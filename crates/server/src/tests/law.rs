//! The law over HTTP: procedures, their pictures, two packs side by side, and why a case stands where it stands.

use serde_json::json;

use super::World;
use crate::answer_conforms;

#[tokio::test]
async fn anyone_reads_a_procedure_and_sees_its_picture() {
    let world = World::open().await;
    let template = "/api/v1/law/packs/{pack}/procedures/{procedure}";
    let reply = world.get("/api/v1/law/packs/putuo-2023/procedures/sharing_request").await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let page = reply.json();
    answer_conforms(&world.document, "GET", template, 200, &page).unwrap();
    let reply_term = page["clocks"].as_array().unwrap().iter().find(|clock| clock["id"] == "reply").unwrap();
    assert_eq!((&reply_term["outcome"]["id"], &reply_term["terms"][0]["amount"]), (&json!("approve"), &json!(5)));
    let picture = world.get("/api/v1/law/packs/putuo-2023/procedures/sharing_request/graph.svg").await;
    assert_eq!((picture.status.as_u16(), picture.header("content-type")), (200, "image/svg+xml; charset=utf-8"));
    assert!(picture.text().starts_with("<svg ") && picture.text().contains("逾期未反馈，视为通过"));
    for path in
        ["none/procedures/sharing_request", "putuo-2023/procedures/none", "putuo-2023/procedures/none/graph.svg"]
    {
        let reply = world.get(&format!("/api/v1/law/packs/{path}")).await;
        assert_eq!((reply.status.as_u16(), &reply.json()["code"]), (404, &json!("not_found")), "{path}");
    }
}

#[tokio::test]
async fn anyone_compares_two_packs_and_a_wrong_role_is_named() {
    let world = World::open().await;
    let compared = world.get("/api/v1/law/compare?left=changning-2025&right=putuo-2023&role=demander").await;
    assert_eq!(compared.status, 200, "{}", compared.text());
    let compared = compared.json();
    answer_conforms(&world.document, "GET", "/api/v1/law/compare", 200, &compared).unwrap();
    assert!(
        compared["rows"].as_array().unwrap().iter().any(|row| row["what"]["id"] == "reply" && row["differs"] == true)
    );
    let same = world.get("/api/v1/law/compare?left=putuo-2023&right=putuo-2023").await.json();
    assert_eq!(same["rows"], json!([]));
    assert_eq!(world.get("/api/v1/law/compare?left=none&right=putuo-2023").await.status, 404);
    let wrong = world.get("/api/v1/law/compare?left=changning-2025&right=putuo-2023&role=king").await;
    assert_eq!((wrong.status.as_u16(), &wrong.json()["fields"][0]["path"]), (400, &json!("role")));
}

/// A year's calendar says of every day what it is and which notice says so; a year without a notice says that it is provisional.
#[tokio::test]
async fn a_year_is_told_day_by_day_with_its_notices() {
    let world = World::open().await;
    let told = async |year: u16| {
        let reply = world.get(&format!("/api/v1/law/calendar/{year}")).await;
        crate::answer_conforms(&world.document, "GET", "/api/v1/law/calendar/{year}", 200, &reply.json()).unwrap();
        reply.json()
    };
    let year = told(2026).await;
    let day = |date: &str| {
        let days = year["days"].as_array().unwrap();
        days.iter().find(|day| day["date"] == date).unwrap_or_else(|| panic!("no {date}")).clone()
    };
    assert_eq!((year["days"].as_array().unwrap().len(), &year["provisional"]), (365, &false.into()));
    assert_eq!((&day("2026-01-01")["kind"], &day("2026-01-05")["kind"]), (&"rest".into(), &"work".into()));
    assert_eq!(day("2026-01-01")["notice"], year["notices"][0]["number"]);
    assert_eq!(
        (&day("2026-01-05")["notice"], &day("2026-03-07")["kind"]),
        (&serde_json::Value::Null, &"weekend".into())
    );
    let make_up = year["days"].as_array().unwrap().iter().filter(|day| day["kind"] == "make_up");
    assert!(
        make_up.clone().count() > 0 && make_up.clone().all(|day| day["working"] == true && day["name"].is_string())
    );
    assert_eq!(told(2030).await["provisional"], true);
    assert_eq!(world.get("/api/v1/law/calendar/1700").await.status, 404);
}
