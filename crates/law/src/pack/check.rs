//! What a pack must be before it is law: every name it uses exists, every state can be reached and is timed or says why
//! not, every clock ends in something, and every article is either computed or says why not.

use std::collections::BTreeSet;

use super::{ActRule, ClockRule, Pack, Procedure, Refuses};
use crate::{
    calendar::Unit,
    case::{Effect, Outcome},
    error::{Faults, Place},
    ids::*,
    vocabulary::{FactKind, PaperRole, Test, Vocabulary},
};

pub(super) fn check(pack: &Pack, vocabulary: &Vocabulary, head: &Place, faults: &mut Faults) {
    let mut checker = Checker { pack, vocabulary, faults };
    for role in pack.roles.keys().filter(|role| !vocabulary.roles.contains_key(*role)) {
        checker.faults.add(
            head,
            format!("the vocabulary has no role `{role}`"),
            "use a role of `vocabulary.md` or add it there",
        );
    }
    for number in 1..=pack.article_count.unwrap_or(0) {
        let id = ArticleId::new(format!("{}-{number}", pack.article_prefix));
        if !pack.articles.contains_key(&id) {
            checker.faults.add(
                head,
                format!("the article `{id}` has no place in the pack"),
                format!("add `## {id} …` with its rules, or with the reason why nothing is to be computed"),
            );
        }
    }
    checker.numbers();
    for article in pack.articles.values() {
        let place = Place { file: article.file.clone(), line: article.line };
        let reason = article.nothing_to_compute.as_deref();
        if article.rules == 0 && reason.is_none_or(str::is_empty) {
            let next = "add a block `toml rule`, or a line that begins with `无可计算：` and gives the reason";
            checker.faults.add(&place, format!("the article `{}` has no rule", article.id), next);
        }
    }
    for procedure in pack.procedures.values() {
        checker.procedure(procedure);
    }
}

struct Checker<'a> {
    pack: &'a Pack,
    vocabulary: &'a Vocabulary,
    faults: &'a mut Faults,
}

