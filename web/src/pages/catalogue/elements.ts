/** The elements of an entry in the order of the standard, as words; and what differs between two of its texts. */
import type { Schemas } from "../../api/client";
import { useGlossary } from "../../glossary";

type Input = Schemas["EntryInput"];

/** Every element but the items, which are a table of their own. */
export const ELEMENTS = [
  "title",
  "description",
  "duty",
  "system",
  "source",
  "managing_unit",
  "format",
  "update_cycle",
  "class",
  "grade",
  "sharing.kind",
  "sharing.scope",
  "sharing.usage",
  "sharing.conditions",
  "sharing.reason",
  "sharing.basis",
  "opening.kind",
  "opening.conditions",
  "opening.reason",
  "coverage.area",
  "coverage.term",
  "keywords",
] as const;

export type ElementPath = (typeof ELEMENTS)[number];

/** Elements that mean something only beside another one: the conditions of what is shared on conditions. */
export function asked(path: ElementPath, of: Input): boolean {
  const sharing = of.sharing?.kind ?? "unconditional";
  if (path === "sharing.scope" || path === "sharing.usage" || path === "sharing.conditions") return sharing === "conditional";
  if (path === "sharing.reason" || path === "sharing.basis") return sharing === "none" || said(path, of) !== null;
  if (path === "opening.conditions") return of.opening?.kind === "conditional";
  if (path === "opening.reason") return of.opening?.kind === "none";
  return true;
}

/** The element as it is compared: a text, or null where nothing is said. */
function said(path: ElementPath, of: Input): string | null {
  const { sharing, opening, coverage } = of;
  switch (path) {
    case "sharing.kind":
      return sharing?.kind ?? null;
    case "sharing.scope":
      return sharing?.scope || null;
    case "sharing.usage":
      return sharing?.usage || null;
    case "sharing.conditions":
      return sharing?.conditions || null;
    case "sharing.reason":
      return sharing?.reason || null;
    case "sharing.basis":
      return sharing?.basis || null;
    case "opening.kind":
      return opening?.kind ?? null;
    case "opening.conditions":
      return opening?.conditions?.length ? opening.conditions.map(({ kind, text }) => `${kind} ${text}`).join("\n") : null;
    case "opening.reason":
      return opening?.reason || null;
    case "coverage.area":
      return coverage?.area || null;
    case "coverage.term":
      return coverage?.from || coverage?.until ? `${coverage.from ?? ""} ${coverage.until ?? ""}` : null;
    case "keywords":
      return of.keywords?.length ? of.keywords.join(" ") : null;
    default:
      return of[path] || null;
  }
}

/** Names of the duties and systems that an entry may be linked to, by id. */
export type Names = (id: string) => string | undefined;

/** An element in the words of the screen. */
export function useElementText(names: Names): (path: ElementPath, of: Input) => string | null {
  const { t, term } = useGlossary();
  const closed: Partial<Record<ElementPath, string>> = {
    format: "format",
    update_cycle: "update_cycle",
    grade: "grade",
    "sharing.kind": "sharing",
    "opening.kind": "opening",
  };
  return (path, of) => {
    const value = said(path, of);
    if (value === null) return null;
    const list = closed[path];
    if (list !== undefined) return term(list, value);
    if (path === "duty" || path === "system") return names(value) ?? value.slice(-6);
    if (path === "keywords") return (of.keywords ?? []).join(t("list.separator"));
    if (path === "coverage.term") {
      const { from, until } = of.coverage ?? {};
      return from && until
        ? [from, until].join(t("list.until"))
        : t(from ? "coverage.since" : "coverage.up_to", { day: from ?? until ?? "" });
    }
    if (path === "opening.conditions")
      return (of.opening?.conditions ?? [])
        .map(({ kind, text }) => `${term("condition", kind)}${t("list.colon")}${text}`)
        .join("\n");
    return value;
  };
}

export interface Difference {
  path: ElementPath;
  kind: "added" | "removed" | "changed";
}

export function differences(before: Input, after: Input): Difference[] {
  return ELEMENTS.flatMap((path) => {
    const [was, is] = [said(path, before), said(path, after)];
    if (was === is) return [];
    return [{ path, kind: was === null ? "added" : is === null ? "removed" : "changed" }];
  });
}

export type ItemPart = Exclude<keyof Schemas["Item"], "code">;

export interface ItemDifference {
  code: string;
  kind: "added" | "removed" | "changed";
  before: Schemas["Item"] | undefined;
  after: Schemas["Item"] | undefined;
  /** What differs, where both have the item. */
  parts: ItemPart[];
}

const PARTS: ItemPart[] = ["name", "kind", "length", "meaning", "key", "required", "sensitive", "grade", "mask"];

/** Items are the same where their codes are: data, grants and calls know them by the code. */
export function itemDifferences(before: Schemas["Item"][], after: Schemas["Item"][]): ItemDifference[] {
  const was = new Map(before.map((item) => [item.code, item]));
  const is = new Map(after.map((item) => [item.code, item]));
  const plain = (value: unknown) => value || null;
  const gone = before
    .filter((item) => !is.has(item.code))
    .map((item): ItemDifference => ({ code: item.code, kind: "removed", before: item, after: undefined, parts: [] }));
  const rest = after.flatMap((item): ItemDifference[] => {
    const old = was.get(item.code);
    if (old === undefined) return [{ code: item.code, kind: "added", before: undefined, after: item, parts: [] }];
    const parts = PARTS.filter((part) => plain(old[part]) !== plain(item[part]));
    return parts.length === 0 ? [] : [{ code: item.code, kind: "changed", before: old, after: item, parts }];
  });
  return [...rest, ...gone];
}
