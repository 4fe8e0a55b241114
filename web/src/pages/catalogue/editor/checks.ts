/**
 * What is wrong with a draft, said while it is typed. The district decides; these are its rules of form, so that nobody has to
 * save to learn of a name that is too long. Which elements are still lacking is the district's answer alone (`missing`), from
 * which whatever has been filled in since is taken off.
 */
import type { Elements } from "./elements";

const MOST_LINE = 200;
const MOST_TEXT = 4_000;
export const MOST_ITEMS = 500;
const MOST_PARTS = 30;
const MOST_LENGTH = 1_000_000;

/** A fault of one field: `code` names the sentence, `values` fill it. */
export interface FormFault {
  path: string;
  code: "too_long" | "too_many" | "code_empty" | "code_spaces" | "code_twice" | "length" | "until";
  values: Record<string, string | number>;
}

/** Characters as people count them, as the district does. */
const size = (text: string) => [...text].length;

export function faultsOf(input: Elements): FormFault[] {
  const faults: FormFault[] = [];
  const add = (path: string, code: FormFault["code"], values: FormFault["values"] = {}) => faults.push({ path, code, values });
  const text = (path: string, value: string, most: number) => {
    if (value.length > most && size(value) > most) add(path, "too_long", { most, now: size(value) });
  };
  for (const path of ["title", "source", "managing_unit", "class"] as const) text(path, input[path], MOST_LINE);
  text("description", input.description, MOST_TEXT);
  text("coverage.area", input.coverage.area, MOST_LINE);
  for (const part of ["scope", "usage", "conditions", "reason", "basis"] as const)
    text(`sharing.${part}`, input.sharing[part], MOST_TEXT);
  text("opening.reason", input.opening.reason, MOST_TEXT);
  input.opening.conditions.forEach((condition, at) => {
    text(`opening.conditions[${at}].text`, condition.text, MOST_TEXT);
  });
  if (input.keywords.length > MOST_PARTS) add("keywords", "too_many", { most: MOST_PARTS, now: input.keywords.length });
  if (input.items.length > MOST_ITEMS) add("items", "too_many", { most: MOST_ITEMS, now: input.items.length });
  const { from, until } = input.coverage;
  if (from && until && until < from) add("coverage.until", "until", { from });
  const seen = new Set<string>();
  input.items.forEach((item, at) => {
    const path = `items[${at}]`;
    text(`${path}.code`, item.code, MOST_LINE);
    if (item.code === "") add(`${path}.code`, "code_empty");
    else if (item.code.trim() !== item.code) add(`${path}.code`, "code_spaces");
    else if (seen.has(item.code)) add(`${path}.code`, "code_twice", { code: item.code });
    seen.add(item.code);
    text(`${path}.name`, item.name, MOST_LINE);
    text(`${path}.meaning`, item.meaning ?? "", MOST_TEXT);
    const length = item.length;
    if (length !== null && length !== undefined && (length < 1 || length > MOST_LENGTH))
      add(`${path}.length`, "length", { most: MOST_LENGTH });
  });
  return faults;
}

/** Whether what the district found lacking at `path` is lacking still. */
export function stillLacking(path: string, input: Elements): boolean {
  if (path === "system") return input.system === null && input.source.trim() === "";
  let value: unknown = input;
  for (const step of path.split(/[.[\]]+/).filter(Boolean)) {
    if (typeof value !== "object" || value === null) return false;
    value = (value as Record<string, unknown>)[step];
  }
  // A row that has been removed lacks nothing.
  if (value === undefined) return path.startsWith("items[") ? rowStands(path, input) : true;
  return value === null || (typeof value === "string" && value.trim() === "") || (Array.isArray(value) && value.length === 0);
}

function rowStands(path: string, input: Elements): boolean {
  const row = Number(/\[(\d+)\]/.exec(path)?.[1]);
  return row < input.items.length;
}
