/** The catalogue by clicking: finding, writing, handing over, reviewing; pasting from a spreadsheet; gaps; what others do meanwhile. */
import { mkdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { accessible, as, enter, launch, open, settled } from "./browser";
import { filled, marksOf } from "./workbook";

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

/** The field of an element in the editor, by its path. */
const field = (path: string) => `#field-${path.replace(/[^\w]+/g, "-")}`;

/** Chooses in one of the editor's lists by a part of the words. */
async function choose(page: Page, path: string, words: string) {
  await page.locator(field(path)).click();
  const open = page.locator(".ant-select-dropdown:not(.ant-select-dropdown-hidden)");
  await open.locator(".ant-select-item-option", { hasText: words }).click();
  await open.waitFor({ state: "detached" });
}

test("an executive writes an entry, pastes its items, is told what is lacking, hands it over; the centre reviews and publishes it", async () => {
  const title = `养老顾问服务点信息 ${crypto.randomUUID().slice(0, 8)}`;
  const { context, page, complaints } = await open(browser);
  await enter(page, "mzj.executive", "/catalogue");
  await page.getByRole("link", { name: "新编目录" }).click();
  await page.locator(field("title")).fill(title);
  await page.locator(field("description")).fill("各街道养老顾问服务点的名称、地址和服务时间。");
  await page.getByRole("button", { name: "保存草稿" }).dblclick();
  await page.waitForURL("**/edit");
  // What is lacking leads to its field.
  const lacking = page.locator("section", { hasText: "完整性检查" });
  await lacking.getByRole("button", { name: "管理单位" }).click();
  expect(await page.locator(field("managing_unit")).evaluate((one) => one === document.activeElement)).toBe(true);
  await page.locator(field("managing_unit")).fill("养老服务科");
  expect(await lacking.getByRole("button", { name: "管理单位" }).count()).toBe(0);

  await choose(page, "duty", "社会救助与养老服务");
  await choose(page, "system", "社会救助管理系统");
  await choose(page, "format", "数据库");
  await choose(page, "update_cycle", "每月");
  await page.locator(field("class")).fill("民政");
  await choose(page, "grade", "一般数据 1 级");
  await page.locator(field("coverage.area")).fill("长宁区全域");
  await paste(
    page,
    "代码\t名称\t类型\t长度\t说明\t主键\t必填\ncode\t编号\t文本\t20\t服务点编号\t是\t是\nplace\t名称\t文本\t60\t服务点名称\t\t是\nopened\t开放日期\t日期\t\t开始服务的日期\t\t",
  );
  await page.getByText("已粘贴 3 行").waitFor();
  // A row moves by keyboard, and the hand stays on it.
  await page.locator("[aria-label='第 3 行 代码']").press("Alt+ArrowUp");
  await page.waitForFunction(() => document.querySelector<HTMLInputElement>("[aria-label='第 2 行 代码']")?.value === "opened");

  await page.getByRole("button", { name: "送审" }).click();
  await page.getByText("已送审").waitFor();
  await settled(page);

  // The centre finds it in its review, sees the text, and publishes.
  const centre = await as("centre.officer");
  const { items, total } = await centre("GET", `/entries?text=${encodeURIComponent(title)}`);
  expect(total).toBe(1);
  await context.clearCookies();
  await enter(page, "centre.officer", `/catalogue/${items[0].id}`);
  await page.getByRole("link", { name: "审核", exact: true }).click();
  await page.getByText("首次发布的内容").waitFor();
  await settled(page);
  await page.screenshot({ path: "shots/catalogue-review-centre.png" });
  await page.locator(".acts button").first().click();
  await page.locator("dialog button[type=submit]").click();
  await page.locator(".ant-alert-success").waitFor();
  const after = await centre("GET", `/entries/${items[0].id}`);
  expect(after.status).toBe("published");
  expect(after.published.items.map((item: { code: string }) => item.code)).toEqual(["code", "opened", "place"]);
  expect(complaints).toEqual([]);
  await context.close();
});

test("fifty thousand pasted rows are refused kindly, and nothing typed is lost, not even by a reload", async () => {
  const { context, page, complaints } = await open(browser);
  await enter(page, "mzj.executive", `/catalogue/${known.draft}/edit`);
  await page.locator(field("description")).fill("粘贴之前写好的摘要。");
  const rows = await page.locator(".edit-table tbody tr").count();
  await paste(page, "列\t值\n".repeat(50_000));
  await page.getByText("粘贴的内容有 50,000 行，未粘贴").waitFor();
  await page.screenshot({ path: "shots/catalogue-paste-refused.png" });
  expect(await page.locator(".edit-table tbody tr").count()).toBe(rows);
  await page.reload();
  await page.locator(field("description")).waitFor();
  expect(await page.locator(field("description")).inputValue()).toBe("粘贴之前写好的摘要。");
  expect(complaints).toEqual([]);
  await context.close();
});

test("somebody else changed the draft meanwhile: the editor says so, keeps what was typed, and saves it when told to", async () => {
  const { context, page } = await open(browser);
  await enter(page, "mzj.executive", `/catalogue/${known.draft}/edit`);
  await page.locator(field("class")).fill("殡葬");
  const executive = await as("mzj.executive");
  const { draft, version } = await executive("GET", `/entries/${known.draft}`);
  await executive("PUT", `/entries/${known.draft}?expected_version=${version}`, { ...draft, source: "他人所改" });
  await page.getByRole("button", { name: "保存草稿" }).click();
  await page.getByText("他人已修改此条目").waitFor();
  expect(await page.locator(field("class")).inputValue()).toBe("殡葬");
  await page.getByRole("button", { name: "以我的为准" }).click();
  await page.getByRole("button", { name: "保存草稿" }).click();
  await page.getByRole("heading", { name: "草稿已保存" }).waitFor();
  expect((await executive("GET", `/entries/${known.draft}`)).draft.class).toBe("殡葬");
  await context.close();
});

test("a system is recorded, shows as a gap, and leads to a draft that names it", async () => {
  const name = `殡仪预约平台 ${crypto.randomUUID().slice(0, 6)}`;
  const { context, page, complaints } = await open(browser);
  await enter(page, "mzj.executive", "/catalogue/sources");
  await page.getByRole("button", { name: "登记系统" }).click();
  await page.locator("#system-code").fill(`MZ-${crypto.randomUUID().slice(0, 6)}`);
  await page.locator("#system-name").fill(name);
  await page.locator("#system-duty").selectOption({ label: "社会救助与养老服务" });
  await page.locator("dialog button[type=submit]").click();
  await page.locator("td", { hasText: name }).waitFor();
  await page.getByRole("link", { name: "编目缺口" }).click();
  await page.getByRole("link", { name: `为“${name}”编目` }).click();
  await page.waitForURL("**/catalogue/new**");
  await page.locator(".ant-select-content", { hasText: name }).waitFor();
  await page.locator(".ant-select-content", { hasText: "社会救助与养老服务" }).waitFor();
  expect(complaints).toEqual([]);
  await context.close();
});

test("the tree is walked by keyboard from an organisation to its entries", async () => {
  const { context, page } = await open(browser);
  await enter(page, "centre.officer", "/catalogue/tree");
  const organisation = page.getByRole("button", { name: "区民政局" });
  await organisation.focus();
  await page.keyboard.press("Enter");
  const system = page.getByRole("button", { name: "民政登记系统" });
  await system.focus();
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: "婚姻登记信息" }).waitFor();
  await context.close();
});

