/** Every page, as somebody who uses it: nothing to complain about for axe or the browser, in both themes, looked at in `shots`. */
import { mkdirSync } from "node:fs";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { accessible, as, CONSOLE, enter, type Look, launch, open, settled } from "./browser";

let browser: Browser;
const addresses: Record<string, string> = {};

beforeAll(async () => {
  mkdirSync("shots", { recursive: true });
  browser = await launch();
  const police = await as("ga.cdo");
  const asked = await police("GET", "/cases?procedure=sharing_request&limit=1");
  const entries = await police("GET", "/entries?limit=1&status=published");
  const one = await police("GET", `/cases/${asked.items[0].id}`);
  Object.assign(addresses, {
    login: "/login",
    home: "/",
    cases: "/cases",
    case: `/cases/${asked.items[0].id}`,
    catalogue: "/catalogue",
    entry: `/catalogue/${entries.items[0].id}`,
    law: "/law?article=CN-18",
    procedures: "/law?view=procedures",
    compare: "/law?view=compare",
    calendar: "/law?view=calendar",
    procedure: "/law/changning-2025/sharing_request",
    evidence: `/evidence?act=${one.timeline[0].id}`,
    time: "/time",
  });
});
afterAll(() => browser?.close());

/** Who looks at a page, where it is not the provider. */
const WHO: Record<string, string> = { login: "nobody", time: "system.admin" };

const LOOKS: [string, Look, string[]][] = [
  ["light", { theme: "light" }, []],
  ["dark", { theme: "dark" }, []],
  ["english", { locale: "en" }, []],
  ["wide", { width: 1920, height: 1080 }, ["home", "case", "catalogue"]],
  ["phone", { width: 390, height: 844 }, ["login", "home", "case"]],
];

describe.each(LOOKS)("in the look %s", (name, look, only) => {
  test("no page breaks WCAG 2.1 AA, its policy or itself", async () => {
    const { context, page, complaints } = await open(browser, look);
    const wanted = Object.entries(addresses).filter(([one]) => only.length === 0 || only.includes(one));
    let person = "";
    for (const [one, address] of wanted) {
      const who = WHO[one] ?? "ga.cdo";
      if (who !== person) await context.clearCookies();
      if (who !== person && who !== "nobody") await enter(page, who, address);
      else await page.goto(CONSOLE + address);
      person = who;
      await page.locator("h1").first().waitFor();
      await settled(page);
      await page.screenshot({ path: `shots/${one}-${name}.png`, fullPage: one === "case" });
      complaints.push(...(await accessible(page, `${one} ${name}`)));
    }
    expect(complaints).toEqual([]);
    await context.close();
  });
});
