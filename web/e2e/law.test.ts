/** The law page: what is searched is found whatever it is, marked, and leads to its procedure; an article names what rests on it. */
import { mkdirSync } from "node:fs";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { as, enter, launch, open } from "./browser";

let browser: Browser;
beforeAll(async () => {
  mkdirSync("shots", { recursive: true });
  browser = await launch();
});
afterAll(() => browser?.close());

test("a search finds articles, terms, procedures and acts, marks the words, and leads to the act", async () => {
  const { context, page, complaints } = await open(browser);
  await enter(page, "centre.officer", "/law");
  await page.locator(".law-search input").fill("延期");
  await page.keyboard.press("Enter");
  await page.locator("mark", { hasText: "延期" }).first().waitFor();
  await page.getByRole("link", { name: "同意延期并告知需求部门" }).click();
  await page.waitForURL("**/sharing_request#act-consent_extension");
  await page.locator("tr.wanted-row", { hasText: "同意延期并告知需求部门" }).waitFor();
  expect(complaints).toEqual([]);
  await context.close();
});

test("an article leads to the articles it names and to what rests on it", async () => {
  const { context, page } = await open(browser);
  await enter(page, "centre.officer", "/law?article=CN-17");
  const article = page.locator("article.wanted");
  await article.locator("a.chip", { hasText: "共享申请" }).first().waitFor();
  await article.locator(".paraphrase a", { hasText: "CN-18" }).click();
  await page.locator("article.wanted h2", { hasText: "CN-18" }).waitFor();
  await page.locator(".contents-list [aria-current]", { hasText: "CN-18" }).waitFor();
  await context.close();
});

test("the calendar shows make-up days, the notice behind them, and that a year without notice is provisional", async () => {
  const { context, page } = await open(browser);
  await enter(page, "centre.officer", "/law?view=calendar");
  await page.locator("td.make_up").first().waitFor();
  await page.locator(".holidays tbody tr").first().waitFor();
  await page.locator(".ant-segmented-item", { hasText: "2027" }).click();
  // The notice of the next year may have been made law meanwhile; the page says what is so.
  const { provisional, working_days } = await (await as("centre.officer"))("GET", "/law/calendar/2027");
  await page.locator("main p", { hasText: String(working_days) }).waitFor();
  const warnings = page.locator(".ant-alert-warning", { hasText: "2027 年放假通知尚未发布" });
  expect(await warnings.count()).toBe(provisional ? 1 : 0);
  await context.close();
});
