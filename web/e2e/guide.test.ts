/**
 * The guides in docs/guide, walked through: each picture in them is taken here, on the way of the work that they describe.
 *
 * Pictures go to shots/guide, and with `GUIDE=1` to docs/images/guide, so that the committed ones change only when somebody asks
 * for it. A guide may refer to no other picture, and each picture must be used; every word of the screen that a guide prints in
 * bold must be one that the screen or the law uses.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { as, CONSOLE, enter, launch, open, settled } from "./browser";
import { emptyDistrict } from "./empty";
import { small } from "./picture";

const LOCALES = ["zh-CN", "en"] as const;
const GUIDES = new URL("../../docs/guide/", import.meta.url);
const FOLDER = process.env.GUIDE === "1" ? "../docs/images/guide" : "shots/guide";
const LARGEST = 150_000;
const PASSWORD = process.env.GONGSHU_PASSWORD ?? "Gongshu-2026!";
type Ask = Awaited<ReturnType<typeof as>>;

let browser: Browser;
const taken: string[] = [];
/** An entry of the civil affairs bureau with data in it, and the case of a request for it. */
const made = { entry: "", title: "社区食堂信息" };

beforeAll(async () => {
  for (const locale of LOCALES) mkdirSync(`${FOLDER}/${locale}`, { recursive: true });
  browser = await launch();
  const executive = await as("mzj.executive");
  const item = { length: null, key: false, required: false, sensitive: false };
  made.entry = await published(executive, made.title, [
    { ...item, code: "code", name: "编号", kind: "text", length: 20, key: true, required: true, meaning: "区内统一编号" },
    { ...item, code: "name", name: "食堂名称", kind: "text", length: 40, required: true, meaning: "备案的名称" },
    {
      ...item,
      code: "manager",
      name: "负责人",
      kind: "text",
      length: 20,
      sensitive: true,
      mask: "name",
      meaning: "日常负责人",
    },
    { ...item, code: "seats", name: "座位数", kind: "integer", meaning: "可同时就餐的人数" },
  ]);
});
afterAll(() => browser?.close());

/** Takes what the window shows, in both languages: the page changes its words under the hand, and nothing typed is lost. */
async function picture(page: Page, name: string): Promise<void> {
  for (const locale of LOCALES) {
    await page.waitForFunction((wanted) => document.documentElement.lang === wanted, locale);
    await settled(page);
    keep(`${locale}/${name}.png`, await page.screenshot());
    // A side panel lies over the switch; it is pressed all the same, and pressed again for the first language.
    await page.locator("button.plain[lang]").evaluate((one: HTMLButtonElement) => one.click());
  }
  await page.waitForFunction(() => document.documentElement.lang === "zh-CN");
}

/** Takes a page that says everything in both languages at once. */
async function plain(page: Page, name: string): Promise<void> {
  for (const locale of LOCALES) keep(`${locale}/${name}.png`, await page.screenshot());
}

function keep(name: string, screenshot: Buffer): void {
  const png = small(screenshot);
  expect(png.length, name).toBeLessThan(LARGEST);
  writeFileSync(`${FOLDER}/${name}`, png);
  taken.push(name);
}

/** Puts this at the top of the window, below the bar. */
async function show(page: Page, selector: string): Promise<void> {
  await page
    .locator(selector)
    .first()
    .evaluate((one) => one.scrollIntoView({ block: "start" }));
  await page.evaluate(() => window.scrollBy(0, -72));
}

/** All elements of an entry that this organisation has published, to write another one like it. */
async function known(executive: Ask) {
  const { organisation } = await executive("GET", "/me");
  const { items } = await executive(
    "GET",
    `/entries?organisation=${organisation.id}&status=published&sharing=conditional&limit=200`,
  );
  return (await executive("GET", `/entries/${items.at(-1).id}`)).published;
}

async function submitted(executive: Ask, title: string, change: object = {}) {
  const draft = { ...(await known(executive)), title, ...change };
  const { entry } = await executive("POST", "/entries", draft);
  await executive("POST", `/entries/${entry.id}/submission`, { act: "submit" });
  return entry as { id: string; case: string };
}

