/**
 * The elements of a request as a form asks for them: which there are, which paper of the law each of them is, and what can be
 * said about them before the district is asked. The district judges again; nothing here decides.
 */
import type { Schemas } from "../../api/client";
import type { Wanted } from "./basket";

type Element = keyof Schemas["Elements"];

export interface Field {
  name: Element;
  kind: "line" | "long" | "choice" | "ways" | "day" | "whole";
  /** The closed list to choose from. */
  of?: readonly string[];
  /** The paper of the packs' vocabulary that this element is. */
  paper?: string;
  /** Whether it is asked, seen from what else was typed. */
  shown?: (typed: Typed) => boolean;
  most?: number;
}

export type Typed = Record<string, string>;

const GRADES: Schemas["Grade"][] = ["general_1", "general_2", "general_3", "general_4", "important", "core"];
const FREQUENCIES: Schemas["Frequency"][] = ["real_time", "daily", "weekly", "monthly", "quarterly", "seldom", "once"];
const MODES: Schemas["Mode"][] = ["api", "batch", "file"];
const DEMANDS: Schemas["DemandType"][] = ["district", "city", "fusion"];
const SCENARIOS: Schemas["ScenarioKind"][] = [
  "none",
  "standard",
  "key_work",
  "large_platform",
  "subject_authorised",
  "match_only",
  "masked_only",
];
const LONGEST = 4_000;

const isSeldom = (typed: Typed) => typed.frequency === "seldom" || typed.frequency === "once";
const isFusion = (typed: Typed) => typed.demand_type === "fusion";

export const GROUPS: { id: string; fields: Field[] }[] = [
  {
    id: "why",
    fields: [
      { name: "demand_type", kind: "ways", of: DEMANDS, paper: "demand_type" },
      { name: "legal_basis", kind: "long", paper: "use_basis" },
      { name: "business_goal", kind: "long", paper: "business_goal" },
      { name: "scenario", kind: "long", paper: "use_scenario" },
      { name: "scenario_kind", kind: "choice", of: SCENARIOS },
      { name: "scope", kind: "long", paper: "use_scope" },
      { name: "purpose", kind: "line", most: 60 },
      { name: "fusion_plan", kind: "long", paper: "fusion_plan", shown: isFusion },
    ],
  },
  {
    id: "how",
    fields: [
      { name: "mode", kind: "ways", of: MODES, paper: "use_mode" },
      { name: "frequency", kind: "choice", of: FREQUENCIES, paper: "use_frequency" },
      { name: "low_use_reason", kind: "long", paper: "low_use_reason", shown: isSeldom },
      { name: "term_until", kind: "day", paper: "use_term" },
      { name: "rate_per_minute", kind: "whole" },
    ],
  },
  {
    id: "safe",
    fields: [
      { name: "security_grade", kind: "choice", of: GRADES, paper: "security_grade" },
      { name: "security_measures", kind: "long", paper: "security_measures" },
    ],
  },
];

/** What a new form holds before anybody typed: the ordinary case. */
export const FIRST: Typed = { demand_type: "district", mode: "api", scenario_kind: "none" };

/** The papers that the law asks for, each with its article, and whether it asks always. */
export interface Asked {
  article: string;
  always: boolean;
  when: string[];
}

export function askedPapers(page: Schemas["ProcedurePage"] | undefined): Map<string, Asked> {
  const asked = new Map<string, Asked>();
  for (const { article, papers, when } of page?.requirements ?? []) {
    const always = when.length === 0;
    for (const { id } of papers) {
      if (!asked.get(id)?.always) asked.set(id, { article, always, when: when.map((one) => one.title) });
    }
  }
  return asked;
}

/** Whether the law takes no application that lacks a paper; elsewhere it asks for what is missing, once and in writing. */
export function mustBeWhole(page: Schemas["ProcedurePage"] | undefined): boolean {
  return page?.acts.some((act) => act.opens && act.guards.some((guard) => guard.id === "papers_are_complete")) ?? false;
}

/** Keys of the form that belong to one dataset. */
export const rowColumn = (entry: string) => `rows.${entry}.column`;
export const rowValues = (entry: string) => `rows.${entry}.values`;

/** The values of a row scope, one a line, each once. */
export function valuesIn(text: string | undefined): string[] {
  return [...new Set((text ?? "").split(/[\n,，;；]/).map((one) => one.trim()))].filter((one) => one !== "");
}

const oneOf = <T extends string>(list: readonly T[], word: string | undefined) => list.find((one) => one === word) ?? null;
const said = (text: string | undefined) => (text ?? "").trim();

