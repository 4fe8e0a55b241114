/**
 * One page for every case of every procedure of every pack, drawn from the pack: where it stands, who must act by when and on
 * which article, what can be done and what that leads to, the papers, what was done, and how the law sees it.
 */
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { Tag } from "antd";
import { useState } from "react";
import type { Schemas } from "../../api/client";
import { type Explanation, explanation, oneCase, procedure, procedureGraph } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { minuteOf } from "../../parts/time";
import { Loaded } from "../../shell/Faults";
import { RequestPanel } from "../sharing/RequestPanel";
import { Acts } from "./Acts";
import "./docket.css";
import { Graph } from "./Graph";
import { Ahead, Article, Days, Law, LeftTag, useOrganisation } from "./parts";
import { Timeline } from "./Timeline";

export function Case() {
  const { id } = useParams({ from: "/shell/cases/$id" });
  const found = useQuery(oneCase(id));
  return (
    <div className="page">
      <Loaded of={found} rows={10}>
        {(view) => <Whole view={view} />}
      </Loaded>
    </div>
  );
}

/** Titles of the papers, conditions, roles and states of a procedure: the case itself carries their ids. */
function namesOf(view: Schemas["CaseView"], page: Schemas["ProcedurePage"] | undefined, why: Explanation | undefined) {
  const names = new Map<string, string>();
  const add = (list: Schemas["Name"][]) => {
    for (const { id, title } of list) names.set(id, title);
  };
  add(view.paper_titles);
  for (const act of view.possible) add(act.paper_forms);
  for (const act of page?.acts ?? []) {
    add([...act.papers, ...act.guards, ...act.unless, ...act.by, ...act.from]);
    names.set(act.id, act.title);
  }
  add(page?.clocks ?? []);
  for (const asked of page?.requirements ?? []) add(asked.papers);
  for (const state of page?.states ?? []) {
    add(state.waits_for);
    names.set(state.id, state.title);
  }
  for (const way of why?.ways ?? []) add([...way.papers, ...way.by]);
  for (const done of why?.acts ?? []) add([done.by, done.act]);
  return (id: string) => names.get(id) ?? id;
}

function Whole({ view }: { view: Schemas["CaseView"] }) {
  const { t, term } = useGlossary();
  const page = useQuery(procedure(view.pack, view.procedure));
  const why = useQuery(explanation(view.id));
  const titles = namesOf(view, page.data, why.data);
  // The elements of a request are papers that no act of the pack asks for by name; the glossary knows them. While the names are
  // still coming nobody is shown an id.
  const coming = page.isPending || why.isPending;
  const name = (id: string) => (titles(id) === id ? term("paper", id, coming ? t("case.name_coming") : id) : titles(id));
  const subject = view.subject_title ?? view.matter ?? `${term("subject", view.subject_kind)} ${view.subject.slice(-6)}`;
  return (
    <div className="stack" data-case={view.id}>
      <CaseHead view={view} subject={subject} name={name} />
      <div className="case-columns">
        <div className="stack">
          <Terms view={view} why={why.data} />
          <Acts view={view} page={page.data} name={name} />
          <RequestPanel view={view} />
          <Papers view={view} name={name} />
          <Timeline view={view} name={name} />
        </div>
        <div className="stack">
          <Picture view={view} />
          <Loaded of={why}>{(found) => <Explained why={found} />}</Loaded>
        </div>
      </div>
    </div>
  );
}

function CaseHead({ view, subject, name }: { view: Schemas["CaseView"]; subject: string; name: (id: string) => string }) {
  const { t } = useGlossary();
  const organisation = useOrganisation();
  const parties = { provider: view.provider, demander: view.demander, ...view.parties };
  return (
    <header className="page-head case-head">
      <p className="crumbs">
        <Link to="/cases">{t("nav.cases")}</Link>
        <Link to="/law/$pack/$procedure" params={{ pack: view.pack, procedure: view.procedure }}>
          <Law>{view.title}</Law>
        </Link>
      </p>
      <h1>
        <Law>{subject}</Law> <Tag color={view.ended ? "default" : "processing"}>{view.state_title}</Tag>
      </h1>
      <dl className="facts">
        {Object.entries(parties).map(
          ([role, id]) =>
            id && (
              <div key={role}>
                <dt lang="zh-CN">
                  {name(role) === role ? t(role === "provider" ? "case.provider" : "case.demander") : name(role)}
                </dt>
                <dd lang="zh-CN">{organisation(id)}</dd>
              </div>
            ),
        )}
        <div>
          <dt>{t("case.opened")}</dt>
          <dd>{minuteOf(view.opened_at)}</dd>
        </div>
        {view.subject_kind === "entry" && (
          <div>
            <dt>{t("case.subject")}</dt>
            <dd>
              <Link to="/catalogue/$id" params={{ id: view.subject }}>
                {t("case.open_entry")}
              </Link>
            </dd>
          </div>
        )}
        {view.parent && (
          <div>
            <dt>{t("case.parent")}</dt>
            <dd>
              <Link to="/cases/$id" params={{ id: view.parent }}>
                {t("case.open_parent")}
              </Link>
            </dd>
          </div>
        )}
      </dl>
    </header>
  );
}