async function published(executive: Ask, title: string, items: object[]): Promise<string> {
  const { sharing } = await known(executive);
  const entry = await submitted(executive, title, {
    items,
    description: "本区各社区食堂的名称、负责人和座位数，用于为老服务和日常监管。",
    keywords: ["食堂", "助餐"],
    managing_unit: "养老服务科",
    sharing: {
      ...sharing,
      scope: "承担为老服务、市场监管、安全检查职责的单位",
      usage: "仅用于履职核验",
      conditions: "限经办人员使用，逐条查询",
    },
  });
  await (await as("centre.officer"))("POST", `/cases/${entry.case}/acts`, { act: "publish" });
  return entry.id;
}

/** Asks without signature for this entry, as a department does that has forgotten something. */
async function requested(login: string): Promise<string> {
  const ask = await as(login);
  const { request } = await ask("POST", "/sharing-requests", {
    entry: made.entry,
    items: ["code", "name", "seats"],
    scenario: "助餐补贴发放前核对食堂是否在营",
    scope: "限为老服务科经办人员",
    mode: "api",
    term_until: "2027-06-30",
    purpose: "meal_allowance",
  });
  return request.case;
}

/** Marks a case in the list of what is due; what is due first stands first, so it may stand on a later page. */
async function mark(page: Page, title: string): Promise<void> {
  for (;;) {
    await settled(page);
    const row = page.locator(".due-table tr", { hasText: title });
    if ((await row.count()) > 0) return row.first().locator("input[type=checkbox]").check();
    await page.locator("[data-tour=due] .ant-pagination-next button").click({ timeout: 5000 });
  }
}

async function choose(page: Page, field: string, word: string): Promise<void> {
  await page.locator(`#${field}`).click();
  await page.locator(".ant-select-dropdown:visible .ant-select-item-option", { hasText: word }).click();
}

test("provider: an entry is written, data is handed in, a request is answered with what is missing", async () => {
  const { context, page, complaints } = await open(browser);
  await enter(page, "mzj.executive", "/catalogue/new");
  await page.locator("#field-title").fill("养老顾问服务点信息");
  await page.locator("#field-description").fill("各街道养老顾问服务点的名称、地址和服务时间。");
  await page.getByRole("button", { name: "保存草稿" }).click();
  await page.waitForURL("**/edit");
  await page.getByText("完整性检查").waitFor();
  await page.evaluate(() => window.scrollTo(0, 0));
  await picture(page, "provider-entry");

  await page.goto(`${CONSOLE}/collection/${made.entry}`);
  const rows = ["ST-01,虹桥路食堂,王小明,40", "ST-02,仙霞食堂,李华,六十", "ST-03,新泾食堂,赵一,25", ",北新泾食堂,周三,30"];
  const more = Array.from({ length: 36 }, (_, n) => `ST-${n + 10},第 ${n + 10} 食堂,周三,${20 + n}`);
  const buffer = Buffer.from(`code,name,manager,seats\n${[...rows, ...more].join("\n")}\n`);
  await page.locator("input[type=file]").setInputFiles({ name: "社区食堂.csv", mimeType: "text/csv", buffer });
  await page.getByRole("button", { name: "开始归集" }).click();
  await page.getByText("已入库 38 行，剔除 2 行。").waitFor();
  await picture(page, "provider-load");

  await page.goto(`${CONSOLE}/cases/${await requested("jtj.executive")}`);
  await page.locator("#panel").waitFor();
  await settled(page);
  await page.getByRole("button", { name: "一次性告知补正" }).click();
  await page.locator("dialog textarea").fill("一、请补充使用依据、使用频次和安全保障措施。\n二、请签署数据共享应用责任承诺。");
  await picture(page, "provider-notice");
  await page.locator("dialog button[type=submit]").click();
  await page.locator(".ant-alert-success").waitFor();
  expect(complaints).toEqual([]);
  await context.close();
});

