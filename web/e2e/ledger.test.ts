/**
 * The auditor's explorer: acts and calls are found, proofs are drawn and hold, altered ones do not, figures are counted again from
 * the log and lead to what they count, and whoever may not read the log is led nowhere that refuses.
 */
import { mkdirSync, readFileSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { accessible, as, enter, launch, open, settled } from "./browser";

let browser: Browser;
beforeAll(async () => {
  mkdirSync("shots", { recursive: true });
  browser = await launch();
});
afterAll(() => browser?.close());

/** Chooses in a list of choices by its name, as a hand does. */
async function choose(page: Page, list: string, words: string) {
  await page.getByRole("combobox", { name: list }).click();
  // A long list shows what is typed for.
  await page.keyboard.type(words);
  await page.locator(".ant-select-item-option-content", { hasText: words }).first().click();
}

const rail = (page: Page, name: string) => page.locator("nav.rail").getByRole("link", { name }).click();
const part = (page: Page, name: string) => page.locator("nav.subnav").getByRole("link", { name }).click();

test("an auditor finds an act by organisation and day, proves it, and goes on to the entry before it", async () => {
  const auditor = await as("audit.admin");
  const { items } = await auditor("GET", "/acts?by=person&until=2026-02-28T00:00:00Z&limit=1");
  const { name } = items[0].organisation;
  const day = new Date(Date.parse(items[0].at) + 8 * 3_600_000).toISOString().slice(0, 10);
  const { context, page, complaints } = await open(browser);
  await enter(page, "audit.admin");
  await rail(page, "存证核验");
  await choose(page, "单位", name);
  await page.getByLabel("自", { exact: true }).fill(day);
  await page.getByLabel("至", { exact: true }).fill(day);
  await page.waitForURL((url) => url.searchParams.get("from") === day && url.searchParams.get("until") === day);
  await settled(page);
  const rows = page.locator("tbody tr");
  const told = await rows.allInnerTexts();
  expect(told.length).toBeGreaterThan(0);
  for (const row of told) expect(row).toMatch(new RegExp(`^${day} \\d\\d:\\d\\d\\s+${name}`));
  await page.screenshot({ path: "shots/ledger-found.png" });
  const index = await rows.first().locator("td:last-child a").textContent();
  await rows.first().locator("td:last-child a").click();
  await page.getByText("核验通过", { exact: true }).waitFor();
  expect(await page.locator("[aria-labelledby=leaf] .facts").textContent()).toContain(name);
  expect(await page.locator("[aria-labelledby=place] .facts").textContent()).toContain(index);
  await page.getByRole("link", { name: "前一条" }).click();
  await page.locator("[aria-labelledby=place] .facts", { hasText: String(Number(index) - 1) }).waitFor();
  await page.getByText("核验通过", { exact: true }).waitFor();
  // Back to where the search was, with everything that was chosen.
  await page.goBack();
  await page.goBack();
  await rows.first().waitFor();
  expect(await page.getByLabel("自", { exact: true }).inputValue()).toBe(day);
  expect(complaints).toEqual([]);
  await context.close();
});

test("any entry is proven by its place in the log, and a place where nothing stands is told", async () => {
  const { context, page, complaints } = await open(browser);
  await enter(page, "audit.admin", "/evidence");
  await page.getByText("按日志位置或编号打开一条存证").click();
  const form = page.locator(".finder form");
  await form.getByLabel("年份").fill("2026");
  await form.getByLabel("存证序号").fill("x");
  await form.getByRole("button", { name: "查看证明" }).click();
  await form.getByRole("alert").waitFor();
  await choose(page, "日志", "系统管理");
  await form.getByLabel("年份").fill("2026");
  await form.getByLabel("存证序号").fill("0");
  await page.keyboard.press("Enter");
  await page.getByText("核验通过", { exact: true }).waitFor();
  expect(await page.locator("[aria-labelledby=leaf] .facts").textContent()).toContain("登记单位");
  expect(complaints).toEqual([]);
  await page.goto(`${page.url().split("?")[0]}?entry=acts-permanent/2026/99999999`);
  await page.getByRole("alert").waitFor();
  await context.close();
});

test("every figure is recounted from the log alone, and leads to what it counts", async () => {
  const { context, page, complaints } = await open(browser);
  await enter(page, "audit.admin", "/evidence");
  await part(page, "数字与复核");
  const line = page.locator(".figure-table tr", { hasText: "届满未办的期限" });
  await line.waitFor();
  await page.getByRole("button", { name: "从日志复核" }).click();
  await page.getByText(/项数字与日志复核的结果全部一致/).waitFor();
  expect(await page.locator(".figure-table .ant-tag-error").count()).toBe(0);
  expect(await page.locator(".figure-table .ant-tag-success").count()).toBeGreaterThan(15);
  await settled(page);
  expect(await accessible(page, "recounted")).toEqual([]);
  await page.screenshot({ path: "shots/ledger-recounted.png", fullPage: true });
  const missed = Number(await line.locator("td").nth(1).textContent());
  await line.getByRole("link").click();
  await page.waitForURL(/missed=true/);
  await settled(page);
  expect(await page.locator("tbody tr").count()).toBe(Math.min(missed, 20));
  await page.goBack();
  // The recount is still there; another figure leads to another list.
  await page.getByText(/项数字与日志复核的结果全部一致/).waitFor();
  await page.locator(".figure-table tr.part", { hasText: "已发布" }).first().getByRole("link").click();
  await page.waitForURL(/catalogue\?status=published/);
  expect(complaints).toEqual([]);
  await context.close();
});

test("the recount tells a figure that the database does not tell truly", async () => {
  const { context, page } = await open(browser);
  await page.route("**/api/v1/figures/recount", async (route) => {
    const answer = await route.fetch();
    const found = await answer.json();
    const figures = found.figures.map((one: { name: string; stored: number }) =>
      one.name === "rows" ? { ...one, stored: one.stored + 7, equal: false } : one,
    );
    return route.fulfill({ response: answer, json: { ...found, equal: false, figures } });
  });
  await enter(page, "audit.admin", "/evidence?view=figures");
  await page.getByRole("button", { name: "从日志复核" }).click();
  await page.getByText("1 项数字与日志不一致").waitFor();
  expect(await page.locator(".figure-table tr", { hasText: "现有数据行数" }).textContent()).toContain("相差 +7");
  await context.close();
});

test("checkpoints tell who witnessed them, and a proof holds under the witness's own signature", async () => {
  const { context, page, complaints } = await open(browser);
  await enter(page, "audit.admin", "/evidence?view=checkpoints");
  const acts = page.locator("[aria-labelledby=shard-acts-permanent]");
  await acts.getByText(/见证至 [\d,]+ 条/).waitFor();
  await page.locator("[aria-labelledby=witnesses]").getByText("已见证", { exact: true }).first().waitFor();
  await page.goto(`${page.url().split("?")[0]}?entry=acts-permanent/2026/1`);
  const witnessed = page.locator("[aria-labelledby=witnessed]");
  await witnessed.getByText(/的见证签名有效/).waitFor();
  expect(await witnessed.locator(".verdicts li").count()).toBeGreaterThanOrEqual(3);
  expect(await witnessed.locator(".verdicts .ant-tag-success").count()).toBe(await witnessed.locator(".verdicts li").count());
  await page.screenshot({ path: "shots/ledger-witnessed.png", fullPage: true });
  expect(complaints).toEqual([]);
  await context.close();
});

test("who may not read the log finds their own cases and is asked for nothing that is refused", async () => {
  const { context, page, complaints } = await open(browser);
  const refused: string[] = [];
  page.on("response", (answer) => {
    if (answer.status() === 403) refused.push(answer.url());
  });
  await enter(page, "mzj.executive", "/evidence");
  await page.locator(".case-list summary").first().waitFor();
  expect(await page.locator("nav.subnav a").allInnerTexts()).toEqual(["按办件", "服务调用", "检查点与见证"]);
  await part(page, "服务调用");
  await settled(page);
  await part(page, "检查点与见证");
  await settled(page);
  expect(refused).toEqual([]);
  expect(complaints).toEqual([]);
  await context.close();
});

test("an auditor finds a call by its outcome, sees both trees hold in the browser, and takes the evidence along", async () => {
  const { context, page, complaints } = await open(browser);
  await enter(page, "audit.admin", "/evidence?view=calls&outcome=served");
  await page.locator("tbody tr").first().waitFor();
  await page.locator("tbody tr td:last-child a").first().click();
  await page.getByText("核验通过", { exact: true }).waitFor();
  expect(await page.locator("[aria-labelledby=place] .verdicts .ant-tag-success").count()).toBe(6);
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "下载证据文件" }).click(),
  ]);
  const file = JSON.parse(readFileSync(await download.path(), "utf8"));
  expect(file.format).toBe("gongshu-evidence/1");
  // The checkpoint, every node on the way, and the leaf: a month with a single call has nothing between the two.
  expect(await page.locator(".way li").count()).toBe(file.sm3.path.length + 2);
  expect(complaints).toEqual([]);
  await context.close();
});

