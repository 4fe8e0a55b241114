/** What a reviewer is shown as changed is all that changed, and nothing else. */
import { expect, test } from "vitest";
import { asked, differences, ELEMENTS, itemDifferences } from "./elements";

const base = {
  title: "婚姻登记信息",
  sharing: { kind: "conditional" as const, scope: "甲", conditions: "乙" },
  coverage: { area: "全域", from: "2020-01-01" },
  keywords: ["婚姻"],
};

test("a changed, an added and a removed element are told apart", () => {
  const after = { ...base, title: "婚姻登记", sharing: { kind: "conditional" as const, scope: "甲", usage: "丙" } };
  expect(differences(base, after)).toEqual([
    { path: "title", kind: "changed" },
    { path: "sharing.usage", kind: "added" },
    { path: "sharing.conditions", kind: "removed" },
  ]);
  expect(differences(base, { ...base })).toEqual([]);
});

test("an absent text and an empty one are the same", () => {
  expect(differences(base, { ...base, description: "", duty: null })).toEqual([]);
});

test("items are compared by their code, each part by itself", () => {
  const item = { code: "a", name: "甲", kind: "text" as const, length: 10 };
  const found = itemDifferences(
    [item, { ...item, code: "b" }, { ...item, code: "c" }],
    [
      { ...item, length: 20, mask: "name" },
      { ...item, code: "c", mask: null },
      { ...item, code: "d" },
    ],
  );
  expect(found.map(({ code, kind, parts }) => [code, kind, parts])).toEqual([
    ["a", "changed", ["length", "mask"]],
    ["d", "added", []],
    ["b", "removed", []],
  ]);
});

test("conditions are asked for only where something is shared on conditions", () => {
  const shown = (kind: "unconditional" | "conditional" | "none") =>
    ELEMENTS.filter((path) => path.startsWith("sharing.") && asked(path, { sharing: { kind } }));
  expect(shown("unconditional")).toEqual(["sharing.kind"]);
  expect(shown("conditional")).toEqual(["sharing.kind", "sharing.scope", "sharing.usage", "sharing.conditions"]);
  expect(shown("none")).toEqual(["sharing.kind", "sharing.reason", "sharing.basis"]);
});
