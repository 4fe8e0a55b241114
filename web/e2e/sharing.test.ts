/** Asking and answering, done by clicking: the basket, the signature, what was forgotten, and the service that comes of it. */
import { mkdirSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { sm3 } from "sm-crypto-v2";
import { afterAll, beforeAll, expect, test } from "vitest";
import { as, CONSOLE, enter, launch, open, settled } from "./browser";

let browser: Browser;
beforeAll(async () => {
  mkdirSync("shots", { recursive: true });
  browser = await launch();
});
afterAll(() => browser?.close());

const PHRASE = "一把好口令 2026";
type Ask = Awaited<ReturnType<typeof as>>;

/** The demonstration's signing key of an organisation, made from the seed that everybody knows. */
const keyOf = (organisation: string) => sm3(`gongshu demonstration 310105 ${organisation}`);

/** Published entries that somebody of this organisation can ask for, one of each provider. */
async function others(ask: Ask, count: number) {
  const { organisation } = await ask("GET", "/me");
  const { items } = await ask("GET", "/entries?status=published&sharing=conditional&limit=200");
  const seen = new Set<string>([organisation.id]);
  const found = items.filter((one: { organisation: string; rows: number }) => {
    if (one.rows === 0 || seen.has(one.organisation)) return false;
    seen.add(one.organisation);
    return true;
  });
  return found.slice(0, count) as { id: string; title: string; organisation: string }[];
}

/** Ticks the first items of an entry and puts them in the basket, as a person does on its page. */
async function put(page: Page, entry: { id: string }) {
  await page.goto(`${CONSOLE}/catalogue/${entry.id}`);
  const box = page.locator("section.card", { has: page.locator("#ask") });
  await box.locator("label", { hasText: "查询键" }).first().click();
  await box.locator("input[type=checkbox]").nth(1).check();
  await box.locator("button.ant-btn-primary").click();
  await box.getByRole("link", { name: /查看申请篮/ }).waitFor();
}

async function choose(page: Page, field: string, word: string) {
  await page.locator(`#${field}`).click();
  await page.locator(".ant-select-dropdown:visible .ant-select-item-option", { hasText: word }).click();
}

/** What is asked for in this run, apart from what other runs asked in the same district. */
const SCENARIO = `发放前核对居住情况 ${crypto.randomUUID().slice(0, 8)}`;

async function fill(page: Page, scenario = "发放前核对居住情况") {
  await page.locator("#request-legal_basis").fill("高龄津贴发放（职责目录第 12 项）");
  await page.locator("#request-business_goal").fill("减少老人重复提交材料");
  await page.locator("#request-scenario").fill(scenario);
  await page.locator("#request-scope").fill("限本局养老服务科经办人员使用");
  await page.locator("#request-purpose").fill("elderly_care");
  await choose(page, "request-frequency", "每日");
  await page.locator("#request-term_until").fill("2027-12-31");
  await choose(page, "request-security_grade", "一般数据 3 级");
  await page.locator("#request-security_measures").fill("专人专岗、操作留痕、终端加固");
}

/** Keeps a key in this browser: the one given, or a new one. */
async function keep(page: Page, given?: string) {
  await page.getByRole("button", { name: given ? "导入已有密钥" : "生成新密钥" }).click();
  if (given) await page.locator(".making textarea").fill(given);
  for (const index of [0, 1]) await page.locator(".making input[type=password]").nth(index).fill(PHRASE);
  await page.getByRole("button", { name: "加密保存" }).click();
  await page.locator(".making").waitFor({ state: "detached" });
}

test("fields of two providers lie in the basket across a reload, are asked for in one form, signed in the browser, and verify", async () => {
  const executive = await as("mzj.executive");
  const wanted = await others(executive, 2);
  const { context, page, complaints } = await open(browser);
  await enter(page, "mzj.executive", `/catalogue/${wanted[0]?.id}`);
  for (const entry of wanted) await put(page, entry);
  await page.reload();
  await page.getByRole("link", { name: /查看申请篮（2）/ }).click();

  // Without the elements the page says at each what lacks, and goes to the first.
  await page.getByRole("button", { name: /下一步/ }).click();
  await page.locator("#request-legal_basis-fault").waitFor();
  expect(await page.evaluate(() => document.activeElement?.id)).toBe("request-legal_basis");
  await page.screenshot({ path: "shots/sharing-basket-faults.png", fullPage: true });
  await fill(page, SCENARIO);
  await page.locator("#request-purpose").fill("两 个 词");
  await page.getByText("限 60 个以内").first().waitFor();
  await page.locator("#request-purpose").fill("elderly_care");
  // What was typed outlives a reload.
  await page.reload();
  expect(await page.locator("#request-scope").inputValue()).toContain("养老服务科");

  await page.getByRole("button", { name: /下一步/ }).click();
  await page.locator(".commitment", { hasText: wanted[1]?.title }).waitFor();
  await keep(page, keyOf("mzj"));
  await page.locator("#sign-passphrase").fill("不是这个口令");
  await page.getByRole("button", { name: /签名并提交/ }).click();
  await page.getByText("口令不对，未签名。").waitFor();
  await page.locator("#sign-passphrase").fill(PHRASE);
  await settled(page);
  await page.screenshot({ path: "shots/sharing-sign.png", fullPage: true });
  await page.getByRole("button", { name: /签名并提交/ }).dblclick();
  await page.locator(".ant-alert-success", { hasText: "已提出 2 件申请" }).waitFor();

  const { items } = await executive("GET", "/sharing-requests?limit=10");
  const made = items.filter((one: { entry: string }) => wanted.some((entry) => entry.id === one.entry));
  for (const entry of wanted) expect(made.filter((one: { entry: string }) => one.entry === entry.id).length).toBeGreaterThan(0);
  const fresh = made.filter((one: { elements: { scenario: string } }) => one.elements.scenario === SCENARIO);
  expect(fresh).toHaveLength(2);
  for (const one of fresh) {
    const { text } = await executive("GET", `/sharing-requests/${one.id}/commitment`);
    expect(text).toContain(one.title);
  }
  await page.locator(".ant-alert-success a").first().click();
  await page.locator("#panel").waitFor();
  await page.getByText("承诺验签通过").waitFor();
  expect(complaints).toEqual([]);
  await context.close();
});

test("a request without signature is supplemented: the notice stands above, the answers are kept, a new key is registered and signs", async () => {
  const executive = await as("jtj.executive");
  const [entry] = await others(executive, 1);
  if (!entry) throw new Error("no entry to ask for");
  const { published } = await executive("GET", `/entries/${entry.id}`);
  const { request } = await executive("POST", "/sharing-requests", {
    entry: entry.id,
    items: published.items.filter((item: { key: boolean }) => item.key).map((item: { code: string }) => item.code),
    scenario: "路面检查时核验",
    scope: "限路面执法人员",
    mode: "api",
    term_until: "2027-06-30",
    purpose: "roadside",
  });
  const provider = await as(await executiveOf(entry.organisation));
  await provider("POST", `/cases/${request.case}/acts`, {
    act: "give_supplement_notice",
    papers: { supplement_list: "请补充使用依据，并签署数据共享应用责任承诺。" },
  });

  const { context, page, complaints } = await open(browser);
  await enter(page, "jtj.executive", `/cases/${request.case}`);
  await page.locator("#panel").waitFor();
  await page.getByRole("link", { name: "补正申请" }).click();
  await page.locator("blockquote", { hasText: "请补充使用依据" }).waitFor();
  expect(await page.locator("#request-scope").inputValue()).toBe("限路面执法人员");
  await page.locator("#request-legal_basis").fill("道路运输条例规定的路面检查职责");
  await settled(page);
  await page.screenshot({ path: "shots/sharing-supplement.png", fullPage: true });
  await page.getByRole("button", { name: /下一步/ }).click();
  await keep(page);
  // The key is new, so it is not the registered one: the page shows the public half, and the administrator registers it.
  const pem = (await page.locator(".copy pre").first().textContent()) ?? "";
  const { organisation } = await executive("GET", "/me");
  await (await as("system.admin"))("PUT", `/organisations/${organisation.id}/signing-key`, { public_key: pem });
  await page.getByRole("button", { name: "重新核对" }).click();
  await page.locator("#sign-passphrase").fill(PHRASE);
  await page.getByRole("button", { name: /签名并提交/ }).click();
  await page.locator(".ant-alert-success", { hasText: "已补正" }).waitFor();
  const after = await executive("GET", `/sharing-requests/${request.id}`);
  expect(after.papers).toEqual(expect.arrayContaining(["use_basis", "commitment"]));
  await executive("GET", `/sharing-requests/${request.id}/commitment`);
  expect(complaints).toEqual([]);
  await context.close();
});

test("where the platform keeps the key, a password signs: a wrong one signs nothing, the right one gives a commitment that verifies", async () => {
  const executive = await as("jyj.executive");
  const { organisation } = await executive("GET", "/me");
  await (await as("system.admin"))("POST", `/organisations/${organisation.id}/signing-key/held`);
  const [entry] = await others(executive, 1);
  if (!entry) throw new Error("no entry to ask for");
  const { context, page, complaints } = await open(browser);
  await enter(page, "jyj.executive", `/catalogue/${entry.id}`);
  await put(page, entry);
  await page.goto(`${CONSOLE}/sharing/basket`);
  await fill(page);
  await page.getByRole("button", { name: /下一步/ }).click();
  await page.locator("#sign-password").fill("不是密码");
  await page.getByRole("button", { name: /签名并提交/ }).click();
  await page.getByText("密码不对，未签名。").waitFor();
  await page.screenshot({ path: "shots/sharing-sign-server.png" });
  await page.locator("#sign-password").fill(process.env.GONGSHU_PASSWORD ?? "Gongshu-2026!");
  await page.getByRole("button", { name: /签名并提交/ }).click();
  await page.locator(".ant-alert-success", { hasText: "已提出 1 件申请" }).waitFor();
  const { items } = await executive("GET", "/sharing-requests?limit=1");
  await executive("GET", `/sharing-requests/${items[0].id}/commitment`);
  expect(complaints).toEqual([]);
  await context.close();
});

test("a provider sees what is asked for beside what the catalogue says, before it answers", async () => {
  const { context, page, complaints } = await open(browser);
  const provider = await as("ga.cdo");
  const { items } = await provider("GET", "/cases?procedure=sharing_request&limit=1");
  await enter(page, "ga.cdo", `/cases/${items[0].id}`);
  const panel = page.locator("section.card", { has: page.locator("#panel") });
  await panel.locator("tbody tr").first().waitFor();
  await panel.getByText("承诺验签通过").waitFor();
  await settled(page);
  await panel.screenshot({ path: "shots/sharing-panel.png" });
  expect(complaints).toEqual([]);
  await context.close();
});

/** Who acts for an organisation in the demonstration. */
async function executiveOf(organisation: string): Promise<string> {
  const { items } = await (await as("mzj.executive"))("GET", "/organisations?limit=200");
  const found = items.find((one: { id: string }) => one.id === organisation);
  return `${found.code}.executive`;
}