test("an auditor opens a case, sees each of its acts with its place in the log, and proves one", async () => {
  const { context, page, complaints } = await open(browser);
  await enter(page, "audit.admin", "/evidence?view=cases&procedure=sharing_request");
  await page.locator(".case-list summary").first().click();
  await page.locator(".case-list tbody tr").first().waitFor();
  await settled(page);
  await page.screenshot({ path: "shots/ledger-case.png" });
  await page.locator(".case-list tbody td:last-child a").first().click();
  await page.getByText("核验通过", { exact: true }).waitFor();
  expect(complaints).toEqual([]);
  await context.close();
});

test("a load is proven like an act", async () => {
  const provider = await as("ga.executive");
  const { organisation } = await provider("GET", "/me");
  const { items } = await provider("GET", `/entries?organisation=${organisation.id}&status=published&limit=50`);
  const held = items.find((one: { rows: number }) => one.rows > 0);
  const loads = await provider("GET", `/entries/${held.id}/loads?limit=1`);
  const { context, page, complaints } = await open(browser);
  await enter(page, "ga.executive", `/evidence?load=${loads.items[0].id}`);
  await page.getByText("核验通过", { exact: true }).waitFor();
  expect(complaints).toEqual([]);
  await context.close();
});

test("evidence of which one byte was altered on the way does not verify", async () => {
  const { context, page } = await open(browser);
  await page.route("**/api/v1/calls/*/evidence*", async (route) => {
    const answer = await route.fetch();
    const file = await answer.json();
    const leaf = atob(file.leaf).replace('"v":1', '"v":2');
    return route.fulfill({ response: answer, json: { ...file, leaf: btoa(leaf) } });
  });
  await enter(page, "audit.admin", "/evidence?view=calls&outcome=served");
  await page.locator("tbody tr td:last-child a").first().click();
  await page.getByText("核验未通过", { exact: true }).waitFor();
  await context.close();
});
