//! Taking over the rules of another pack, and displacing single ones of them. A rule that would silently stand beside, or
//! instead of, one of the same name is a conflict: the child must say which article it displaces.

use indexmap::IndexMap;

use super::{Article, Pack};
use crate::{
    error::{Faults, Place},
    ids::ArticleId,
};

/// Puts everything that the parents rule into `pack`, before its own chapters are added.
pub(super) fn take_over<'a>(
    pack: &mut Pack,
    parents: impl IntoIterator<Item = &'a Pack>,
    head: &Place,
    faults: &mut Faults,
) {
    for parent in parents {
        for (role, holder) in &parent.roles {
            pack.roles.entry(role.clone()).or_insert_with(|| holder.clone());
        }
        macro_rules! take {
            ($field:ident, $kind:literal, $place:expr) => {
                for (id, rule) in &parent.$field {
                    match pack.$field.get(id) {
                        Some(standing) if standing != rule => {
                            let (first, second) = ($place(standing), $place(rule));
                            let what = format!(
                                "two of the packs that `{}` extends define the {} `{id}`: {}:{} and {}:{}",
                                pack.id, $kind, first.file, first.line, second.file, second.line
                            );
                            faults.add(head, what, "extend only one of them, or give one rule another name");
                        }
                        Some(_) => {}
                        None => drop(pack.$field.insert(id.clone(), rule.clone())),
                    }
                }
            };
        }
        let nowhere = || Place { file: head.file.clone(), line: head.line };
        take!(values, "value", |history: &Vec<super::DatedValue>| history
            .first()
            .map_or_else(nowhere, |value| value.place.clone()));
        take!(procedures, "procedure", |procedure: &super::Procedure| procedure.place.clone());
        take!(lists, "list", |list: &super::List| list.place.clone());
        take!(keeps, "retention", |keep: &super::Keep| keep.place.clone());
    }
}

/// A rule about to be added, and the one of the same name that stands already.
pub(super) struct Adding<'a> {
    pub(super) kind: &'a str,
    pub(super) id: &'a str,
    pub(super) place: &'a Place,
    pub(super) replaces: Option<&'a ArticleId>,
    pub(super) standing: Option<(ArticleId, Place)>,
}

/// Whether it may be added: nothing stands there, or it names the article of the inherited rule that it displaces.
pub(super) fn may_stand(own: &IndexMap<ArticleId, Article>, adding: &Adding<'_>, faults: &mut Faults) -> bool {
    let Adding { kind, id, place, replaces, standing } = adding;
    match (standing, replaces) {
        (None, None) => true,
        (None, Some(article)) => {
            let what = format!("the {kind} `{id}` displaces a rule of `{article}`, but no such {kind} is inherited");
            faults.add(place, what, "remove `replaces`, or give it the name of the inherited rule");
            true
        }
        (Some((article, _)), None) if own.contains_key(article) => {
            let what = format!("the {kind} `{id}` is defined twice");
            faults.add(place, what, "keep one of them or give it another name");
            false
        }
        (Some((article, _)), Some(named)) if article == *named => true,
        (Some((article, first)), _) => {
            let what = format!(
                "the {kind} `{id}` conflicts with the inherited one of `{article}` ({}:{})",
                first.file, first.line
            );
            faults.add(place, what, format!("write `replaces = \"{article}\"`, or give it another name"));
            false
        }
    }
}
