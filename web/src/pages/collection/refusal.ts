/**
 * Why a file was refused, as a word that the glossary knows and the values that fill its sentence. The district says it in one
 * English sentence, for every caller alike; its forms are few and written down here.
 */
const FORMS: [RegExp, string][] = [
  [/the file is empty/, "empty"],
  [/the name says `(?<name_says>[^`]*)`, the content is (?<content_is>[^;]*);/, "lying_name"],
  [/the content is (?<content_is>[^,]*), which holds no table/, "not_tabular"],
  [/unpacks to more than (?<limit>\d+) bytes/, "too_large"],
  [/the (?<what>[^`]*?) is damaged:/, "damaged"],
  [/the workbook has no sheet (?<wanted>.*); it has (?<present>.*)$/, "no_sheet"],
  [/row (?<row>\d+) has (?<found>\d+) columns; a table here has at most (?<limit>\d+)/, "too_many_columns"],
  [/the header has no column `(?<column>[^`]*)`/, "column_missing"],
  [/the header has a column `(?<column>[^`]*)` that/, "column_unknown"],
  [/the file has a header and no rows/, "no_rows"],
  [
    /is refused: (?<rejected>\d+) of (?<rows_in>\d+) rows were rejected; first in row (?<row>\d+), column `(?<column>[^`]*)`/,
    "too_many_rejected",
  ],
  [/the load was (?:cancelled|stopped)/, "cancelled"],
  [/changed while it was read/, "source_changed"],
  [/cannot be appended to/, "schema_mismatch"],
];

export interface Refusal {
  code: string;
  values: Record<string, string>;
}

/** @returns undefined for a sentence of another form. */
export function readRefusal(sentence: string): Refusal | undefined {
  for (const [form, code] of FORMS) {
    const found = form.exec(sentence);
    if (found) return { code, values: { ...found.groups } };
  }
  return undefined;
}