/** Who must act, by when, on which article. */
function Terms({ view, why }: { view: Schemas["CaseView"]; why: Explanation | undefined }) {
  const { t, term } = useGlossary();
  const [open, setOpen] = useState<string>();
  const current = view.clocks.filter((clock) => clock.status === "running" || clock.status === "paused");
  const over = view.clocks.filter((clock) => !current.includes(clock));
  return (
    <section className="card" aria-labelledby="terms" data-tour="terms">
      <h2 id="terms">{t("case.terms")}</h2>
      {why && why.waits_for.length > 0 && (
        <p className="waits">
          {t("case.waits_for")}{" "}
          <strong lang="zh-CN">{why.waits_for.map((role) => role.title).join(t("list.separator"))}</strong>
        </p>
      )}
      {!view.ended && current.length === 0 && (
        <p className="quiet">
          {t("case.no_term")} <Law>{why?.unclocked}</Law>
        </p>
      )}
      {current.map((clock) => (
        <div key={clock.clock} className="clock">
          <div className="clock-line">
            {clock.due_at && clock.status === "running" ? (
              <LeftTag due={clock.due_at} derivation={clock.derivation} />
            ) : (
              <Tag>{term("clock_status", clock.status)}</Tag>
            )}
            <strong lang="zh-CN">{clock.title}</strong>
            {clock.article && <Article pack={view.pack} id={clock.article} />}
            {clock.last_day && <span className="quiet">{t("clock.until", { last: clock.last_day })}</span>}
            {clock.derivation && (
              <button
                type="button"
                className="plain"
                aria-expanded={open === clock.clock}
                onClick={() => setOpen(open === clock.clock ? undefined : clock.clock)}
              >
                {t("clock.derivation")}
              </button>
            )}
          </div>
          {open === clock.clock && clock.derivation && <Days derivation={clock.derivation} />}
        </div>
      ))}
      {(why?.ahead ?? []).map((foreseen) => (
        <p key={foreseen.clock.id} className="if-nobody">
          {t("case.if_nobody")} <Ahead pack={view.pack} foreseen={foreseen} />
        </p>
      ))}
      {over.length > 0 && (
        <details>
          <summary>{t("case.terms_over", { count: over.length })}</summary>
          <ul className="over">
            {over.map((clock) => (
              <li key={`${clock.clock} ${clock.started_at}`}>
                <Tag color={clock.status === "missed" ? "error" : "default"}>{term("clock_status", clock.status)}</Tag>
                <Law>{clock.title}</Law> {clock.last_day}
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

function Papers({ view, name }: { view: Schemas["CaseView"]; name: (id: string) => string }) {
  const { t } = useGlossary();
  return (
    <section className="card" aria-labelledby="papers">
      <h2 id="papers">{t("case.papers")}</h2>
      {view.papers.length === 0 ? (
        <p className="quiet">{t("case.no_papers")}</p>
      ) : (
        <ul className="chips" lang="zh-CN">
          {view.papers.map((paper) => (
            <li key={paper}>{name(paper)}</li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Picture({ view }: { view: Schemas["CaseView"] }) {
  const { t } = useGlossary();
  const graph = useQuery(procedureGraph(view.pack, view.procedure));
  return (
    <section className="card" aria-labelledby="graph">
      <h2 id="graph">{t("case.graph")}</h2>
      <Loaded of={graph}>
        {(svg) => <Graph svg={svg} present={view.state} label={t("case.graph_label", { state: view.state_title })} />}
      </Loaded>
    </section>
  );
}

/** How the law sees the case: each act with what its article says. */
function Explained({ why }: { why: Explanation }) {
  const { t } = useGlossary();
  return (
    <section className="card" aria-labelledby="explained">
      <h2 id="explained">{t("case.explained")}</h2>
      <p className="quiet" lang="zh-CN">
        {why.regulation}
      </p>
      <ol className="explained">
        {why.acts.map((act) => (
          <li key={`${act.at} ${act.act.id}`}>
            <p>
              <time dateTime={act.at}>{minuteOf(act.at)}</time> <Law>{act.by.title}</Law>{" "}
              <strong lang="zh-CN">{act.act.title}</strong> {act.article && <Article pack={why.pack} id={act.article} />}
            </p>
            {act.says && <blockquote lang="zh-CN">{act.says}</blockquote>}
          </li>
        ))}
        {why.clocks
          .filter((clock) => clock.status === "running")
          .map((clock) => (
            <li key={clock.clock.id}>
              <p>
                {t("clock.term")} <strong lang="zh-CN">{clock.clock.title}</strong> <Law>{clock.term}</Law>{" "}
                <Article pack={why.pack} id={clock.article} />
              </p>
              <blockquote lang="zh-CN">{clock.says}</blockquote>
              {clock.because.length > 0 && (
                <p className="quiet">
                  {t("clock.because")} <Law>{clock.because.map((fact) => fact.title).join(t("list.separator"))}</Law>
                </p>
              )}
            </li>
          ))}
      </ol>
    </section>
  );
}
