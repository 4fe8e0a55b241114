/** Home, batches, an approval on a phone, and the first steps: what people do with cases, by clicking. */
import { mkdirSync, readFileSync } from "node:fs";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { accessible, as, CONSOLE, enter, launch, open, settled } from "./browser";

let browser: Browser;
beforeAll(async () => {
  mkdirSync("shots", { recursive: true });
  browser = await launch();
});
afterAll(() => browser?.close());

type Ask = Awaited<ReturnType<typeof as>>;
type Possible = { act: string; title: string; to: string | null; blocked: unknown; papers: string[] };

/** Hands drafts over for review, so many; gives their titles and cases. */
async function underReview(count: number): Promise<{ title: string; id: string }[]> {
  const executive = await as("mzj.executive");
  const me = await executive("GET", "/me");
  const known = await executive("GET", `/entries?organisation=${me.organisation.id}&status=published&limit=1`);
  const { published } = await executive("GET", `/entries/${known.items[0].id}`);
  const made: { title: string; id: string }[] = [];
  for (let n = 0; n < count; n += 1) {
    const title = `批量演练 ${crypto.randomUUID().slice(0, 8)}`;
    const { entry } = await executive("POST", "/entries", { ...published, title });
    await executive("POST", `/entries/${entry.id}/submission`, { act: "submit" });
    made.push({ title, id: entry.case });
  }
  return made;
}

const returning = async (ask: Ask, id: string): Promise<Possible | undefined> => {
  const possible: Possible[] = await ask("GET", `/cases/${id}/possible`);
  return possible.find((one) => one.to === "returned" && one.papers.length > 0);
};

const returns = async (ask: Ask, id: string): Promise<number> => {
  const { timeline } = await ask("GET", `/cases/${id}`);
  return timeline.filter((act: { to: string }) => act.to === "returned").length;
};

test("several cases, one confirmation: one that somebody else decided is refused, the rest are done, each once", async () => {
  const made = await underReview(3);
  const officer = await as("centre.officer");
  const act = await returning(officer, made[0]?.id ?? "");
  const { context, page, complaints } = await open(browser);
  await enter(page, "centre.officer");
  // The three are the last that were handed over; what is due first stands first.
  for (const { title } of made) {
    for (;;) {
      await settled(page);
      const row = page.locator(".due-table tr", { hasText: title });
      if ((await row.count()) > 0) {
        await row.locator("input[type=checkbox]").check();
        break;
      }
      await page.locator("[data-tour=due] .ant-pagination-next button").click();
    }
  }
  await page.screenshot({ path: "shots/docket-home-marked.png" });
  await page.getByRole("link", { name: "批量办理" }).click();
  await page.locator("label", { hasText: act?.title }).locator("input").check();
  await page.locator("textarea").first().fill("信息项缺少更新说明，请补充。");
  expect(await page.locator("tbody tr").count()).toBe(3);
  await page.screenshot({ path: "shots/docket-batch.png" });
  complaints.push(...(await accessible(page, "batch")));

  const gone = made[1]?.id ?? "";
  await officer("POST", `/cases/${gone}/acts`, { act: act?.act, papers: { [act?.papers[0] ?? ""]: "另一人先退回。" } });
  await page.getByRole("button", { name: "确认办理 3 件" }).dblclick();
  await page.getByText("已办 2 件，未办 1 件。").waitFor();
  expect(await page.locator("tbody .ant-tag-success").count()).toBe(2);
  expect(await page.locator("tbody tr", { hasText: made[1]?.title }).textContent()).toContain("已有变化");
  await page.screenshot({ path: "shots/docket-batch-done.png" });
  for (const { id } of made) expect(await returns(officer, id)).toBe(1);
  expect(complaints).toEqual([]);
  await context.close();
});

test("an approval on a phone: what is due, the reason, the act and its result, with nothing wider than the screen", async () => {
  const [made] = await underReview(1);
  const { context, page, complaints } = await open(browser, { width: 390, height: 844 });
  await enter(page, "centre.officer", `/cases/${made?.id}`);
  await settled(page);
  const officer = await as("centre.officer");
  const possible: Possible[] = await officer("GET", `/cases/${made?.id}/possible`);
  const publish = possible.find((one) => one.to === "published" && !one.blocked && one.papers.length === 0);
  const button = page.locator(".acts").getByRole("button", { name: publish?.title });
  expect((await button.boundingBox())?.height).toBeGreaterThanOrEqual(44);
  await button.click();
  await page.screenshot({ path: "shots/docket-phone-act.png" });
  const confirm = page.locator("dialog button[type=submit]");
  expect((await confirm.boundingBox())?.height).toBeGreaterThanOrEqual(44);
  // What the district would do is said before it is asked to do it.
  await page.locator(".rehearsed", { hasText: "已发布" }).waitFor();
  await confirm.click();
  await page.locator(".ant-alert-success").waitFor();
  await page.locator("h1", { hasText: "已发布" }).waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  complaints.push(...(await accessible(page, "case on a phone")));
  await page.goto(`${CONSOLE}/`);
  await settled(page);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await page.screenshot({ path: "shots/docket-phone-home.png" });
  expect(complaints).toEqual([]);
  await context.close();
});

