/**
 * The same act in several cases: each case is tried first, one page says what each leads to, and after one confirmation they are
 * done one by one. A refusal of one does not stop the rest, and each keeps its own result.
 *
 * Every case has its own idempotency key, made when its act is first sent and kept until the district answers: a double click
 * or a repetition after a lost connection does no act twice.
 */
import { useQueries, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { Alert, Button, Form, Tag } from "antd";
import { useRef, useState } from "react";
import { client, Failure, type Schemas, take } from "../../api/client";
import { oneCase, procedure, rehearsal } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { Table } from "../../parts/Table";
import { useDraft } from "../../parts/useDraft";
import { Nothing } from "../../shell/Faults";
import { TOUCHED } from "./ActForm";
import { useReasonWords } from "./Acts";
import "./docket.css";
import { ActFields, bodyOf, Dues } from "./Facts";
import { Article, Law } from "./parts";

type View = Schemas["CaseView"];
type Possible = Schemas["PossibleAct"];

/** What became of the act in one case. */
type Outcome = { done: Schemas["Receipt"] } | { failed: Failure } | "running";

const MOST = 50;

/** What the district refuses for a while only, or the way to it: the same act may be sent again. Any other refusal wants a look. */
const PASSING = ["offline", "not_authenticated", "overloaded", "rate_limited", "too_slow"];

const isDone = (outcome: Outcome | undefined) => typeof outcome === "object" && "done" in outcome;

function mayBeSent(outcome: Outcome | undefined): boolean {
  return typeof outcome !== "object" || ("failed" in outcome && PASSING.includes(outcome.failed.code));
}

export function Batch() {
  const { t } = useGlossary();
  const { cases: ids = "" } = useSearch({ from: "/shell/batch" });
  const wanted = [...new Set(ids.split(" ").filter((id) => id !== ""))].slice(0, MOST);
  const found = useQueries({ queries: wanted.map((id) => oneCase(id)) });
  const views = found.flatMap(({ data }) => (data ? [data] : []));
  const coming = found.some(({ isPending }) => isPending);
  return (
    <div className="page">
      <header className="page-head">
        <p className="crumbs">
          <Link to="/">{t("nav.home")}</Link>
        </p>
        <h1>{t("batch.title")}</h1>
        <p className="quiet">{t("batch.lead")}</p>
      </header>
      {coming && (
        <p role="status" aria-busy="true">
          {t("fault.loading")}
        </p>
      )}
      {!coming && views.length < wanted.length && (
        <Alert type="warning" showIcon title={t("batch.unreadable", { count: wanted.length - views.length })} />
      )}
      {!coming && views.length === 0 && (
        <Nothing>
          <p>{t("batch.nothing")}</p>
          <p>
            <Link to="/">{t("fault.home")}</Link>
          </p>
        </Nothing>
      )}
      {!coming && views.length > 0 && <Choose views={views} draft={wanted.join(".")} />}
    </div>
  );
}

const mine = (view: View, act: Possible) => act.by.some((role) => view.my_roles.includes(role));

/** The acts that the reader may do in at least one of the cases, with how many allow each. */
function actsOf(views: View[]): { act: Possible; fits: number }[] {
  const found = new Map<string, { act: Possible; fits: number }>();
  for (const view of views) {
    for (const act of view.possible.filter((one) => mine(view, one))) {
      const known = found.get(act.act) ?? { act, fits: 0 };
      if (!act.blocked) known.fits += 1;
      // The form asks for what the most demanding case lacks.
      if (!act.blocked && act.paper_forms.length > known.act.paper_forms.length) known.act = act;
      found.set(act.act, known);
    }
  }
  return [...found.values()].filter(({ fits }) => fits > 0).sort((a, b) => b.fits - a.fits);
}

function Choose({ views, draft }: { views: View[]; draft: string }) {
  const { t } = useGlossary();
  // The list is the one of the beginning: what was done must not vanish from the page while the rest goes on.
  const [first] = useState(views);
  const [acts] = useState(() => actsOf(views));
  const [chosen, setChosen] = useState<string>();
  const choice = acts.find(({ act }) => act.act === chosen) ?? (acts.length === 1 ? acts[0] : undefined);
  if (acts.length === 0) return <Nothing>{t("batch.no_act")}</Nothing>;
  return (
    <>
      <section className="card stack" aria-labelledby="which">
        <h2 id="which">{t("batch.which")}</h2>
        <fieldset>
          <legend className="hidden">{t("batch.which")}</legend>
          {acts.map(({ act, fits }) => (
            <label key={act.act} className="choice-line">
              <input type="radio" name="act" checked={choice?.act.act === act.act} onChange={() => setChosen(act.act)} />
              <strong lang="zh-CN">{act.title}</strong> <Article pack={first[0]?.pack ?? ""} id={act.article} />{" "}
              <span className="quiet">{t("batch.fits", { fits, all: first.length })}</span>
            </label>
          ))}
        </fieldset>
      </section>
      {choice && <Work key={choice.act.act} views={first} act={choice.act} draft={`batch.${draft}.${choice.act.act}`} />}
    </>
  );
}

/** Sends the act in one case, always with that case's own key. */
function useSender(act: Possible, typed: Record<string, string>) {
  const keys = useRef(new Map<string, string>());
  return async (view: View): Promise<Outcome> => {
    const possible = view.possible.find((candidate) => candidate.act === act.act) ?? act;
    const key = keys.current.get(view.id) ?? crypto.randomUUID();
    keys.current.set(view.id, key);
    try {
      const done = await take(
        client.POST("/api/v1/cases/{id}/acts", {
          params: { path: { id: view.id }, header: { "idempotency-key": key } },
          body: bodyOf(view, possible, typed, view.version),
        }),
      );
      return { done };
    } catch (error) {
      const failed = error instanceof Failure ? error : new Failure(undefined);
      // A refusal is an answer; where nothing answered, the same key finds out whether it was done.
      if (failed.problem !== undefined) keys.current.delete(view.id);
      return { failed };
    }
  };
}

function Work({ views, act, draft }: { views: View[]; act: Possible; draft: string }) {
  const { t } = useGlossary();
  const queries = useQueryClient();
  const { typed, write, forget } = useDraft(draft, {});
  const send = useSender(act, typed);
  const [outcomes, setOutcomes] = useState<Record<string, Outcome>>({});
  const [going, setGoing] = useState(false);
  const busy = useRef(false);
  const lacking = act.paper_forms.filter(({ id }) => !typed[id]?.trim());
  const able = views.filter((view) => view.possible.some((one) => one.act === act.act && mine(view, one) && !one.blocked));
  const left = able.filter((view) => mayBeSent(outcomes[view.id]));
  const done = able.filter((view) => isDone(outcomes[view.id])).length;
  const started = Object.keys(outcomes).length > 0;

  const go = async () => {
    if (busy.current) return;
    busy.current = true;
    setGoing(true);
    let failures = 0;
    for (const view of left) {
      setOutcomes((before) => ({ ...before, [view.id]: "running" }));
      const outcome = await send(view);
      setOutcomes((before) => ({ ...before, [view.id]: outcome }));
      if (typeof outcome !== "object" || !("failed" in outcome)) continue;
      failures += 1;
      // A session that has ended refuses every one: log in first, then go on where it stopped.
      if (outcome.failed.code === "not_authenticated") break;
    }
    if (failures === 0) forget();
    busy.current = false;
    setGoing(false);
    await Promise.all([...TOUCHED, "me"].map((noun) => queries.invalidateQueries({ queryKey: [noun] })));
  };

  return (
    <>
      {(act.paper_forms.length > 0 || act.facts.length > 0) && (
        <section className="card" aria-labelledby="batch-papers">
          <h2 id="batch-papers">{t("batch.papers")}</h2>
          <Form layout="vertical" component="div">
            <ActFields act={act} typed={typed} write={write} />
          </Form>
        </section>
      )}
      <section className="card stack" aria-labelledby="batch-each">
        <h2 id="batch-each">{t("batch.each")}</h2>
        <Table columns={[t("home.column_case"), t("home.column_state"), t("batch.leads"), t("batch.result")]}>
          {views.map((view) => (
            <Row
              key={view.id}
              view={view}
              act={act.act}
              typed={typed}
              whole={lacking.length === 0}
              outcome={outcomes[view.id]}
            />
          ))}
        </Table>
        <div className="filters">
          {(left.length > 0 || going || !started) && (
            <Button type="primary" loading={going} disabled={left.length === 0 || lacking.length > 0} onClick={() => void go()}>
              {t(started ? "batch.rest" : "batch.confirm", { count: left.length })}
            </Button>
          )}
          {lacking.length > 0 && (
            <span className="quiet" role="status">
              {t("acts.still_missing")} <Law>{lacking.map((paper) => paper.title).join(t("list.separator"))}</Law>
            </span>
          )}
          {started && !going && <strong role="status">{t("batch.summary", { done, left: able.length - done })}</strong>}
        </div>
      </section>
    </>
  );
}

interface RowProps {
  view: View;
  act: string;
  /** What all get alike. */
  typed: Record<string, string>;
  /** Whether everything is there that the act needs. */
  whole: boolean;
  outcome: Outcome | undefined;
}

function Row({ view, act, typed, whole, outcome }: RowProps) {
  const { t, term } = useGlossary();
  const say = useReasonWords();
  const page = useQuery(procedure(view.pack, view.procedure)).data;
  const titles = new Map([...(page?.states ?? []), ...(page?.clocks ?? [])].map(({ id, title }) => [id, title]));
  const possible = view.possible.find((one) => one.act === act);
  const subject = view.subject_title ?? view.matter ?? `${term("subject", view.subject_kind)} ${view.subject.slice(-6)}`;
  const why = possible?.blocked?.reasons.map(say).join(t("list.semicolon"));
  return (
    <tr>
      <td>
        <Link to="/cases/$id" params={{ id: view.id }}>
          <Law>{subject}</Law>
        </Link>
      </td>
      <td>
        <Law>{view.state_title}</Law>
      </td>
      <td>
        {possible === undefined || possible.blocked || !mine(view, possible) ? (
          <span className="quiet">{why || t("batch.not_here")}</span>
        ) : (
          <Leads view={view} act={possible} typed={typed} try={whole && outcome === undefined} titles={titles} />
        )}
      </td>
      <td aria-live="polite">
        <Result of={outcome} titles={titles} />
      </td>
    </tr>
  );
}

interface LeadsProps {
  view: View;
  act: Possible;
  typed: Record<string, string>;
  try: boolean;
  titles: Map<string, string>;
}

/** Where the act leads this very case, and the dates that it changes: the dry run tells, once everything is there. */
function Leads({ view, act, typed, try: enabled, titles }: LeadsProps) {
  const { t } = useGlossary();
  const { data } = useQuery({ ...rehearsal(view.id, bodyOf(view, act, typed, view.version)), enabled });
  const to = act.to ?? view.state;
  return (
    <>
      {to === view.state ? t("acts.stays") : <Law>{titles.get(to) ?? ""}</Law>}
      {data && <Dues of={data.due} name={(clock) => titles.get(clock) ?? ""} />}
    </>
  );
}

function Result({ of, titles }: { of: Outcome | undefined; titles: Map<string, string> }) {
  const { t, term } = useGlossary();
  const say = useReasonWords();
  if (of === undefined) return <span className="quiet">{t("value.none")}</span>;
  if (of === "running") return <Tag color="processing">{t("batch.running")}</Tag>;
  if ("done" in of) {
    const { state, log_index } = of.done;
    return (
      <>
        <Tag color="success">{t("batch.done")}</Tag> <Law>{titles.get(state) ?? ""}</Law>{" "}
        {typeof log_index === "number" && <small className="quiet">{t("case.log_index", { index: log_index })}</small>}
      </>
    );
  }
  const { problem, code } = of.failed;
  const words = problem?.refusal ? term("refusal", problem.refusal) : term("problem", code, t("problem.unknown"));
  const reasons = problem?.reasons?.map(say) ?? [];
  return (
    <>
      <Tag color="error">{t("batch.failed")}</Tag> {words}
      {reasons.length > 0 && `${t("list.colon")}${reasons.join(t("list.semicolon"))}`}
      {problem?.article && <small className="quiet"> {problem.article}</small>}
    </>
  );
}
