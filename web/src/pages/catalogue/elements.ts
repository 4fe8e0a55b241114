/** The elements of an entry in the order of the standard, as words; and the words of what a change changed. */
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

/** Elements whose values are closed lists, and where the glossary has them. */
const CLOSED: Record<string, string> = {
  format: "format",
  update_cycle: "update_cycle",
  grade: "grade",
  "sharing.kind": "sharing",
  "opening.kind": "opening",
};

/** Names of the duties and systems that an entry may be linked to, by id. */
export type Names = (id: string) => string | undefined;

/** An element in the words of the screen. */
export function useElementText(names: Names): (path: ElementPath, of: Input) => string | null {
  const { t, term } = useGlossary();
  return (path, of) => {
    const value = said(path, of);
    if (value === null) return null;
    const list = CLOSED[path];
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

/** A value of a change in the words of the screen: of an element, or of an item's own part. */
export function useChangeText(names: Names): (element: string, ofItem: boolean, value: unknown) => string | null {
  const { t, term } = useGlossary();
  const closed: Record<string, string> = {
    ...CLOSED,
    kind: "kind",
    mask: "mask",
  };
  return (element, ofItem, value) => {
    if (value === null || value === undefined || value === "") return null;
    if (typeof value === "boolean") return t(value ? "value.yes" : "value.no");
    if (!ofItem && (element === "duty" || element === "system")) return names(String(value)) ?? String(value).slice(-6);
    if (Array.isArray(value))
      return value
        .map((one: unknown) =>
          typeof one === "object" && one !== null && "text" in one && "kind" in one
            ? `${term("condition", String(one.kind))}${t("list.colon")}${String(one.text)}`
            : String(one),
        )
        .join(element === "keywords" ? t("list.separator") : "\n");
    const list = closed[element];
    return list === undefined ? String(value) : term(list, String(value));
  };
}