test("demander: fields lie in the basket, the commitment is signed, the service answers a trial call", async () => {
  const [executive, system] = [await as("yjj.executive"), await as("system.admin")];
  const { organisation } = await executive("GET", "/me");
  await system("POST", `/organisations/${organisation.id}/signing-key/held`);
  const { context, page, complaints } = await open(browser);
  await enter(page, "yjj.executive", `/catalogue/${made.entry}`);
  const box = page.locator("section.card", { has: page.locator("#ask") });
  for (const field of ["编号", "食堂名称", "负责人"]) await box.locator("label", { hasText: field }).first().click();
  await box.locator("button.ant-btn-primary").evaluate((one) => one.scrollIntoView({ block: "end" }));
  await page.evaluate(() => window.scrollBy(0, 40));
  await picture(page, "demander-fields");
  await box.locator("button.ant-btn-primary").click();
  await box.getByRole("link", { name: /查看申请篮/ }).click();
  await page.locator("#request-legal_basis").fill("安全生产法规定的监督检查职责（职责目录第 3 项）");
  await page.locator("#request-business_goal").fill("检查前掌握人员密集场所，减少重复填报");
  await page.locator("#request-scenario").fill("节前用餐场所消防安全检查");
  await page.locator("#request-scope").fill("限本局执法检查人员");
  await page.locator("#request-purpose").fill("fire_check");
  await choose(page, "request-frequency", "每日");
  await page.locator("#request-term_until").fill("2027-12-31");
  await choose(page, "request-security_grade", "一般数据 2 级");
  await page.locator("#request-security_measures").fill("专人专岗、操作留痕、终端加固");
  await page.getByRole("button", { name: /下一步/ }).click();
  await page.locator("#sign-password").fill(PASSWORD);
  await picture(page, "demander-sign");
  await page.getByRole("button", { name: /签名并提交/ }).click();
  await page.locator(".ant-alert-success", { hasText: "已提出 1 件申请" }).waitFor();

  const { items } = await executive("GET", "/sharing-requests?limit=1");
  await (await as("mzj.executive"))("POST", `/cases/${items[0].case}/acts`, { act: "approve" });
  await page.goto(`${CONSOLE}/sharing/services`);
  await page.getByRole("link", { name: made.title }).first().click();
  await page.locator("#trial-key").fill("ST-01");
  await page.getByRole("button", { name: "调用", exact: true }).click();
  await page.getByText("返回 1 条记录。").waitFor();
  await show(page, "section.card:has(#trial)");
  await picture(page, "demander-trial");
  expect(complaints).toEqual([]);
  await context.close();
});

test("reviewer: a change is read side by side with its effect, and several entries are decided at once", async () => {
  const executive = await as("mzj.executive");
  const now = await executive("GET", `/entries/${made.entry}`);
  const items = now.published.items.map((one: { code: string }) =>
    one.code === "seats" ? { ...one, name: "就餐座位数" } : one,
  );
  const added = { code: "hours", name: "营业时间", kind: "text", length: 60, meaning: "每日营业的起止时间", key: false };
  const draft = {
    ...now.published,
    update_cycle: "weekly",
    items: [...items, { ...added, required: false, sensitive: false }],
  };
  await executive("PUT", `/entries/${made.entry}?expected_version=${now.version}`, draft);
  await executive("POST", `/entries/${made.entry}/submission`, {
    act: "propose_change",
    papers: { change_reason: "市级目录模板更新，增加营业时间，更新周期改为每周。" },
  });
  const titles = ["助餐点信息", "老年人日间照护机构信息", "社区综合为老服务中心信息"];
  for (const title of titles) await submitted(executive, title, { keywords: ["食堂", "助餐"] });

  const { context, page, complaints } = await open(browser);
  await enter(page, "centre.officer", `/catalogue/${made.entry}/review`);
  await page.getByText("变更对照").first().waitFor();
  await picture(page, "reviewer-review");
  await page.goto(`${CONSOLE}/`);
  for (const title of titles) await mark(page, title);
  await page.getByRole("link", { name: "批量办理" }).click();
  await page.locator("label", { hasText: "审核通过并发布" }).locator("input").check();
  await page.getByRole("button", { name: "确认办理 3 件" }).waitFor();
  await picture(page, "reviewer-batch");
  await page.getByRole("button", { name: "确认办理 3 件" }).click();
  await page.getByText("已办 3 件").waitFor();
  expect(complaints).toEqual([]);
  await context.close();
});

