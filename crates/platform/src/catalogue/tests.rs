//! The catalogue on a real database with the real regulations.

use std::collections::HashSet;

use super::{world::*, *};

fn paths(error: &Error) -> Vec<&str> {
    error.fields.iter().map(|(path, _)| path.as_str()).collect()
}

/// CN-9, PT-11: a draft may be incomplete, and says what it lacks; a submission may not.
#[tokio::test]
async fn an_incomplete_entry_is_kept_but_not_submitted() {
    for world in World::all("changning-2025").await {
        let input = EntryInput { title: "半成品".into(), ..EntryInput::default() };
        let (entry, _) = world.platform.draft_entry(&world.holder("2026-03-02 09:00"), input).await.unwrap();
        assert!(entry.missing.iter().any(|missing| missing.path == "items"));
        let refused = world
            .platform
            .submit_entry(&world.holder("2026-03-02 09:10"), entry.line.id, ActInput::new("submit"))
            .await
            .unwrap_err();
        assert_eq!(refused.code, Code::InvalidInput);
        assert!(
            paths(&refused).contains(&"duty") && paths(&refused).contains(&"coverage.area"),
            "{:?}",
            refused.fields
        );
        assert!(refused.hint.is_some());
        world.close().await;
    }
}

/// Nothing incomplete is ever published, even when it is submitted as a bare act of its case.
#[tokio::test]
async fn the_bare_act_cannot_publish_an_incomplete_entry() {
    for world in World::all("changning-2025").await {
        let input = EntryInput { title: "半成品".into(), ..EntryInput::default() };
        let (entry, opened) = world.platform.draft_entry(&world.holder("2026-03-02 09:00"), input).await.unwrap();
        world
            .platform
            .act_on_case(&world.holder("2026-03-02 09:10"), opened.case, ActInput::new("submit"))
            .await
            .unwrap();
        let publish = ActInput::new("publish").role("centre");
        let refused =
            world.platform.act_on_case(&world.centre("2026-03-02 10:00"), opened.case, publish).await.unwrap_err();
        assert_eq!(refused.code, Code::InvalidInput);
        let seen = world.platform.entry(&world.holder("2026-03-02 10:10"), entry.line.id).await.unwrap();
        assert_eq!((seen.line.status, seen.published), (EntryStatus::Draft, None));
        let case = world.platform.case(&world.holder("2026-03-02 10:10"), opened.case).await.unwrap();
        assert_eq!(case.state, "reviewing");
        world.close().await;
    }
}

/// CM-16: conditional sharing without scope, use and conditions, and withholding without reason and law, are refused in both
/// districts, by the law and with its article.
#[tokio::test]
async fn sharing_without_its_conditions_or_basis_is_refused_by_the_law() {
    for pack in ["changning-2025", "putuo-2023"] {
        for world in World::all(pack).await {
            let conditional = Sharing {
                kind: SharingType::Conditional,
                scope: "部门".into(),
                usage: "核对".into(),
                ..Sharing::default()
            };
            let withheld = Sharing { kind: SharingType::None, reason: "敏感".into(), ..Sharing::default() };
            for (sharing, predicate) in [(conditional, "conditions_stated"), (withheld, "withholding_justified")] {
                let input = EntryInput { sharing, ..world.complete(predicate).await };
                let (entry, opened) =
                    world.platform.draft_entry(&world.holder("2026-03-02 09:00"), input.clone()).await.unwrap();
                let submit = || ActInput::new("submit");
                let refused = world
                    .platform
                    .submit_entry(&world.holder("2026-03-02 09:10"), entry.line.id, submit())
                    .await
                    .unwrap_err();
                let refusal = refused.refusal.unwrap();
                assert_eq!(refusal.code, law::RefusalCode::GuardFailed, "{pack}");
                assert!(refusal.failed.iter().any(|failed| *failed == predicate), "{pack} {:?}", refusal.failed);
                assert!(refusal.article.is_some());
                // Stated, the same entry goes to review: the facts follow the draft.
                let stated =
                    Sharing {
                        conditions: "不得留存".into(), basis: "某法第一条".into(), ..input.sharing.clone()
                    };
                let stated = EntryInput { sharing: stated, ..input };
                world
                    .platform
                    .edit_entry(&world.holder("2026-03-02 09:20"), entry.line.id, None, stated)
                    .await
                    .unwrap();
                let receipt = world
                    .platform
                    .submit_entry(&world.holder("2026-03-02 09:30"), entry.line.id, submit())
                    .await
                    .unwrap();
                assert_eq!((receipt.case, receipt.state.as_str()), (opened.case, "reviewing"));
            }
            world.close().await;
        }
    }
}

