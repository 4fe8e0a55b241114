/** An entry while it is being written: every element present, so that fields have something to hold. */
import type { Schemas } from "../../../api/client";

export type Item = Schemas["Item"];

export type Elements = Omit<Required<Schemas["EntryInput"]>, "sharing" | "opening" | "coverage"> & {
  sharing: Required<Schemas["Sharing"]>;
  opening: Required<Schemas["Opening"]>;
  coverage: Required<Schemas["Coverage"]>;
};

export function whole(input: Schemas["EntryInput"]): Elements {
  return {
    ...input,
    title: input.title ?? "",
    description: input.description ?? "",
    duty: input.duty ?? null,
    system: input.system ?? null,
    source: input.source ?? "",
    managing_unit: input.managing_unit ?? "",
    format: input.format ?? null,
    items: input.items ?? [],
    update_cycle: input.update_cycle ?? null,
    class: input.class ?? "",
    grade: input.grade ?? null,
    keywords: input.keywords ?? [],
    sharing: { kind: "unconditional", scope: "", usage: "", conditions: "", reason: "", basis: "", ...input.sharing },
    opening: { kind: "none", conditions: [], reason: "", ...input.opening },
    coverage: { area: "", from: null, until: null, ...input.coverage },
  };
}

export function newItem(): Item {
  return { code: "", name: "", kind: "text", length: null, meaning: "", key: false, required: false, sensitive: false };
}

export const KINDS: Schemas["ColumnKind"][] = ["text", "integer", "number", "date", "date_time", "flag"];
export const GRADES: Schemas["Grade"][] = ["general_1", "general_2", "general_3", "general_4", "important", "core"];
export const FORMATS: Schemas["DataFormat"][] = [
  "database",
  "spreadsheet",
  "text",
  "structured",
  "interface",
  "geographic",
  "media",
];
export const CYCLES: Schemas["UpdateCycle"][] = [
  "real_time",
  "daily",
  "weekly",
  "monthly",
  "quarterly",
  "half_yearly",
  "yearly",
  "irregular",
  "static",
];
export const SHARINGS: Schemas["SharingType"][] = ["unconditional", "conditional", "none"];
export const OPENINGS: Schemas["OpenType"][] = ["unconditional", "conditional", "none"];
export const CONDITION_KINDS: Schemas["OpenConditionKind"][] = [
  "scenario",
  "security",
  "feedback",
  "technical_capability",
  "credit",
  "other",
];
/** Masks without a parameter; the others are written as text and kept as they are. */
export const MASKS = ["keep", "hide", "id_number", "mobile", "name", "address", "year_only"];