test("authority: what is due with its reason, and an extension consented to on a phone", async () => {
  const id = await requested("tyj.executive");
  const provider = await as("mzj.executive");
  const possible: { act: string; papers: string[] }[] = await provider("GET", `/cases/${id}/possible`);
  const papers = possible.find((one) => one.act === "ask_extension")?.papers ?? [];
  const reason = "涉及多家运营单位，需逐一核对在营状态，十个工作日内难以完成。";
  const body = { act: "ask_extension", papers: Object.fromEntries(papers.map((paper) => [paper, reason])) };
  await provider("POST", `/cases/${id}/acts`, body);

  const desk = await open(browser);
  await enter(desk.page, "bureau.cdo");
  await desk.page.locator(".due-table tr", { hasText: made.title }).first().locator(".why").click();
  await desk.page.locator("dialog .days .day.counted").first().waitFor();
  await picture(desk.page, "authority-why");
  await desk.context.close();

  const { context, page, complaints } = await open(browser, { width: 390, height: 844 });
  await enter(page, "bureau.cdo", `/cases/${id}`);
  await page.locator(".acts button").first().waitFor();
  await show(page, ".acts");
  await picture(page, "authority-phone");
  await page.locator(".acts").getByRole("button", { name: "同意延期并告知需求部门" }).click();
  await page.locator("dialog button[type=submit]").waitFor();
  await picture(page, "authority-consent");
  await page.locator("dialog button[type=submit]").click();
  await page.locator(".ant-alert-success").waitFor();
  expect([...complaints, ...desk.complaints]).toEqual([]);
  await context.close();
});

test("administrators: an account, its roles, and a notice tried before it is made law", async () => {
  const { context, page, complaints } = await open(browser);
  await enter(page, "system.admin", "/administration/people");
  await page.getByRole("button", { name: "新增人员" }).click();
  await page.locator("#person-name").fill("陈静");
  await page.locator("#person-login").fill("chen.jing");
  await page.locator("#person-organisation").click();
  await page.keyboard.type("区民政局");
  await page.locator(".ant-select-item-option", { hasText: "区民政局" }).first().waitFor();
  await page.keyboard.press("Enter");
  await picture(page, "administrators-account");

  await page.goto(`${CONSOLE}/administration/law/amendment`);
  await page.locator("#notice-title").fill("国务院办公厅关于2027年部分节假日安排的通知（演示）");
  await page.locator("#notice-number").fill("演示〔2026〕1号");
  await page.locator("#notice-published").fill("2026-02-20");
  await page.getByLabel("元旦放假首日").fill("2027-01-01");
  await page.getByLabel("元旦放假末日").fill("2027-01-08");
  await page.getByRole("button", { name: "预览影响" }).click();
  await page.locator(".amend .figures").waitFor();
  await show(page, ".amend .figures");
  await picture(page, "administrators-notice");
  await context.close();

  const security = await open(browser);
  await enter(security.page, "security.admin", "/administration/people");
  await security.page.locator(".filters input").first().fill("mzj.executive");
  await security.page.locator("tr", { hasText: "mzj.executive" }).getByRole("button").first().waitFor();
  await security.page.locator("tr", { hasText: "mzj.executive" }).getByRole("button").first().click();
  await security.page
    .locator("dialog")
    .getByLabel(/^系统管理员/)
    .waitFor();
  await picture(security.page, "administrators-roles");
  expect([...complaints, ...security.complaints]).toEqual([]);
  await security.context.close();
});

test("set-up: a server on an empty store prints a code, and whoever holds it names the district and its administrators", async () => {
  const district = await emptyDistrict();
  const { context, page, complaints } = await open(browser);
  await page.goto(`${district.console}/`);
  await page.locator("#setup-code").fill(district.code);
  await page.locator("#setup-district").fill("长宁区");
  await page.locator("#setup-area").fill("310105");
  const people = { system: ["周启明", "zhou.qiming"], security: ["沈若兰", "shen.ruolan"], audit: ["陆景行", "lu.jingxing"] };
  for (const [role, [name = "", login = ""]] of Object.entries(people)) {
    const field = (what: string) => page.locator(`[id="setup-${role}_administrator.${what}"]`);
    await field("name").fill(name);
    await field("login").fill(login);
    await field("password").fill(`${login}-first`);
  }
  await page.setViewportSize({ width: 1366, height: 1120 });
  await picture(page, "set-up-form");
  await page.setViewportSize({ width: 1366, height: 768 });
  await page.getByRole("button", { name: "建立" }).click();
  await page.getByRole("link", { name: "去登录" }).waitFor();
  await picture(page, "set-up-done");
  expect(complaints).toEqual([]);
  await context.close();
  await district.end();
});

