/** The work itself, done by clicking: see what is due, open it, act, and see the new state; the faults on the way are in `faults.test.ts`. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { as, enter, launch, open, settled } from "./browser";

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser?.close());

/** Drafts an entry like one that is published and hands it over for review; gives its title and its case. */
async function entryUnderReview(): Promise<{ title: string; id: string }> {
  const executive = await as("mzj.executive");
  const me = await executive("GET", "/me");
  const known = await executive("GET", `/entries?organisation=${me.organisation.id}&status=published&limit=1`);
  const { published } = await executive("GET", `/entries/${known.items[0].id}`);
  const title = `民政服务事项登记 ${crypto.randomUUID().slice(0, 8)}`;
  const { entry } = await executive("POST", "/entries", { ...published, title });
  await executive("POST", `/entries/${entry.id}/submission`, { act: "submit" });
  return { title, id: entry.case };
}

/** Opens the form of the first act of the case that asks for a paper, and gives the field. */
async function formOf(page: Page, title: string) {
  await page.getByRole("button", { name: title }).click();
  const field = page.locator("dialog textarea").first();
  await field.waitFor();
  return field;
}

test("an officer sees what is due, reads why, sends an entry back, and sees the new state and its place in the log", async () => {
  const { title, id } = await entryUnderReview();
  const { context, page, complaints } = await open(browser);
  await enter(page, "centre.officer");

  const row = page.locator(".due-table tr", { hasText: title });
  await row.locator(".why").click();
  await page.locator("dialog .days .day.counted").first().waitFor();
  await page.keyboard.press("Escape");

  await row.getByRole("link", { name: title }).click();
  await page.waitForURL(`**/cases/${id}`);
  await page.locator(".graph .present").waitFor();
  const field = await formOf(page, await returning(id));
  await field.fill("信息项缺少更新说明，请补充。");
  // Twice, as an impatient hand does: it is one act.
  await page.locator("dialog button[type=submit]").dblclick();
  await page.locator(".ant-alert-success").waitFor();
  await settled(page);

  const officer = await as("centre.officer");
  const after = await officer("GET", `/cases/${id}`);
  expect(after.state).toBe("returned");
  expect(after.timeline.filter((act: { to: string }) => act.to === "returned")).toHaveLength(1);
  expect(await page.locator("h1").textContent()).toContain(after.state_title);
  expect(complaints).toEqual([]);
  await context.close();
});

test("the keyboard alone finds an article", async () => {
  const { context, page } = await open(browser);
  await enter(page, "centre.officer");
  await page.keyboard.press("Control+k");
  await page.keyboard.type("CN-18");
  await page.locator('[role="option"]', { hasText: "CN-18" }).waitFor();
  await page.keyboard.press("Enter");
  await page.waitForURL("**/law**");
  await page.locator("article.wanted").waitFor();
  await context.close();
});

test("the time machine goes to the next term, and shows what the law did", async () => {
  const { context, page, complaints } = await open(browser);
  await enter(page, "system.admin", "/time");
  await page.locator(".figures dd").first().waitFor();
  await page.getByRole("button", { name: "到下一个期限届满" }).click();
  await page.locator("h2", { hasText: "依法办理" }).waitFor();
  await settled(page);
  await page.screenshot({ path: "shots/time-moved.png" });
  // Titles of the law, no ids.
  for (const line of await page.locator(".by-law a").allTextContents()) expect(line).not.toMatch(/_|:/);
  expect(complaints).toEqual([]);
  await context.close();
});

type Possible = { act: string; title: string; to: string | null; blocked: unknown; papers: string[] };

/** The title of the act by which a reviewer sends an entry back. */
async function returning(id: string): Promise<string> {
  const possible: Possible[] = await (await as("centre.officer"))("GET", `/cases/${id}/possible`);
  return possible.find((one) => one.to === "returned" && one.papers.length > 0)?.title ?? "";
}