impl Checker<'_> {
    fn procedure(&mut self, procedure: &Procedure) {
        if let Some(article) =
            procedure.bounded_by.as_ref().filter(|article| !self.pack.articles.contains_key(*article))
        {
            self.faults.add(
                &procedure.place,
                format!("the procedure `{}` is bounded by `{article}`, which is no article of this pack", procedure.id),
                "name an article of this pack in `bounded_by`",
            );
        }
        if procedure.openings().next().is_none() {
            self.faults.add(
                &procedure.place,
                format!("nothing opens the procedure `{}`", procedure.id),
                "add an act with `opens = true`",
            );
        }
        for act in procedure.acts.values() {
            self.act(procedure, act);
        }
        for clock in procedure.clocks.values() {
            self.clock(procedure, clock);
        }
        for requirement in &procedure.requirements {
            self.papers(&requirement.papers, &requirement.place);
            self.predicates(&requirement.when, &requirement.place);
            for id in &requirement.when {
                let test = self.vocabulary.predicates.get(id).map(|predicate| &predicate.test);
                if matches!(test, Some(Test::PapersComplete | Test::PapersIncomplete)) {
                    self.faults.add(
                        &requirement.place,
                        format!("`{id}` asks for the papers that this requirement decides"),
                        "use a predicate over facts",
                    );
                }
            }
        }
        self.states(procedure);
    }

    fn states(&mut self, procedure: &Procedure) {
        let reached = reachable(procedure);
        for state in procedure.states.values() {
            self.roles(&state.waits_for, &state.place);
            let id = &state.id;
            if !reached.contains(id) {
                self.faults.add(
                    &state.place,
                    format!("no act leads to the state `{id}`"),
                    "add the act or remove the state",
                );
            }
            if state.end {
                if !state.waits_for.is_empty() {
                    self.faults.add(
                        &state.place,
                        format!("the end state `{id}` waits for somebody"),
                        "leave `waits_for` empty",
                    );
                }
                if procedure.acts.values().any(|act| act.from.contains(id)) {
                    self.faults.add(
                        &state.place,
                        format!("an act leaves the end state `{id}`"),
                        "remove it from the act's `from`, or remove `end`",
                    );
                }
                continue;
            }
            if state.waits_for.is_empty() {
                self.faults.add(
                    &state.place,
                    format!("nobody moves the state `{id}`"),
                    "name who is waited for, or write `end = true`",
                );
            }
            let timed = procedure.clocks.values().any(|clock| clock.runs.contains(id));
            if !timed && state.unclocked.as_deref().is_none_or(|reason| reason.trim().is_empty()) {
                self.faults.add(
                    &state.place,
                    format!("no clock runs in the waiting state `{id}`"),
                    "add a clock, or the reason as `unclocked`",
                );
            }
        }
    }

    fn act(&mut self, procedure: &Procedure, act: &ActRule) {
        let (id, place) = (&act.id, &act.place);
        self.roles(&act.by, place);
        self.papers(&act.papers, place);
        self.predicates(&act.guards, place);
        self.predicates(&act.unless, place);
        self.effects(&act.effects, place);
        self.state_names(procedure, act.from.iter().chain(&act.to), place);
        if act.by.is_empty() {
            self.faults.add(place, format!("nobody may do the act `{id}`"), "name the roles in `by`");
        }
        match (act.opens, act.from.is_empty(), &act.to) {
            (true, false, _) => {
                self.faults.add(place, format!("the opening act `{id}` starts from a state"), "remove `from`")
            }
            (true, true, None) => self.faults.add(place, format!("the opening act `{id}` leads nowhere"), "add `to`"),
            (false, true, _) => self.faults.add(
                place,
                format!("the act `{id}` starts from no state"),
                "add `from`, or write `opens = true`",
            ),
            _ => {}
        }
        for other in act.excepts.iter().filter(|other| *other == id || !procedure.acts.contains_key(*other)) {
            self.faults.add(
                place,
                format!("the act `{id}` excepts `{other}`, which is no other act of the procedure"),
                "name an act of the same procedure",
            );
        }
        self.refusal(act);
        if act.by.iter().any(|role| *role == "law") {
            self.law_act(procedure, act);
        }
        if let Some(clock) = &act.extends {
            self.extending(procedure, act, clock);
        }
    }

    /// A refusal says why, and on what law where the article asks for it.
    fn refusal(&mut self, act: &ActRule) {
        let Some(refuses) = act.refuses else { return };
        let brings = |role| {
            let known = |paper: &PaperId| self.vocabulary.papers.get(paper).and_then(|paper| paper.role);
            act.papers.iter().any(|paper| known(paper) == Some(role))
        };
        let (reason, basis) = (brings(PaperRole::Reason), brings(PaperRole::Basis));
        if !reason {
            let what = format!("the refusal `{}` brings no reason", act.id);
            self.faults.add(&act.place, what, "add a paper whose `role` in the vocabulary is `reason`");
        }
        if refuses == Refuses::Basis && !basis {
            let what = format!("the refusal `{}` brings no legal basis", act.id);
            self.faults.add(&act.place, what, "add a paper whose `role` in the vocabulary is `basis`");
        }
    }

    /// Numbers are used, and retentions count in units of the calendar.
    fn numbers(&mut self) {
        let Pack { values, procedures, keeps, articles, .. } = self.pack;
        for keep in keeps.values() {
            self.value(&keep.value, &keep.place);
            let history = values.get(&keep.value).map(Vec::as_slice).unwrap_or_default();
            if history.iter().any(|value| value.period.unit == Unit::WorkingDay) {
                let what = format!("the retention `{}` counts working days", keep.id);
                self.faults.add(&keep.place, what, "count it in days, months or years");
            }
        }
        let clocks = procedures.values().flat_map(|procedure| procedure.clocks.values());
        let counted = clocks.flat_map(|clock| {
            std::iter::once(&clock.value).chain(clock.extension.as_ref().map(|extension| &extension.value))
        });
        let used: BTreeSet<&ValueId> = counted.chain(keeps.values().map(|keep| &keep.value)).collect();
        for (id, history) in values.iter().filter(|(id, _)| !used.contains(id)) {
            for value in history.iter().filter(|value| articles.contains_key(&value.article)) {
                let what = format!("no clock and no retention counts the value `{id}`");
                self.faults.add(&value.place, what, "name it in a clock or a retention, or remove it");
            }
        }
    }

    /// The law asks nobody and is stopped by nothing.
    fn law_act(&mut self, procedure: &Procedure, act: &ActRule) {
        let (id, place) = (&act.id, &act.place);
        if !procedure.clocks.values().any(|clock| clock.act.as_ref() == Some(id)) {
            self.faults.add(
                place,
                format!("no clock leads to the law's act `{id}`"),
                "name it as the `act` of a clock, or remove it",
            );
        }
        if act.opens || act.once || !(act.papers.is_empty() && act.guards.is_empty() && act.unless.is_empty()) {
            self.faults.add(
                place,
                format!("the law's act `{id}` has conditions"),
                "remove `opens`, `once`, `papers`, `guards` and `unless`",
            );
        }
    }

    fn extending(&mut self, procedure: &Procedure, act: &ActRule, clock: &ClockId) {
        let (id, place) = (&act.id, &act.place);
        let Some(extension) = procedure.clocks.get(clock).map(|clock| &clock.extension) else {
            self.faults.add(
                place,
                format!("the act `{id}` extends the clock `{clock}`, which the procedure does not have"),
                "name a clock of the same procedure",
            );
            return;
        };
        let Some(extension) = extension else {
            self.faults.add(
                place,
                format!("the clock `{clock}` cannot be extended"),
                "add its `extension`, or remove `extends`",
            );
            return;
        };
        if act.by.iter().any(|role| *role != extension.consent) {
            let what = format!("the act `{id}` extends `{clock}` without the consent of `{}`", extension.consent);
            self.faults.add(place, what, "give the act to the role that consents");
        }
        for role in &extension.tell {
            if !act.effects.contains(&Effect::Notify(role.clone())) {
                let what = format!("the act `{id}` extends `{clock}` without telling `{role}`");
                self.faults.add(place, what, format!("add the effect `notify:{role}`"));
            }
        }
    }

    fn clock(&mut self, procedure: &Procedure, clock: &ClockRule) {
        let (id, place) = (&clock.id, &clock.place);
        self.predicates(&clock.when, place);
        self.effects(&clock.effects, place);
        self.state_names(procedure, clock.starts.iter().chain(&clock.runs).chain(&clock.pauses), place);
        self.value(&clock.value, place);
        for other in clock.excepts.iter().chain(&clock.after).chain(&clock.within) {
            if other == id || !procedure.clocks.contains_key(other) {
                self.faults.add(
                    place,
                    format!("the clock `{id}` hangs on `{other}`, which is no other clock of the procedure"),
                    "name a clock of the same procedure in `excepts`, `after` and `within`",
                );
            }
        }
        if !clock.after.is_empty() && !clock.starts.is_empty() {
            self.faults.add(
                place,
                format!("the clock `{id}` starts both in a state and after a clock"),
                "write `starts` or `after`; make two clocks if both are meant",
            );
        }
        if clock.starts.is_empty() && clock.after.is_empty() || clock.runs.is_empty() {
            self.faults.add(place, format!("the clock `{id}` never starts"), "name states in `starts` and `runs`");
        }
        for state in clock.starts.iter().filter(|state| !clock.runs.contains(state)) {
            self.faults.add(
                place,
                format!("the clock `{id}` starts in `{state}` but does not run there"),
                "add the state to `runs`",
            );
        }
        for state in clock.pauses.iter().filter(|state| clock.runs.contains(state)) {
            self.faults.add(
                place,
                format!("the clock `{id}` both runs and pauses in `{state}`"),
                "keep the state in one of the lists",
            );
        }
        for state in clock.runs.iter().chain(&clock.pauses) {
            if procedure.states.get(state).is_some_and(|state| state.end) {
                self.faults.add(
                    place,
                    format!("the clock `{id}` runs in the end state `{state}`"),
                    "remove the state from the clock",
                );
            }
        }
        let moment = |fact: &FactId| self.vocabulary.facts.get(fact).is_some_and(|fact| fact.kind == FactKind::Moment);
        if let Some(fact) = clock.follows.as_ref().filter(|fact| !moment(fact)) {
            self.faults.add(
                place,
                format!("the clock `{id}` follows `{fact}`, which is no moment"),
                "follow a fact of kind `moment`",
            );
        }
        self.outcome(procedure, clock);
        if let Some(extension) = &clock.extension {
            self.roles(std::iter::once(&extension.consent).chain(&extension.tell), place);
            self.value(&extension.value, place);
            let unit = |value: &ValueId| {
                self.pack.values.get(value).and_then(|history| history.first()).map(|value| value.period.unit)
            };
            if unit(&extension.value) != unit(&clock.value) {
                self.faults.add(
                    place,
                    format!("the clock `{id}` is extended in another unit"),
                    "count the value and its extension in the same unit",
                );
            }
            if extension.times == 0 {
                self.faults.add(
                    place,
                    format!("the clock `{id}` can be extended 0 times"),
                    "give `times` from 1, or remove `extension`",
                );
            }
            if !procedure.acts.values().any(|act| act.extends.as_ref() == Some(id)) {
                self.faults.add(
                    place,
                    format!("no act extends the clock `{id}`"),
                    "add an act with `extends`, or remove `extension`",
                );
            }
        }
    }

    fn outcome(&mut self, procedure: &Procedure, clock: &ClockRule) {
        let (id, place) = (&clock.id, &clock.place);
        let Some(act_id) = &clock.act else {
            match clock.outcome {
                Outcome::Breach => {}
                Outcome::Report if !clock.effects.is_empty() => {}
                Outcome::Report => self.roles(&[RoleId::new("authority")], place),
                Outcome::Approve | Outcome::Suspend | Outcome::Terminate => {
                    self.faults.add(
                        place,
                        format!("nothing happens when the clock `{id}` runs out"),
                        "name the law's `act`",
                    );
                }
            }
            return;
        };
        let Some(act) = procedure.acts.get(act_id) else {
            self.faults.add(
                place,
                format!("the clock `{id}` leads to the act `{act_id}`, which the procedure does not have"),
                "name an act of the same procedure",
            );
            return;
        };
        if !act.by.iter().any(|role| *role == "law") {
            self.faults.add(
                place,
                format!("the act `{act_id}` of the clock `{id}` is not the law's"),
                "write `by = [\"law\"]` in the act",
            );
        }
        for state in clock.runs.iter().filter(|state| !act.from.contains(state)) {
            self.faults.add(
                place,
                format!("the clock `{id}` runs in `{state}`, where its act `{act_id}` cannot be done"),
                "add the state to the act's `from`",
            );
        }
    }

    fn state_names<'s>(&mut self, procedure: &Procedure, names: impl IntoIterator<Item = &'s StateId>, place: &Place) {
        for name in names {
            if !procedure.states.contains_key(name) {
                let known: Vec<&str> = procedure.states.keys().map(StateId::as_str).collect();
                let next = format!("use one of `{}` or add it", known.join("`, `"));
                self.faults.add(place, format!("the procedure `{}` has no state `{name}`", procedure.id), next);
            }
        }
    }

    fn value(&mut self, value: &ValueId, place: &Place) {
        if !self.pack.values.contains_key(value) {
            self.faults.add(
                place,
                format!("the pack has no value `{value}`"),
                "add `[[value]]` under the article that sets it",
            );
        }
    }

    fn roles<'r>(&mut self, roles: impl IntoIterator<Item = &'r RoleId>, place: &Place) {
        for role in roles {
            if !self.vocabulary.roles.contains_key(role) {
                self.faults.add(
                    place,
                    format!("the vocabulary has no role `{role}`"),
                    "use a role of `vocabulary.md` or add it there",
                );
            } else if !self.pack.roles.contains_key(role) && *role != "law" && *role != "platform" {
                self.faults.add(
                    place,
                    format!("nobody plays the role `{role}` in this pack"),
                    "add it to `[roles]` in `pack.md`",
                );
            }
        }
    }

    fn papers(&mut self, papers: &[PaperId], place: &Place) {
        for paper in papers.iter().filter(|paper| !self.vocabulary.papers.contains_key(*paper)) {
            self.faults.add(
                place,
                format!("the vocabulary has no paper `{paper}`"),
                "use a paper of `vocabulary.md` or add it there",
            );
        }
    }

    fn predicates(&mut self, predicates: &[PredicateId], place: &Place) {
        for predicate in predicates.iter().filter(|predicate| !self.vocabulary.predicates.contains_key(*predicate)) {
            let next = "use a predicate of `vocabulary.md` or add it there";
            self.faults.add(place, format!("the vocabulary has no predicate `{predicate}`"), next);
        }
    }

    fn effects(&mut self, effects: &[Effect], place: &Place) {
        for effect in effects {
            match effect {
                Effect::OpenCase(procedure) if !self.pack.procedures.contains_key(procedure) => {
                    self.faults.add(
                        place,
                        format!("the effect `{effect}` opens an unknown procedure"),
                        "name a procedure of this pack",
                    );
                }
                Effect::Notify(role) | Effect::Report(role) => self.roles([role], place),
                Effect::Enter(register) | Effect::Strike(register)
                    if !self.vocabulary.registers.contains_key(register) =>
                {
                    self.faults.add(
                        place,
                        format!("the vocabulary has no register `{register}`"),
                        "use a register of the vocabulary or add it there",
                    );
                }
                _ => {}
            }
        }
    }
}

fn reachable(procedure: &Procedure) -> BTreeSet<StateId> {
    let mut reached: BTreeSet<StateId> = procedure.openings().filter_map(|act| act.to.clone()).collect();
    loop {
        let before = reached.len();
        for act in procedure.acts.values().filter(|act| !act.opens) {
            if let Some(to) = act.to.as_ref().filter(|_| act.from.iter().any(|from| reached.contains(from))) {
                reached.insert(to.clone());
            }
        }
        if reached.len() == before {
            return reached;
        }
    }
}