/// CN-10, PT-13: under review the draft stands still; returned, it can be changed; published, it is kept whole as version 1.
#[tokio::test]
async fn a_draft_stands_still_under_review_and_every_version_is_kept() {
    for world in World::all("changning-2025").await {
        let input = world.complete("低保").await;
        let (entry, opened) =
            world.platform.draft_entry(&world.holder("2026-03-02 09:00"), input.clone()).await.unwrap();
        let id = entry.line.id;
        world.platform.submit_entry(&world.holder("2026-03-02 09:10"), id, ActInput::new("submit")).await.unwrap();
        let busy =
            world.platform.edit_entry(&world.holder("2026-03-02 09:20"), id, None, input.clone()).await.unwrap_err();
        assert_eq!(busy.code, Code::Conflict);
        let back = ActInput::new("return_entry").role("centre").paper("return_reason", "说明过短");
        world.platform.act_on_case(&world.centre("2026-03-02 10:00"), opened.case, back).await.unwrap();
        let corrected = EntryInput { description: "享受最低生活保障的家庭".into(), ..input.clone() };
        world.platform.edit_entry(&world.holder("2026-03-02 11:00"), id, None, corrected.clone()).await.unwrap();
        world.platform.submit_entry(&world.holder("2026-03-02 11:10"), id, ActInput::new("resubmit")).await.unwrap();
        world
            .platform
            .act_on_case(&world.authority("2026-03-02 12:00"), opened.case, ActInput::new("publish").role("authority"))
            .await
            .unwrap();

        let changed = EntryInput { title: "低保（2026）".into(), ..corrected.clone() };
        world.platform.edit_entry(&world.holder("2026-03-04 09:00"), id, None, changed.clone()).await.unwrap();
        let seen = world.platform.entry(&world.asker("2026-03-04 09:10"), id).await.unwrap();
        assert_eq!(
            (seen.published.as_ref(), seen.draft),
            (Some(&corrected), None),
            "others see what is published, not the proposal"
        );
        let propose = ActInput::new("propose_change").paper("change_reason", "年度更名");
        world.platform.submit_entry(&world.holder("2026-03-04 09:20"), id, propose).await.unwrap();
        world
            .platform
            .act_on_case(&world.centre("2026-03-04 10:00"), opened.case, ActInput::new("approve_change").role("centre"))
            .await
            .unwrap();

        let versions = world.platform.entry_versions(&world.asker("2026-03-05 09:00"), id).await.unwrap();
        let kept: Vec<_> =
            versions.iter().map(|version| (version.number, version.kind.as_str(), &version.elements)).collect();
        assert_eq!(kept, [(2, "changed", &changed), (1, "published", &corrected)]);
        world.close().await;
    }
}

/// CM-17: sharing may not be narrowed without a stated basis.
#[tokio::test]
async fn narrowing_needs_a_basis() {
    for world in World::all("changning-2025").await {
        let id = world.published("低保").await;
        let narrowed = Sharing { kind: SharingType::None, reason: "敏感".into(), ..Sharing::default() };
        let input = EntryInput { sharing: narrowed, ..world.complete("低保").await };
        let refused = world.platform.edit_entry(&world.holder("2026-03-05 09:00"), id, None, input).await.unwrap_err();
        assert_eq!(paths(&refused), ["sharing.basis"]);
        world.close().await;
    }
}

/// P7: every fault of form is named with its place; nothing is stored.
#[tokio::test]
async fn faults_of_form_name_every_field() {
    for world in World::all("changning-2025").await {
        let mut input = world.complete("低保").await;
        input.items[1].code = "code".into();
        input.items[2].mask = Some("rot13".into());
        input.items[3].length = Some(0);
        input.title = "长".repeat(rules::MAX_LINE + 1);
        let refused = world.platform.draft_entry(&world.holder("2026-03-02 09:00"), input).await.unwrap_err();
        let found: HashSet<_> = paths(&refused).into_iter().collect();
        assert_eq!(found, HashSet::from(["title", "items[1].code", "items[2].mask", "items[3].length"]));
        let none = world
            .platform
            .entries(&world.holder("2026-03-02 09:10"), &EntryFilter::default(), Page::default())
            .await
            .unwrap();
        assert_eq!(none.total, 0);
        world.close().await;
    }
}