export function elementsOf(typed: Typed, wanted: Wanted): Schemas["Elements"] {
  const column = said(typed[rowColumn(wanted.entry)]);
  return {
    demand_type: oneOf(DEMANDS, typed.demand_type),
    items: wanted.items,
    scenario: said(typed.scenario),
    scenario_kind: oneOf(SCENARIOS, typed.scenario_kind) ?? "none",
    legal_basis: said(typed.legal_basis),
    business_goal: said(typed.business_goal),
    scope: said(typed.scope),
    row_scope: column === "" ? null : { column, values: valuesIn(typed[rowValues(wanted.entry)]) },
    mode: oneOf(MODES, typed.mode),
    frequency: oneOf(FREQUENCIES, typed.frequency),
    low_use_reason: isSeldom(typed) ? said(typed.low_use_reason) : "",
    fusion_plan: isFusion(typed) ? said(typed.fusion_plan) : "",
    term_until: said(typed.term_until) || null,
    security_grade: oneOf(GRADES, typed.security_grade),
    security_measures: said(typed.security_measures),
    purpose: said(typed.purpose),
    rate_per_minute: /^\d+$/.test(said(typed.rate_per_minute)) ? Number(typed.rate_per_minute) : null,
    fusion_wanted: isFusion(typed),
  };
}

/** The form of a request that was made. */
export function typedOf(elements: Schemas["Elements"], entry: string): Typed {
  const typed: Typed = {};
  for (const { fields } of GROUPS) {
    for (const { name } of fields) {
      const value = elements[name];
      if (typeof value === "string" || typeof value === "number") typed[name] = String(value);
    }
  }
  if (elements.row_scope) {
    typed[rowColumn(entry)] = elements.row_scope.column;
    typed[rowValues(entry)] = elements.row_scope.values.join("\n");
  }
  return typed;
}

type FaultWord = "missing" | "purpose" | "past" | "rate" | "items" | "key" | "values" | "too_many" | "too_long";
/** What is wrong, by the name of the field; `missing` alone is nothing that keeps a request from being made. */
export type Faults = Map<string, FaultWord>;

/** @param items the published items of each dataset, by entry. */
export function faultsOf(
  typed: Typed,
  list: Wanted[],
  items: Map<string, Schemas["Item"][]>,
  asked: Map<string, Asked>,
  today: string,
): Faults {
  const faults: Faults = new Map();
  for (const field of GROUPS.flatMap((group) => group.fields)) {
    if (field.shown && !field.shown(typed)) continue;
    const text = said(typed[field.name]);
    const paper = field.paper ? asked.get(field.paper) : undefined;
    // A paper that is asked for on a condition is asked for where its field is shown.
    const needed = paper !== undefined && (paper.always || field.shown !== undefined);
    if (text === "" && needed) faults.set(field.name, "missing");
    if (text.length > (field.most ?? LONGEST)) faults.set(field.name, "too_long");
  }
  const purpose = said(typed.purpose);
  if (purpose === "") faults.set("purpose", "missing");
  else if (!/^[\p{L}\p{N}_-]{1,60}$/u.test(purpose)) faults.set("purpose", "purpose");
  const until = said(typed.term_until);
  if (until !== "" && until < today) faults.set("term_until", "past");
  const rate = said(typed.rate_per_minute);
  if (rate !== "" && !(/^\d+$/.test(rate) && Number(rate) >= 1 && Number(rate) <= 6_000_000))
    faults.set("rate_per_minute", "rate");
  for (const wanted of list) {
    const keys = (items.get(wanted.entry) ?? []).filter((item) => item.key).map((item) => item.code);
    if (wanted.items.length === 0) faults.set(`items.${wanted.entry}`, "items");
    else if (typed.mode !== "file" && keys.length > 0 && !keys.some((code) => wanted.items.includes(code)))
      faults.set(`items.${wanted.entry}`, "key");
    const values = valuesIn(typed[rowValues(wanted.entry)]);
    if (said(typed[rowColumn(wanted.entry)]) === "") continue;
    if (values.length === 0) faults.set(rowValues(wanted.entry), "values");
    if (values.length > 2_000) faults.set(rowValues(wanted.entry), "too_many");
  }
  return faults;
}

/** Whether the request can be made as it is: where the law asks for what is missing afterwards, only wrong form prevents it. */
export function prevents(faults: Faults, whole: boolean): boolean {
  return [...faults].some(([name, word]) => whole || word !== "missing" || name === "purpose");
}

/** The act by which papers are handed in afterwards, where the reader may do it now. */
export function supplements(view: Schemas["CaseView"]): boolean {
  return view.possible.some(
    (act) => act.act.startsWith("supplement") && !act.blocked && act.by.some((role) => view.my_roles.includes(role)),
  );
}
