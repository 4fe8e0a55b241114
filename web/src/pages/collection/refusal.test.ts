/** Every way in which a file is refused has a word that people read; the sentences are those of the district. */
import { expect, test } from "vitest";
import { readRefusal } from "./refusal";
import { sizeOf } from "./upload";

test.each([
  ["`a.csv` is refused: the file is empty; ask its owner to export it again", "empty", {}],
  [
    "`a.xlsx` is refused: the name says `.xlsx`, the content is a ZIP archive; rename the file to what it is, or export it again",
    "lying_name",
    { name_says: ".xlsx", content_is: "a ZIP archive" },
  ],
  [
    "`a.csv` is refused: the content is a PDF document, which holds no table; send CSV, XLSX, XLS or JSON lines",
    "not_tabular",
    { content_is: "a PDF document" },
  ],
  [
    "`a` is refused: row 1: the header has no column `street`, which the declared schema requires",
    "column_missing",
    { column: "street" },
  ],
  [
    "`a` is refused: row 1: the header has a column `x` that the declared schema does not know; declare it or remove it",
    "column_unknown",
    { column: "x" },
  ],
  [
    "`a` is refused: 90 of 100 rows were rejected; first in row 2, column `age`: the value is no integer",
    "too_many_rejected",
    { rejected: "90", rows_in: "100", row: "2", column: "age" },
  ],
  [
    "`a` is refused: the workbook has no sheet `2026`; it has `甲`, `乙`",
    "no_sheet",
    { wanted: "`2026`", present: "`甲`, `乙`" },
  ],
])("%s", (sentence, code, values) => {
  expect(readRefusal(sentence)).toEqual({ code, values });
});

test("a sentence of another form is not guessed at", () => {
  expect(readRefusal("the lake failed")).toBeUndefined();
});

test("sizes are decimal, as file managers show them", () => {
  expect([sizeOf(999), sizeOf(1_500), sizeOf(149_687_000)]).toEqual(["999 B", "1.5 kB", "149.7 MB"]);
});
