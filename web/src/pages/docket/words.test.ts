/** What the law says by ids has words in the glossary: nobody is shown an id of a closed list. */
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import zh from "../../glossary/zh-CN";

const ROOT = new URL("../../../../", import.meta.url).pathname;
const words: Record<string, string> = zh;

test("every word that somebody may state with an act has a name", () => {
  const folder = `${ROOT}regulations/vocabulary`;
  const lacking: string[] = [];
  let seen = 0;
  for (const file of readdirSync(folder)) {
    const facts = readFileSync(`${folder}/${file}`, "utf8").split("[[fact]]").slice(1);
    for (const fact of facts) {
      const [block = ""] = fact.split("```");
      const id = /^id = "(\w+)"/m.exec(block)?.[1] ?? "";
      const list = /^words = \[([^\]]*)\]/m.exec(block)?.[1];
      if (list === undefined || !/^stated = true/m.test(block)) continue;
      for (const [, word = ""] of list.matchAll(/"(\w+)"/g)) {
        seen += 1;
        if (!(`word.${id}.${word}` in words)) lacking.push(`${id}.${word}`);
      }
    }
  }
  expect(seen).toBeGreaterThan(0);
  expect(lacking).toEqual([]);
});

test("every reason that the interface gives for a blocked act or a refused file has a sentence", () => {
  const schema = readFileSync(`${ROOT}web/src/api/schema.d.ts`, "utf8");
  const [, told = ""] = /@description What kind of thing: ([^@]*?)@example/.exec(schema.replace(/\n\s*\*\s?/g, " ")) ?? [];
  const [acts = "", data = "", forms = ""] = told.split(/Of a (?:file of data|form):/);
  const lacking = (said: string, family: string) => {
    const codes = [...said.matchAll(/`(\w+)`/g)].map(([, code]) => code ?? "");
    expect(codes.length).toBeGreaterThan(2);
    return codes.filter((code) => !(`${family}.${code}` in words));
  };
  expect([...lacking(acts, "reason"), ...lacking(data, "refused"), ...lacking(forms, "reason")]).toEqual([]);
});
