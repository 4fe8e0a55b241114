//! The catalogues as they are read: tree, graph, gaps, history, changes; on every database at hand.

use super::{world::World, *};

fn branch(organisation: Option<OrganisationId>, under: Option<Under>) -> Branch {
    Branch { by: Shelf::Duty, organisation, under }
}

/// The tree is opened branch by branch and counts what the reader may see: the holder their drafts too, others what is published.
#[tokio::test]
async fn the_tree_counts_for_each_reader_what_they_may_see() {
    for world in World::all("changning-2025").await {
        let (holder, asker) = (world.holder("2026-03-03 09:00"), world.asker("2026-03-03 09:00"));
        world.published("低保").await;
        let draft = EntryInput { duty: None, ..world.complete("特困").await };
        world.platform.draft_entry(&world.holder("2026-03-02 11:00"), draft).await.unwrap();
        let page = Page::first(200);
        for (who, entries, branches) in [(&holder, 2, 3), (&asker, 1, 2)] {
            let tree = world.platform.catalogue_tree(who, branch(None, None), page).await.unwrap();
            let own = tree.items.iter().find(|node| node.organisation == world.holder).unwrap();
            assert_eq!((own.entries, own.published, own.children), (entries, 1, 2), "two duties are recorded");
            let shelf = world.platform.catalogue_tree(who, branch(Some(world.holder), None), page).await.unwrap();
            assert_eq!((shelf.items.len(), shelf.total), (branches, branches as u64));
            let counted: u64 = shelf.items.iter().map(|node| node.entries).sum();
            assert_eq!(counted, entries, "the branches hold what the organisation holds");
            let loose = shelf.items.iter().any(|node| node.kind == NodeKind::Unlinked);
            assert_eq!(loose, branches == 3, "a draft without a duty hangs under none");
            let first = Some(Under::This(shelf.items[0].id.unwrap()));
            let leaves = world.platform.catalogue_tree(who, branch(Some(world.holder), first), page).await.unwrap();
            assert_eq!(leaves.items[0].title, "低保");
            let under = branch(Some(world.holder), Some(Under::Nothing));
            let leaves = world.platform.catalogue_tree(who, under, page).await.unwrap();
            assert_eq!(leaves.total, entries - 1);
        }
        let short = world.platform.catalogue_tree(&holder, branch(Some(world.holder), None), Page::first(2)).await;
        let short = short.unwrap();
        assert_eq!((short.items.len(), short.total), (2, 3), "what names no duty is on the last page only");
        let nowhere = branch(None, Some(Under::Nothing));
        let refused = world.platform.catalogue_tree(&holder, nowhere, page).await.unwrap_err();
        assert_eq!(refused.code, Code::InvalidInput);
        world.close().await;
    }
}

/// The graph shows to each reader the links they may see, and no link ends nowhere.
#[tokio::test]
async fn the_graph_joins_only_what_it_shows() {
    for world in World::all("changning-2025").await {
        let id = world.published("低保").await;
        let draft = world.complete("特困").await;
        world.platform.draft_entry(&world.holder("2026-03-02 11:00"), draft).await.unwrap();
        for (who, entries) in [(world.holder("2026-03-03 09:00"), 2), (world.asker("2026-03-03 09:00"), 1)] {
            let links = world.platform.catalogue_links(&who, Around::Organisation(world.holder)).await.unwrap();
            let ids: Vec<_> = links.nodes.iter().map(|node| node.id).collect();
            assert!(links.edges.iter().all(|edge| ids.contains(&edge.from) && ids.contains(&edge.to)));
            let shown = links.nodes.iter().filter(|node| node.kind == LinkKind::Entry).count();
            assert_eq!((shown, links.entries, links.truncated), (entries, entries as u64, false));
        }
        let around = world.platform.catalogue_links(&world.asker("2026-03-03 09:00"), Around::Entry(id)).await.unwrap();
        assert_eq!((around.nodes.len(), around.edges.len()), (2, 1), "the entry and its duty");
        assert_eq!(around.edges[0].kind, EdgeKind::DutyEntry);
        world.close().await;
    }
}

