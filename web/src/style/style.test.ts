/** The styles are those of the pages: a rule whose class nobody writes is dead, and is taken out. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const SOURCE = new URL("..", import.meta.url).pathname;
const named = (ending: RegExp) =>
  readdirSync(SOURCE, { recursive: true, encoding: "utf8" })
    .filter((file) => ending.test(file) && file !== "antd.css" && !/\.test\.|\.d\.ts$/.test(file))
    .map((file) => ({ file, text: readFileSync(join(SOURCE, file), "utf8") }));

/** Parts of Ant Design, and what the district writes into its pictures. */
const OTHERS = /^(ant-|present$)/;

test("every class that a style names is written by some page", () => {
  const pages = named(/\.tsx?$/)
    .map(({ text }) => text)
    .join("\n");
  const words = new Set(pages.match(/[\w-]+/g));
  // Values of closed lists become classes too: kinds of days and notices stand in the document of the interface.
  const wire = new Set(readFileSync(join(SOURCE, "api/schema.d.ts"), "utf8").match(/[\w-]+/g));
  const dead = named(/\.css$/).flatMap(({ file, text }) => {
    const rules = text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/\{[^{}]*\}/g, " ");
    const classes = [...new Set([...rules.matchAll(/\.([a-zA-Z][\w-]*)/g)].map((found) => found[1] ?? ""))];
    return classes.filter((one) => !OTHERS.test(one) && !words.has(one) && !wire.has(one)).map((one) => `${file}: .${one}`);
  });
  expect(dead).toEqual([]);
});
