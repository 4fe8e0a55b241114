/** What goes wrong between people and the platform, and what the consoles do then: say it in words, do nothing twice, lose nothing. */
import { mkdirSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { as, CONSOLE, enter, launch, logIn, open, settled } from "./browser";

let browser: Browser;
beforeAll(async () => {
  mkdirSync("shots", { recursive: true });
  browser = await launch();
});
afterAll(() => browser?.close());

type Possible = { act: string; title: string; to: string | null; blocked: unknown; papers: string[] };

/** Drafts an entry like one that is published and hands it over for review; gives its case. */
async function underReview(): Promise<string> {
  const executive = await as("mzj.executive");
  const me = await executive("GET", "/me");
  const known = await executive("GET", `/entries?organisation=${me.organisation.id}&status=published&limit=1`);
  const { published } = await executive("GET", `/entries/${known.items[0].id}`);
  const { entry } = await executive("POST", "/entries", { ...published, title: `故障演练 ${crypto.randomUUID().slice(0, 8)}` });
  await executive("POST", `/entries/${entry.id}/submission`, { act: "submit" });
  return entry.case;
}

/** Opens the form that sends the entry back, and types into it. */
async function typing(page: Page, id: string, text: string): Promise<void> {
  const possible: Possible[] = await (await as("centre.officer"))("GET", `/cases/${id}/possible`);
  const title = possible.find((one) => one.to === "returned" && one.papers.length > 0)?.title ?? "";
  await page.locator(".acts").getByRole("button", { name: title }).click();
  await page.locator("dialog textarea").first().fill(text);
}

const returns = async (id: string): Promise<number> => {
  const { timeline } = await (await as("centre.officer"))("GET", `/cases/${id}`);
  return timeline.filter((act: { to: string }) => act.to === "returned").length;
};

test("the session ends in the middle of typing: one logs in again in place, goes on, and nothing typed is lost", async () => {
  const id = await underReview();
  const { context, page } = await open(browser);
  await enter(page, "centre.officer", `/cases/${id}`);
  await typing(page, id, "请补充更新周期。");
  await context.clearCookies();
  await page.locator("dialog.side button[type=submit]").click();
  await page.locator("dialog.again").waitFor();
  await page.screenshot({ path: "shots/faults-session-ended.png" });
  expect(page.url()).toContain(`/cases/${id}`);
  await page.locator("dialog.again #login").fill("centre.officer");
  await page.locator("dialog.again #password").fill("Gongshu-2026!");
  await page.locator("dialog.again button[type=submit]").click();
  await page.locator("dialog.again").waitFor({ state: "detached" });
  expect(await page.locator("dialog.side textarea").first().inputValue()).toBe("请补充更新周期。");
  await page.locator("dialog.side button[type=submit]").click();
  await page.locator(".ant-alert-success").waitFor();
  expect(await returns(id)).toBe(1);
  await context.close();
});

test("somebody else who logs in at the same tab is not shown what was typed there", async () => {
  const id = await underReview();
  const { context, page } = await open(browser);
  await enter(page, "centre.officer", `/cases/${id}`);
  await typing(page, id, "只给本人看的草稿。");
  await context.clearCookies();
  await page.goto(`${CONSOLE}/login`);
  await logIn(page, "bureau.officer");
  const kept = await page.evaluate(() => Object.entries(sessionStorage).map(String).join(" "));
  expect(kept).not.toContain("只给本人看的草稿");
  await context.close();
});

test("the connection is lost during an act: the form says so, and sending again does it once", async () => {
  const id = await underReview();
  const { context, page } = await open(browser);
  await enter(page, "centre.officer", `/cases/${id}`);
  await typing(page, id, "请补充说明。");
  await context.setOffline(true);
  await page.locator("dialog button[type=submit]").click();
  await page.locator("dialog .ant-alert-error", { hasText: "连接不到平台" }).waitFor();
  await page.screenshot({ path: "shots/faults-offline.png" });
  expect(await page.locator("dialog textarea").first().inputValue()).toBe("请补充说明。");
  await context.setOffline(false);
  // Now the district does the act, but its answer never arrives.
  let lost = false;
  await page.route("**/acts", async (route) => {
    if (lost) return route.continue();
    lost = true;
    await route.fetch();
    return route.abort("connectionreset");
  });
  const answered = page.waitForEvent("requestfailed");
  await page.locator("dialog button[type=submit]").click();
  await answered;
  await page.locator("dialog .ant-alert-error").waitFor();
  await page.locator("dialog button[type=submit]:not(.ant-btn-loading)").click();
  await page.locator(".ant-alert-success").waitFor();
  expect(await returns(id)).toBe(1);
  await context.close();
});

test("a double click acts once", async () => {
  const id = await underReview();
  const { context, page } = await open(browser);
  await enter(page, "centre.officer", `/cases/${id}`);
  await typing(page, id, "请补充说明。");
  await page.locator("dialog button[type=submit]").dblclick();
  await page.locator(".ant-alert-success").waitFor();
  await settled(page);
  expect(await returns(id)).toBe(1);
  await context.close();
});

test("two people decide at once: the second sees what the first did, keeps what was typed, and decides anew", async () => {
  const id = await underReview();
  const { context, page } = await open(browser);
  await enter(page, "centre.officer", `/cases/${id}`);
  await typing(page, id, "请核对数据来源。");
  const other = await as("bureau.officer");
  const possible: Possible[] = await other("GET", `/cases/${id}/possible`);
  const published = possible.find((one) => one.to === "published" && !one.blocked);
  await other("POST", `/cases/${id}/acts`, { act: published?.act });
  await page.locator("dialog button[type=submit]").click();
  const changed = page.locator("dialog .ant-alert-warning", { has: page.locator(".changed") });
  await changed.waitFor();
  expect(await changed.textContent()).toContain(published?.title);
  await page.screenshot({ path: "shots/faults-decided-meanwhile.png" });
  expect(await page.locator("dialog textarea").first().inputValue()).toBe("请核对数据来源。");
  expect(await returns(id)).toBe(0);
  // It is looked at, and handed in for the case as it stands now: the law refuses it, in words and with its article.
  await changed.getByRole("button").click();
  await page.locator("dialog button[type=submit]").click();
  const refused = page.locator("dialog .ant-alert-warning");
  await refused.waitFor();
  expect(await refused.textContent()).toMatch(/CN-\d+/);
  // The details are for whoever is asked to help; what stands before them is for the person.
  expect((await refused.textContent())?.split("技术细节")[0]).not.toMatch(/[a-z]_[a-z]/);
  await page.screenshot({ path: "shots/faults-refused.png" });
  await context.close();
});

test("a page that does not exist, and a case that nobody has, say so and lead on", async () => {
  const { context, page } = await open(browser);
  await enter(page, "centre.officer");
  await page.goto(`${CONSOLE}/no-such-page`);
  await page.getByRole("link", { name: "返回首页" }).waitFor();
  await page.goto(`${CONSOLE}/cases/00000000-0000-7000-8000-000000000000`);
  await page.getByText("没有此内容").waitFor();
  await context.close();
});

const SCRIPT = `<img src=x onerror="document.title='broken'"><script>document.title='broken'</script>`;

/** Writes the script into every text field that the page or its dialog shows. */
async function inEveryField(page: Page): Promise<number> {
  const fields = page.locator(
    "main input:not([type]), main input[type=text], main textarea, dialog input[type=text], dialog textarea",
  );
  let written = 0;
  for (const field of await fields.all()) {
    if (!(await field.isEditable().catch(() => false))) continue;
    await field.fill(SCRIPT);
    written += 1;
  }
  return written;
}

test("script in every text field is text: it is shown as it was typed, and never runs", async () => {
  const id = await underReview();
  const { context, page, complaints } = await open(browser);
  await enter(page, "centre.officer", `/cases/${id}`);
  await typing(page, id, SCRIPT);
  await page.locator("dialog button[type=submit]").click();
  await page.locator(".ant-alert-success").waitFor();
  await page.locator(".timeline button.plain").first().click();
  await page.locator(".contents dd", { hasText: "onerror" }).waitFor();

  let written = 0;
  const places: [string, string, string | null][] = [
    ["centre.officer", "/cases", null],
    ["system.admin", "/administration/organisations", "新增单位"],
    ["system.admin", "/administration/people", "新增人员"],
    ["system.admin", "/administration/clients", "登记业务系统"],
    ["system.admin", "/administration/law/amendment", null],
  ];
  let person = "centre.officer";
  for (const [who, address, button] of places) {
    if (who !== person) {
      await context.clearCookies();
      await page.goto(`${CONSOLE}/login`);
      await logIn(page, who);
      person = who;
    }
    await page.goto(CONSOLE + address);
    await settled(page);
    if (button) await page.getByRole("button", { name: button }).click();
    written += await inEveryField(page);
    await settled(page);
  }
  expect(written).toBeGreaterThan(12);
  expect(await page.title()).toBe("公输");
  expect(complaints).toEqual([]);
  await context.close();
});
