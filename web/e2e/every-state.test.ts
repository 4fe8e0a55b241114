/**
 * The case page is drawn from the packs: here from every state of every procedure of every pack. The case itself is made up in
 * the browser's network from the procedure's own page; everything else of the page is the real thing.
 */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { as, CONSOLE, enter, launch, open } from "./browser";

type Name = { id: string; title: string };
type State = Name & { waits_for: Name[]; end: boolean; unclocked: string | null };
type Act = Name & {
  article: string;
  by: Name[];
  from: Name[];
  to: Name | null;
  papers: Name[];
  opens: boolean;
  effects: Name[];
};
type Clock = Name & {
  article: string;
  runs: Name[];
  pauses: Name[];
  terms: { text: string }[];
  outcome: Name;
  act: Name | null;
  to: Name | null;
  effects: Name[];
};
type Procedure = Name & { pack: string; article: string; states: State[]; acts: Act[]; clocks: Clock[] };

const NOW = "2026-03-02T01:00:00Z";
const DUE = "2026-03-05T16:00:00Z";
const DAYS = ["2026-03-02", "2026-03-03", "2026-03-04", "2026-03-05"].map((date, index) => ({
  date,
  counted: index > 0,
  reason: index > 0 ? "working day" : "day of the event",
}));
const DERIVATION = { due: DUE, last_day: "2026-03-05", days: DAYS, provisional: false };
const ids = (names: Name[]) => names.map(({ id }) => id);

let browser: Browser;
const procedures: Procedure[] = [];

beforeAll(async () => {
  browser = await launch();
  const officer = await as("bureau.officer");
  for (const { id } of await officer("GET", "/packs")) {
    const pack = await officer("GET", `/packs/${id}`);
    for (const one of pack.procedures) procedures.push(await officer("GET", `/law/packs/${id}/procedures/${one.id}`));
  }
});
afterAll(() => browser?.close());

/** A case of this procedure that stands in this state, as the district would tell it to somebody who may do everything. */
function caseIn(of: Procedure, state: State, id: string, tools: unknown[]) {
  const possible = of.acts.filter((act) => !act.opens && ids(act.from).includes(state.id));
  const clocks = of.clocks.filter((clock) => ids(clock.runs).includes(state.id) || ids(clock.pauses).includes(state.id));
  const first = of.acts.find((act) => act.opens) ?? of.acts[0];
  return {
    id,
    pack: of.pack,
    procedure: of.id,
    subject_kind: "matter",
    subject: "019b8684-aa80-743b-b2a2-03b7529b291b",
    provider: null,
    demander: null,
    parties: {},
    parent: null,
    version: 1,
    title: of.title,
    state: state.id,
    state_title: state.title,
    matter: "演练事项",
    subject_title: "演练事项",
    waits_for: ids(state.waits_for),
    ended: state.end,
    opened_at: NOW,
    entered_at: NOW,
    facts: {},
    papers: ids(possible.flatMap((act) => act.papers)),
    paper_titles: possible.flatMap((act) => act.papers),
    clocks: clocks.map((clock) => ({
      clock: clock.id,
      title: clock.title,
      article: clock.article,
      status: ids(clock.runs).includes(state.id) ? "running" : "paused",
      started_at: NOW,
      due_at: DUE,
      last_day: "2026-03-05",
      derivation: DERIVATION,
    })),
    timeline: first
      ? [
          {
            id: "019c4ba9-1c60-735b-863b-09d4a93bb2d4",
            seq: 1,
            act: first.id,
            title: first.title,
            role: first.by[0]?.id ?? "platform",
            actor: "person",
            organisation: null,
            at: NOW,
            recorded_at: NOW,
            articles: [first.article],
            from: null,
            to: state.id,
            papers: ids(first.papers),
            expired: null,
            outcome: null,
            log_index: 1,
          },
        ]
      : [],
    possible: possible.map((act, index) => ({
      act: act.id,
      title: act.title,
      by: ids(act.by),
      papers: ids(act.papers),
      paper_forms: act.papers.map((paper) => ({ ...paper, kind: "text" })),
      to: act.to?.id ?? null,
      article: act.article,
      facts: [],
      extension: null,
      // Every third is blocked for one reason after another, so that each state shows both faces.
      blocked: index % 3 === 2 ? tools[index % tools.length] : null,
    })),
    my_roles: [...new Set(possible.flatMap((act) => ids(act.by)))],
  };
}