/// CN-9, CN-13: a system without an entry is not catalogued, a duty whose entry has no data is not collected; both are counted
/// page by page, of one organisation or of the district.
#[tokio::test]
async fn gaps_are_paged_and_tell_what_is_lacking() {
    for world in World::all("changning-2025").await {
        for code in ["S1", "S2", "S3"] {
            let system = SystemInput { code: code.into(), name: "系统".into(), ..SystemInput::default() };
            world.platform.create_system(&world.holder("2026-03-02 08:20"), system).await.unwrap();
        }
        world.published("低保").await;
        let ctx = world.asker("2026-03-03 09:00");
        let gaps = async |of, lack, organisation, limit| {
            let filter = GapFilter { of, lack, organisation };
            world.platform.catalogue_gaps(&ctx, filter, Page::first(limit)).await.unwrap()
        };
        let systems = gaps(Shelf::System, Lack::Entry, Some(world.holder), 2).await;
        assert_eq!((systems.items.len(), systems.total, systems.all), (2, 3, 3));
        assert_eq!(gaps(Shelf::System, Lack::Entry, Some(world.asker), 2).await.all, 0);
        assert_eq!(gaps(Shelf::Duty, Lack::Entry, None, 9).await.total, 0, "the duty's entry is published");
        let collected = gaps(Shelf::Duty, Lack::Data, None, 9).await;
        assert_eq!((collected.total, collected.items[0].entries), (1, 1), "but it has no data yet");
        world.close().await;
    }
}

/// The history tells every act with what it changed; who reads from outside is told of published versions only. What a draft
/// would change is shown to those who may see it.
#[tokio::test]
async fn history_and_changes_tell_what_changed_and_to_whom_it_may_be_told() {
    for world in World::all("changning-2025").await {
        let id = world.published("低保").await;
        let before = world.complete("低保").await;
        let mut changed = EntryInput { title: "低保（2026）".into(), ..before.clone() };
        changed.items[1].mask = Some("hide".into());
        world.platform.edit_entry(&world.holder("2026-03-04 09:00"), id, None, changed).await.unwrap();
        let proposed = world.platform.entry_changes(&world.centre("2026-03-04 09:10"), id).await.unwrap();
        let paths: Vec<_> = proposed.changes.iter().map(|change| change.element.as_str()).collect();
        assert!(paths.contains(&"title") && paths.contains(&"mask"), "{paths:?}");
        assert_eq!((proposed.against, proposed.disturbed.len(), proposed.affects_services), (1, 1, false));
        let hidden = world.platform.entry_changes(&world.asker("2026-03-04 09:10"), id).await.unwrap_err();
        assert_eq!(hidden.code, Code::NotFound);
        let propose = ActInput::new("propose_change").paper("change_reason", "年度更名");
        let receipt = world.platform.submit_entry(&world.holder("2026-03-04 09:20"), id, propose).await.unwrap();
        let approve = ActInput::new("approve_change").role("centre");
        world.platform.act_on_case(&world.centre("2026-03-04 10:00"), receipt.case, approve).await.unwrap();

        let page = Page::first(50);
        let all = world.platform.entry_history(&world.holder("2026-03-05 09:00"), id, page).await.unwrap();
        let newest = all.items.iter().find(|line| line.version == Some(2)).unwrap();
        assert_eq!(newest.changes, proposed.changes, "the act changed what the proposal said");
        assert_eq!((newest.role.as_str(), newest.organisation), ("centre", Some(world.centre)));
        assert!(!newest.articles.is_empty());
        assert!(all.items.is_sorted_by(|one, next| one.at >= next.at), "newest first");
        let outside = world.platform.entry_history(&world.asker("2026-03-05 09:00"), id, page).await.unwrap();
        let versions: Vec<_> = outside.items.iter().map(|line| line.version).collect();
        assert_eq!((versions, outside.total), (vec![Some(2), Some(1)], 2));
        assert!(all.total > outside.total);
        world.close().await;
    }
}
