//! Acts that a citizen reads as a refusal must be marked as one, so that the parser asks for their reason.

use super::Findings;

/// Words by which a title says no.
const NO: [&str; 6] = ["不予", "驳回", "退回", "拒绝", "不同意", "不受理"];
/// Beginnings by which it does not: it agrees to what another withholds, or takes down what another refused.
const NOT_ITSELF: [&str; 2] = ["同意", "登记"];

pub(super) fn check(findings: &mut Findings<'_>) {
    for act in findings.procedure.acts.values().filter(|act| act.refuses.is_none()) {
        // What the law does by itself, when a term has run out, brings no papers.
        if act.by.iter().all(|role| *role == "law") || NOT_ITSELF.iter().any(|word| act.title.starts_with(word)) {
            continue;
        }
        if let Some(word) = NO.iter().find(|word| act.title.contains(**word)) {
            let what = format!(
                "the act `{}` is called `{}`, and `{word}` is a refusal that brings no reason",
                act.id, act.title
            );
            let next = "write `refuses = \"reason\"` (or `\"basis\"` where the article asks for the legal ground) with the paper, or call it otherwise";
            findings.add(&act.place, what, next, None);
        }
    }
}