/** How the law sees that case. */
function explanationOf(of: Procedure, state: State) {
  const running = of.clocks.filter((clock) => ids(clock.runs).includes(state.id));
  return {
    pack: of.pack,
    regulation: of.title,
    procedure: { id: of.id, title: of.title },
    state: { id: state.id, title: state.title },
    entered_at: NOW,
    ended: state.end,
    waits_for: state.waits_for,
    unclocked: state.unclocked,
    acts: [],
    clocks: running.map((clock) => ({
      clock: { id: clock.id, title: clock.title },
      article: clock.article,
      says: "",
      term: clock.terms[0]?.text ?? "",
      because: [],
      instead_of: [],
      status: "running",
      started_at: NOW,
      pauses: [],
      extensions: [],
      due: DUE,
      derivation: DERIVATION,
      outcome: clock.outcome,
    })),
    ahead: running.map((clock) => ({
      at: DUE,
      clock: { id: clock.id, title: clock.title },
      article: clock.article,
      outcome: clock.outcome,
      act: clock.act,
      state: clock.to ?? state,
      effects: clock.effects,
    })),
    ways: [],
  };
}

const REASONS: [string, string, Record<string, string>][] = [
  ["guard_failed", "condition_unmet", { condition: "x", title: "某项条件" }],
  ["missing_paper", "missing_paper", { paper: "x", title: "某份材料" }],
  ["excepted", "excepted", { act: "x", title: "另一事项", article: "CN-1" }],
  ["already_done", "already_done", {}],
  ["beyond_extension", "extensions_used_up", { clock: "x", title: "某一期限", times: "1" }],
];
const REFUSED = REASONS.map(([refusal, code, values]) => ({
  refusal,
  detail: "`x` does not hold",
  article: null,
  missing: [],
  failed: [],
  next: [],
  reasons: [{ code, values }],
}));

/** Words on the page that only a program would write: an id with an underscore, or one that stands for itself. */
async function rawKeys(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const text = document.querySelector("main")?.textContent ?? "";
    return [...text.matchAll(/\b[a-z]+(?:[_.][a-z]+)+\b|\bundefined\b|\bNaN\b|\[object/g)].map(String);
  });
}

test("the case page stands in every state of every procedure of every pack", { timeout: 180_000 }, async () => {
  const { context, page, complaints } = await open(browser);
  await enter(page, "bureau.officer");
  const told = new Map<string, { view: unknown; why: unknown }>();
  // The page's own frame stays; every case is one address further, as when somebody follows a link.
  await page.route(/\/api\/v1\/cases\/every-/, async (route) => {
    const [, id, rest] = /cases\/(every-\d+)(\/\w+)?/.exec(route.request().url()) ?? [];
    const known = told.get(id ?? "");
    await route.fulfill({ json: rest === "/explanation" ? known?.why : known?.view });
  });
  await page.goto(`${CONSOLE}/cases`);
  await page.locator("h1").waitFor();

  const wrong: string[] = [];
  let states = 0;
  for (const of of procedures) {
    for (const state of of.states) {
      states += 1;
      const id = `every-${states}`;
      const place = `${of.pack} ${of.id} ${state.id}`;
      told.set(id, { view: caseIn(of, state, id, REFUSED), why: explanationOf(of, state) });
      await page.evaluate((address) => {
        history.pushState({}, "", address);
        window.dispatchEvent(new PopStateEvent("popstate", { state: {} }));
      }, `/console/cases/${id}`);
      try {
        await page.waitForFunction(
          ([wanted, title]) =>
            document.querySelector("[data-case]")?.getAttribute("data-case") === wanted &&
            document.querySelector("h1")?.textContent?.includes(title ?? "") &&
            document.querySelector(".graph .present") !== null &&
            document.querySelector("[aria-busy=true]") === null,
          [id, state.title],
          { timeout: 5_000, polling: 20 },
        );
      } catch {
        wrong.push(`${place}: does not come to rest, or does not mark its state in the picture`);
      }
      for (const key of await rawKeys(page)) wrong.push(`${place}: shows ${key}`);
    }
  }
  expect(wrong).toEqual([]);
  expect(complaints).toEqual([]);
  expect(states).toBeGreaterThan(600);
  await context.close();
});