test("auditor: calls are found by what came of them, and one is proved", async () => {
  const { context, page, complaints } = await open(browser);
  await enter(page, "audit.admin", "/evidence?view=calls");
  await page.locator("tbody tr").first().waitFor();
  await picture(page, "auditor-calls");
  // The last of the page stands in a tree with more than one entry.
  await page.locator("tbody tr td:last-child a").last().click();
  await page.getByText("核验通过", { exact: true }).waitFor();
  await picture(page, "auditor-proof");
  expect(complaints).toEqual([]);
  await context.close();
});

test("anybody: an objection without login gets a receipt number, which tells how it stands; the provider sees it", async () => {
  const server = CONSOLE.replace(/\/console$/, "");
  const { context, page } = await open(browser);
  await page.goto(server);
  await page.locator("#figures").waitFor();
  await plain(page, "anybody-first-page");
  await page.goto(`${CONSOLE}/objections?entry=${made.entry}`);
  await page.locator("#objection-statement").fill("虹桥路食堂的座位数是 48，不是 40。");
  await page.locator("form", { hasText: made.title }).waitFor();
  await picture(page, "anybody-object");
  await page.getByRole("button", { name: "提出异议" }).click();
  const number = (await page.locator(".copy pre").textContent()) ?? "";
  await page.getByRole("link", { name: "查询进度" }).first().click();
  await page.locator("#objection-number").fill(number);
  await page.getByRole("button", { name: "查询" }).click();
  await page.locator("h2", { hasText: "异议已提出" }).waitFor();
  const { items } = await (await as("mzj.executive"))("GET", "/cases?procedure=objection&sort=opened&limit=1");
  await enter(page, "mzj.executive", `/cases/${items[0].id}`);
  await page.locator(".acts button").first().waitFor();
  await picture(page, "anybody-objection");
  await context.close();
});

/** The bold words of a guide are words of the screen; what the law calls things stands in its own files. */
function wordsOf(locale: string): { said: Set<string>; patterns: RegExp[] } {
  const words = new URL(`../src/glossary/${locale}/`, import.meta.url);
  const files = readdirSync(words).filter((name) => name.endsWith(".json"));
  const said = files.flatMap((name) => Object.values<string>(JSON.parse(readFileSync(new URL(name, words), "utf8"))));
  const law = new URL("../../regulations/changning-2025/", import.meta.url);
  const titles = readdirSync(law).flatMap((name) => [
    ...readFileSync(new URL(name, law), "utf8").matchAll(/^title = "(.+)"$/gm),
  ]);
  const open = said.filter((one) => /\{/.test(one) && one.replace(/\{\w+\}/g, "").length > 3);
  const literal = (part: string) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return {
    said: new Set([...said, ...titles.map(([, title = ""]) => title)]),
    patterns: open.map(
      (one) =>
        new RegExp(
          `^${one
            .split(/\{\w+\}/)
            .map(literal)
            .join(".+")}$`,
        ),
    ),
  };
}

test("the guides show the pictures that are taken here and no others, and print in bold only words of the screen", () => {
  const used = new Set<string>();
  const strange: string[] = [];
  for (const locale of LOCALES) {
    const { said, patterns } = wordsOf(locale);
    const names = readdirSync(GUIDES).filter((name) => name.endsWith(".zh-CN.md") === (locale === "zh-CN"));
    for (const name of names.filter((one) => !one.startsWith("your-own-district"))) {
      const text = readFileSync(new URL(name, GUIDES), "utf8");
      for (const [, image = ""] of text.matchAll(/\]\(\.\.\/images\/guide\/([^)]+)\)/g)) {
        used.add(image);
        if (!image.startsWith(`${locale}/`)) strange.push(`${name}: ${image} is not in the guide's language`);
      }
      for (const [, word = ""] of text.matchAll(/\*\*([^*]+)\*\*/g))
        if (!said.has(word) && !patterns.some((one) => one.test(word))) strange.push(`${name}: ${word}`);
    }
  }
  expect(strange).toEqual([]);
  expect([...used].sort()).toEqual([...new Set(taken)].sort());
});
