//! A scenario as a short story that a lawyer reads.

use std::fmt::Write;

use jiff::Timestamp;
use serde::Serialize;

use super::words::{self, Words, joined};
use crate::{
    book::Book,
    calendar::shanghai,
    case::{ClockStatus, RefusalCode},
    ids::*,
    pack::{Pack, Procedure},
    scenario::{Claim, Line, Papers, Scenario, Step},
};

/// A scenario told in sentences.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StoryPage {
    /// What it shows.
    pub title: String,
    /// The article it stands under.
    pub article: ArticleId,
    /// The file.
    pub file: String,
    /// The line of its title.
    pub line: usize,
    /// Its sentences: what is given, who does what when, what must come of it.
    pub sentences: Vec<String>,
}

impl StoryPage {
    /// The story of `scenario`, which stands in `pack`.
    #[must_use]
    pub fn new(book: &Book, pack: &Pack, scenario: &Scenario) -> Self {
        let words = Words { book, pack };
        let mut sentences = Vec::new();
        if !scenario.given.is_empty() {
            let given: Vec<String> =
                scenario.given.iter().map(|(fact, value)| format!("{} = {value}", words.fact(fact).title)).collect();
            sentences.push(format!("设：{}", given.join("；")));
        }
        if let Some(procedure) = pack.procedures.get(&scenario.procedure) {
            sentences.extend(scenario.lines.iter().map(|line| match line {
                Line::Step(one) => step(words, procedure, one),
                Line::Then(check) => claim(words, procedure, &check.what),
            }));
        }
        Self {
            title: scenario.title.clone(),
            article: scenario.article.clone(),
            file: scenario.file.clone(),
            line: scenario.line,
            sentences,
        }
    }
}

fn step(words: Words<'_>, procedure: &Procedure, step: &Step) -> String {
    let mut text = format!("{}　", moment(step.at));
    match &step.act {
        Some(act) => {
            let _ = write!(text, "{}：{}", words.role(&step.by).title, words::act(procedure, act).title);
        }
        None => text.push_str("时间推移至此"),
    }
    let papers = |ids: &std::collections::BTreeSet<PaperId>| {
        let named: Vec<_> = ids.iter().map(|id| words.paper(id)).collect();
        joined(&named)
    };
    match &step.papers {
        Papers::All if step.act.is_some() => text.push_str("（材料齐全）"),
        Papers::AllBut(missing) => {
            let _ = write!(text, "（材料缺 {}）", papers(missing));
        }
        Papers::Some(brought) if !brought.is_empty() => {
            let _ = write!(text, "（附 {}）", papers(brought));
        }
        _ => {}
    }
    for (fact, value) in &step.facts {
        let _ = write!(text, "，{} = {value}", words.fact(fact).title);
    }
    if let Some(days) = step.days {
        let _ = write!(text, "，延长 {days}");
    }
    if let Some(code) = step.refused {
        let _ = write!(text, "——不被受理：{}", refused(code));
    }
    text
}

fn claim(words: Words<'_>, procedure: &Procedure, claim: &Claim) -> String {
    let clock = |id| words::clock(procedure, id).title;
    match claim {
        Claim::State(id) => format!("→ 状态：{}", words::state(procedure, id).title),
        Claim::Due(id, day) => format!("→ {}的最后一日：{day}", clock(id)),
        Claim::Breach(id) => format!("→ {}：逾期已记录", clock(id)),
        Claim::NoBreach => "→ 没有逾期".to_owned(),
        Claim::Did(act, at) => format!("→ {}：{}", moment(*at), words::act(procedure, act).title),
        Claim::Effect(effect) => format!("→ 平台：{}", words.effect(effect).title),
        Claim::Clock(id, status) => format!("→ {}：{}", clock(id), standing(*status)),
    }
}

/// An instant as the district's wall clock shows it.
pub(super) fn moment(at: Timestamp) -> String {
    at.to_zoned(shanghai()).strftime("%Y-%m-%d %H:%M").to_string()
}

/// How a clock stands, in words.
pub(super) fn standing(status: ClockStatus) -> &'static str {
    match status {
        ClockStatus::Running => "计时中",
        ClockStatus::Paused => "暂停计时",
        ClockStatus::Met => "按期完成",
        ClockStatus::Missed => "已届满",
        ClockStatus::Stopped => "不再计时",
    }
}

fn refused(code: RefusalCode) -> &'static str {
    match code {
        RefusalCode::NotOpen => "规则当日不施行",
        RefusalCode::UnknownAct => "没有这一动作",
        RefusalCode::WrongState => "所处状态不允许",
        RefusalCode::WrongRole => "应由其他角色办理",
        RefusalCode::MissingPaper => "缺少材料",
        RefusalCode::GuardFailed => "条件不满足",
        RefusalCode::AlreadyDone => "只能办理一次",
        RefusalCode::Excepted => "依例外规定应办理另一动作",
        RefusalCode::BeyondExtension => "超出可延长的限度",
        RefusalCode::CaseEnded => "案件已经终结",
    }
}