test("a filled-in form is looked through first; its faults are told by cell and marked in it, and only a form without any is taken over", async () => {
  const { context, page, complaints } = await open(browser);
  await enter(page, "mzj.executive", "/catalogue/import");
  const form = await download(page, () => page.getByRole("link", { name: "下载模板" }).click());
  const title = `社区养老助餐点信息 ${crypto.randomUUID().slice(0, 8)}`;
  const entry = ["", title, "各社区养老助餐点的名称和地址。", "", "", "", "养老服务科"];
  const items = { 信息项: [[title, "name", "名称", "文本", "64"]] };
  const bad = filled(form, { 目录条目: [[...entry, "粘土板"]], ...items });
  await page.locator("input[type=file]").setInputFiles({ name: "有误.xlsx", mimeType: XLSX, buffer: bad });
  await page.locator("tbody tr", { hasText: "H2" }).waitFor();
  expect(await page.getByRole("button", { name: /^导入/ }).count()).toBe(0);
  await settled(page);
  await page.screenshot({ path: "shots/catalogue-import-faults.png", fullPage: true });
  complaints.push(...(await accessible(page, "import with faults")));
  const told = (await page.locator("tbody tr", { hasText: "H2" }).locator("td").last().textContent()) ?? "";
  const marked = await download(page, () => page.getByRole("button", { name: "下载标红的表" }).click());
  expect(marksOf(marked).comments).toContain(told);
  expect(marksOf(marked).fills).not.toBe(marksOf(form).fills);
  const good = filled(form, { 目录条目: [[...entry, "数据库"]], ...items });
  await page.locator("input[type=file]").setInputFiles({ name: "目录.xlsx", mimeType: XLSX, buffer: good });
  await page.getByRole("button", { name: "导入 1 个条目" }).dblclick();
  await page.getByText("已导入 1 个条目，均为草稿").waitFor();
  const executive = await as("mzj.executive");
  const found = await executive("GET", `/entries?text=${encodeURIComponent(title)}`);
  expect(found.items.map((line: { title: string; status: string }) => [line.title, line.status])).toEqual([[title, "draft"]]);
  expect(complaints).toEqual([]);
  await context.close();
});

const XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/** What the browser saves when somebody does this. */
async function download(page: Page, act: () => Promise<void>): Promise<Buffer> {
  const [saved] = await Promise.all([page.waitForEvent("download"), act()]);
  return readFile(await saved.path());
}

/** Pastes as Ctrl+V does, into the place that is made for it. */
async function paste(page: Page, text: string) {
  await page.locator(".paste-here").focus();
  await page.evaluate((words) => {
    const data = new DataTransfer();
    data.setData("text/plain", words);
    document.activeElement?.dispatchEvent(
      new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }),
    );
  }, text);
}
