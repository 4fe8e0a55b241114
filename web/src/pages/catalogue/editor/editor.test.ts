/** What is typed or pasted into the editor of an entry: nothing is dropped silently, and the limits are the district's. */
import { describe, expect, test } from "vitest";
import { faultsOf, stillLacking } from "./checks";
import { newItem, whole } from "./elements";
import { isTable, readPaste } from "./paste";

const items = (text: string, has = 0) => {
  const pasted = readPaste(text, has);
  if (pasted.kind !== "items") throw new Error(`refused: ${JSON.stringify(pasted)}`);
  return pasted;
};

describe("rows from a spreadsheet", () => {
  test("a header of known names says which column is which, in any order", () => {
    const { items: found } = items("名称\t是否必填\t字段名\t数据类型\n姓名\t是\tperson_name\tvarchar(20)\n");
    expect(found).toEqual([{ ...newItem(), name: "姓名", required: true, code: "person_name", kind: "text", length: 20 }]);
  });

  test("without a header the columns stand in the order of the screen", () => {
    const { items: found } = items("street\t街道\t文本\t40\t所在街道\t\t是\t\r\nn\t人数\t整数");
    expect(found.map((item) => [item.code, item.name, item.kind, item.length, item.required])).toEqual([
      ["street", "街道", "text", 40, true],
      ["n", "人数", "integer", null, false],
    ]);
  });

  test("a quoted cell keeps its line break and its quotes", () => {
    const { items: found } = items('a\tA\t文本\t10\t"第一行\n含""引号"""\nb\tB\t文本\t10\tx');
    expect(found.map((item) => item.meaning)).toEqual(['第一行\n含"引号"', "x"]);
  });

  test("what is not understood is told with its row", () => {
    expect(items("代码\t类型\na\t文本\nb\t神秘型").strange).toEqual([{ row: 2, column: "kind", value: "神秘型" }]);
  });

  test("more rows than an entry may have are refused whole, fifty thousand at once and one too many", () => {
    expect(readPaste("a\tb\n".repeat(50_000), 0)).toEqual({ kind: "too_many", rows: 50_000, room: 500 });
    expect(readPaste("a\tb\n".repeat(11), 490)).toEqual({ kind: "too_many", rows: 11, room: 10 });
    expect(items("a\tb\n".repeat(10), 490).items).toHaveLength(10);
  });

  test("one cell is no table", () => {
    expect(isTable("一个词\n")).toBe(false);
    expect(isTable("a\tb")).toBe(true);
  });
});

describe("faults of form", () => {
  const draft = (change: object) => whole({ title: "x", ...change });

  test("a code twice, an empty one and one with spaces are each said at their row", () => {
    const coded = ["a", "a", "", " b"].map((code) => ({ ...newItem(), code }));
    expect(faultsOf(draft({ items: coded })).map(({ path, code }) => [path, code])).toEqual([
      ["items[1].code", "code_twice"],
      ["items[2].code", "code_empty"],
      ["items[3].code", "code_spaces"],
    ]);
  });

  test("length is counted in characters, not in code units", () => {
    expect(faultsOf(draft({ title: "𠮷".repeat(200) }))).toEqual([]);
    expect(faultsOf(draft({ title: "字".repeat(201) })).map(({ path }) => path)).toEqual(["title"]);
  });
});

test("what the district found lacking is taken off once it is filled in, and a removed row lacks nothing", () => {
  const items = [{ ...newItem(), code: "a" }];
  const draft = whole({ title: "x", items });
  expect(stillLacking("title", draft)).toBe(false);
  expect(stillLacking("duty", draft)).toBe(true);
  expect(stillLacking("items[0].name", draft)).toBe(true);
  expect(stillLacking("items[0].length", draft)).toBe(true);
  expect(stillLacking("items[4].name", draft)).toBe(false);
  expect(stillLacking("system", whole({ source: "手工填报" }))).toBe(false);
});
