/** The catalogue by clicking: finding, writing, handing over, reviewing; pasting from a spreadsheet; gaps; what others do meanwhile. */
import { mkdirSync } from "node:fs";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { accessible, as, CONSOLE, enter, type Look, launch, open, settled } from "./browser";

let browser: Browser;
const known: Record<string, string> = {};

beforeAll(async () => {
  mkdirSync("shots", { recursive: true });
  browser = await launch();
  const executive = await as("mzj.executive");
  const me = await executive("GET", "/me");
  const { items } = await executive("GET", `/entries?organisation=${me.organisation.id}&status=published&limit=1`);
  const { published } = await executive("GET", `/entries/${items[0].id}`);
  const title = `殡葬服务机构信息 ${crypto.randomUUID().slice(0, 8)}`;
  const { entry } = await executive("POST", "/entries", { ...published, title });
  Object.assign(known, { organisation: me.organisation.id, entry: items[0].id, draft: entry.id, draftTitle: title });
});
afterAll(() => browser?.close());

const LOOKS: [string, Look][] = [
  ["light", { theme: "light" }],
  ["dark", { theme: "dark" }],
  ["english", { locale: "en" }],
];

describe.each(LOOKS)("in the look %s", (name, look) => {
  test("no page of the catalogue breaks WCAG 2.1 AA, its policy or itself", async () => {
    const pages = {
      catalogue: "/catalogue",
      "catalogue-tree": "/catalogue/tree",
      "catalogue-links": "/catalogue/links",
      "catalogue-gaps": "/catalogue/gaps?lack=data",
      "catalogue-sources": "/catalogue/sources",
      "catalogue-new": "/catalogue/new",
      "catalogue-edit": `/catalogue/${known.draft}/edit`,
      "catalogue-entry": `/catalogue/${known.entry}`,
      "catalogue-entry-data": `/catalogue/${known.entry}?view=data`,
      "catalogue-entry-history": `/catalogue/${known.entry}?view=history`,
      "catalogue-entry-linked": `/catalogue/${known.entry}?view=linked`,
      "catalogue-review": `/catalogue/${known.draft}/review`,
      "catalogue-changes": `/catalogue/${known.entry}/review`,
    };
    const { context, page, complaints } = await open(browser, look);
    await enter(page, "mzj.executive", "/catalogue");
    for (const [one, address] of Object.entries(pages)) {
      await page.goto(CONSOLE + address);
      await page.locator("h1").first().waitFor();
      await settled(page);
      await page.screenshot({ path: `shots/${one}-${name}.png`, fullPage: true });
      complaints.push(...(await accessible(page, `${one} ${name}`)));
    }
    expect(complaints).toEqual([]);
    await context.close();
  });
});