/// Another organisation can neither write here nor see a draft; search finds substrings and takes wildcards literally.
#[tokio::test]
async fn drafts_are_private_and_search_is_literal() {
    for world in World::all("changning-2025").await {
        let id = world.published("救助100%名单").await;
        let (draft, _) =
            world.platform.draft_entry(&world.holder("2026-03-02 09:00"), world.complete("私下").await).await.unwrap();
        let other = world.platform.edit_entry(&world.asker("2026-03-02 09:10"), id, None, sample()).await.unwrap_err();
        assert_eq!(other.code, Code::NotPermitted);
        let hidden = world.platform.entry(&world.asker("2026-03-02 09:10"), draft.line.id).await.unwrap_err();
        assert_eq!(hidden.code, Code::NotFound);
        for (text, found) in [("100%名", 1), ("1%0", 0), ("民生 救助100", 1), ("私下", 0), ("_", 1)] {
            let filter = EntryFilter { text: Some(text.into()), ..EntryFilter::default() };
            let listing =
                world.platform.entries(&world.asker("2026-03-02 10:30"), &filter, Page::default()).await.unwrap();
            assert_eq!(listing.total, found, "{text}");
        }
        world.close().await;
    }
}

/// CN-9: what is not catalogued yet is a recount: a duty without data, a system without a resource.
#[tokio::test]
async fn gaps_are_recounted() {
    for world in World::all("changning-2025").await {
        let system = SystemInput { code: "S1".into(), name: "救助系统".into(), ..SystemInput::default() };
        world.platform.create_system(&world.holder("2026-03-02 08:20"), system.clone()).await.unwrap();
        let again = world.platform.create_system(&world.holder("2026-03-02 08:21"), system).await.unwrap_err();
        assert_eq!(again.code, Code::Conflict);
        let before = world.platform.gaps(&world.holder("2026-03-02 08:30"), world.holder).await.unwrap();
        assert_eq!((before.all_duties, before.systems.len(), before.system_coverage), (0, 1, Some(0.0)));
        world.published("低保").await;
        let after = world.platform.gaps(&world.holder("2026-03-03 08:30"), world.holder).await.unwrap();
        assert_eq!((after.duties.len(), after.duty_coverage, after.systems.len()), (0, Some(1.0), 1));
        world.close().await;
    }
}

/// CN-10: the first published entry begins the organisation's yearly review; more entries, published at once or later, begin no
/// second one; completing it begins the next.
#[tokio::test]
async fn an_organisation_has_one_yearly_review_from_its_first_entry_on() {
    for world in World::all("changning-2025").await {
        let reviews = async |ended: bool| {
            let filter = docket::CaseFilter {
                procedure: Some("catalogue_review".into()),
                subject: Some(world.holder.0),
                ended: Some(ended),
                ..Default::default()
            };
            world.platform.cases(&world.holder("2026-12-01 09:00"), &filter, Page::first(10)).await.unwrap().items
        };
        assert!(reviews(false).await.is_empty(), "there is nothing to review yet");
        tokio::join!(world.published("低保"), world.published("特困"));
        let open = reviews(false).await;
        assert_eq!(open.len(), 1);
        let due = open[0].next_due_at.unwrap();
        assert!(
            due > at("2027-03-02 23:59") && due < at("2027-03-04 00:00"),
            "a year after the first entry, not {due}"
        );
        let complete = ActInput::new("complete_review").role("provider").paper("review_report", "已全面复核");
        world.platform.act_on_case(&world.holder("2026-12-01 10:00"), open[0].head.id, complete).await.unwrap();
        let (next, done) = (reviews(false).await, reviews(true).await);
        assert_eq!((next.len(), done.len()), (1, 1));
        assert_eq!(next[0].head.parent, Some(open[0].head.id));
        world.close().await;
    }
}
