/** The glossary is whole: both languages say the same things, every word is used, and no component writes one of its own. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import en from "./en";
import { fill } from "./index";
import zh from "./zh-CN";

const SOURCE = new URL("..", import.meta.url).pathname;
const FILES = readdirSync(SOURCE, { recursive: true, encoding: "utf8" })
  .filter((file) => /\.tsx?$/.test(file) && !/\.test\.|\.d\.ts$/.test(file))
  .map((file) => ({ file, text: readFileSync(join(SOURCE, file), "utf8") }));

/** Words that are looked up by an id from the wire: `term("prefix", id)`. */
const PREFIXES = new Set(FILES.flatMap(({ text }) => [...text.matchAll(/term\(\s*"(\w+)"/g)].map((found) => found[1] ?? "")));

test("both languages have the same words, none empty, with the same blanks to fill", () => {
  expect(Object.keys(en).sort()).toEqual(Object.keys(zh).sort());
  const blanks = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();
  const english: Record<string, string> = en;
  for (const [key, text] of Object.entries(zh)) {
    expect(text, key).not.toBe("");
    expect(blanks(english[key] ?? ""), key).toEqual(blanks(text));
  }
});

test("every word is used", () => {
  const all = FILES.map(({ text }) => text).join("\n");
  const unused = Object.keys(zh).filter((key) => !all.includes(`"${key}"`) && !PREFIXES.has(key.split(".")[0] ?? ""));
  expect(unused).toEqual([]);
});

test("blanks are filled, and what is not given stays visible", () => {
  expect(fill("剩 {days} 天", { days: 2 })).toBe("剩 2 天");
  expect(fill("{a} {b}", { a: 1 })).toBe("1 {b}");
});

const SPOKEN = new Set(["title", "label", "placeholder", "alt", "aria-label", "description", "message", "extra"]);

describe.each(FILES.filter(({ file }) => file.endsWith(".tsx")))("$file", ({ file, text }) => {
  test("writes no word of its own", () => {
    const written: string[] = [];
    const visit = (node: ts.Node): void => {
      // A command is the same in every language.
      if (ts.isJsxText(node) && /\p{L}/u.test(node.text) && !node.text.trim().startsWith("gongshu "))
        written.push(node.text.trim());
      if (
        ts.isJsxAttribute(node) &&
        SPOKEN.has(node.name.getText()) &&
        node.initializer &&
        ts.isStringLiteral(node.initializer)
      ) {
        if (/\p{L}/u.test(node.initializer.text)) written.push(node.initializer.text);
      }
      if (ts.isStringLiteralLike(node) && /\p{Script=Han}/u.test(node.text)) written.push(node.text);
      ts.forEachChild(node, visit);
    };
    visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX));
    expect(written).toEqual([]);
  });
});