test("what others did since the last visit stands on the first page, and a notice that is opened is read", async () => {
  const [made] = await underReview(1);
  const { context, page } = await open(browser);
  // The visit before this one ended before the entry was sent back.
  const executive = await as("mzj.executive");
  await executive("GET", "/me");
  const officer = await as("centre.officer");
  const act = await returning(officer, made?.id ?? "");
  await officer("POST", `/cases/${made?.id}/acts`, { act: act?.act, papers: { [act?.papers[0] ?? ""]: "请补充。" } });
  await enter(page, "mzj.executive");
  const change = page.locator(".changes li", { hasText: made?.title }).first();
  await change.waitFor();
  expect(await change.textContent()).toContain(act?.title);
  const before = (await executive("GET", "/notices?unread=true&limit=1")).total;
  await page.locator(".notices a").first().click();
  await page.waitForURL("**/cases/**");
  await settled(page);
  expect((await executive("GET", "/notices?unread=true&limit=1")).total).toBe(before - 1);
  await context.close();
});

test("somebody new is shown the first steps once, by keyboard alone, and can have them again", async () => {
  const { context, page, complaints } = await open(browser, { newcomer: true });
  await enter(page, "fgw.cdo");
  const tour = page.locator(".tour");
  await tour.waitFor();
  await page.screenshot({ path: "shots/docket-tour.png" });
  complaints.push(...(await accessible(page, "tour")));
  let steps = 1;
  await tour.getByRole("button", { name: "下一步" }).focus();
  while ((await tour.getByRole("button", { name: "下一步" }).count()) > 0) {
    expect(await page.locator(".tour-here").count()).toBe(1);
    await page.keyboard.press("Enter");
    steps += 1;
  }
  await page.keyboard.press("Enter");
  await tour.waitFor({ state: "detached" });
  expect(steps).toBeGreaterThanOrEqual(4);
  await page.reload();
  await settled(page);
  expect(await tour.count()).toBe(0);
  await page.goto(`${CONSOLE}/help`);
  await page.getByRole("button", { name: "重看初次使用提示" }).click();
  await tour.waitFor();
  await page.locator(".tour button").first().focus();
  await page.keyboard.press("Escape");
  await tour.waitFor({ state: "detached" });
  expect(complaints).toEqual([]);
  await context.close();
});

test("the palette finds a case by its name and an act of the law by its title", async () => {
  const [made] = await underReview(1);
  const { context, page } = await open(browser);
  await enter(page, "centre.officer");
  await page.keyboard.press("Control+k");
  await page.keyboard.type(made?.title ?? "");
  await page.locator('[role="option"]', { hasText: "办件" }).first().waitFor();
  await page.locator('[role="option"]', { hasText: "审核中" }).first().click();
  await page.waitForURL(`**/cases/${made?.id}`);
  await page.keyboard.press("Control+k");
  await page.keyboard.type("同意延期");
  await page.locator('[role="option"]', { hasText: "办理动作" }).first().waitFor();
  await context.close();
});

test("a letter is had as a draft before the act, and as a document after it", async () => {
  const [made] = await underReview(1);
  const { context, page, complaints } = await open(browser);
  await enter(page, "centre.officer", `/cases/${made?.id}`);
  const officer = await as("centre.officer");
  const act = await returning(officer, made?.id ?? "");
  await page.locator(".acts").getByRole("button", { name: act?.title }).click();
  await page.locator("dialog textarea").first().fill("信息项缺少更新说明，请补充。");
  const [draft] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "下载文书草稿" }).click(),
  ]);
  expect(
    readFileSync(await draft.path())
      .subarray(0, 5)
      .toString(),
  ).toBe("%PDF-");
  await page.locator("dialog button[type=submit]").click();
  await page.locator(".ant-alert-success").waitFor();
  const [final] = await Promise.all([page.waitForEvent("download"), page.locator(".timeline .letter").first().click()]);
  expect(
    readFileSync(await final.path())
      .subarray(0, 5)
      .toString(),
  ).toBe("%PDF-");
  expect(complaints).toEqual([]);
  await context.close();
});
