/** The three administrators at their work, each in their own pages; and everybody else, who reads why a page is not theirs. */
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

const unique = () => crypto.randomUUID().slice(0, 8);

/** Chooses in one of Ant Design's lists by typing, as the keyboard does. */
async function choose(page: Page, field: string, text: string): Promise<void> {
  await page.locator(field).click();
  await page.keyboard.type(text);
  await page.locator(".ant-select-item-option", { hasText: text }).first().waitFor();
  await page.keyboard.press("Enter");
}

test("the system administrator makes an account; its first password is shown once, and roles are not his to give", async () => {
  const { context, page, complaints } = await open(browser);
  await enter(page, "system.admin", "/administration/people");
  const login = `t${unique()}`;
  await page.getByRole("button", { name: "新增人员" }).click();
  await page.locator("#person-name").fill("测试人员");
  await page.locator("#person-login").fill(login);
  await choose(page, "#person-organisation", "区民政局");
  await page.locator("dialog button[type=submit]").click();
  const password = await page.locator("dialog .secret").textContent();
  await page.screenshot({ path: "shots/administration-account-made.png" });
  await page.keyboard.press("Escape");
  expect(password?.length).toBeGreaterThan(15);

  const officer = await as("security.admin");
  const known = await officer("GET", "/people?limit=200");
  const person = known.items.find((one: { login: string }) => one.login === login);
  expect(person.roles).toEqual([]);
  // The password opens the door once: whoever comes with it chooses their own.
  const other = await open(browser);
  await other.page.goto(`${CONSOLE}/login`);
  await other.page.locator("#login").fill(login);
  await other.page.locator("#password").fill(password ?? "");
  await other.page.locator("button[type=submit]").click();
  await other.page.locator("#chosen").fill(`own-${unique()}-password`);
  await other.page.screenshot({ path: "shots/administration-choose-password.png" });
  await other.page.locator("button[type=submit]").click();
  await other.page.locator("nav.rail").waitFor();
  expect([...complaints, ...other.complaints]).toEqual([]);
  await context.close();
  await other.context.close();
});

test("the security administrator gives roles; two of the three administrators cannot even be chosen together", async () => {
  const system = await as("system.admin");
  const organisations = await system("GET", "/organisations?limit=1");
  const login = `t${unique()}`;
  const body = { login, name: "授权对象", organisation: organisations.items[0].id, password: `first-${unique()}-password` };
  const person = await system("POST", "/people", body);
  const { context, page, complaints } = await open(browser);
  await enter(page, "security.admin", "/administration/people");
  await choose(page, ".filters .wide input[role=combobox]", organisations.items[0].name);
  await page.locator("tr", { hasText: login }).getByRole("button").first().click();
  await page.getByLabel("经办人").check();
  await page
    .locator("dialog")
    .getByLabel(/^系统管理员/)
    .check();
  await page
    .locator("dialog")
    .getByLabel(/^审计管理员/)
    .check();
  await page.locator("dialog").screenshot({ path: "shots/administration-roles.png" });
  const saved = page.waitForResponse((answer) => answer.url().endsWith("/roles"));
  await page.getByRole("button", { name: "保存角色" }).click();
  await saved;
  const people = await system("GET", `/people?organisation=${organisations.items[0].id}&limit=200`);
  const roles = people.items.find((one: { id: string }) => one.id === person.id).roles;
  expect(roles.toSorted()).toEqual(["audit_administrator", "officer"]);
  expect(complaints).toEqual([]);
  await context.close();
});

test("an account is shut and opened again, and a lost password is given anew, each with a second press", async () => {
  const system = await as("system.admin");
  const [{ id: organisation }] = (await system("GET", "/organisations?limit=1")).items;
  const login = `t${unique()}`;
  const password = `first-${unique()}-password`;
  await system("POST", "/people", { login, name: "停用对象", organisation, password });
  const { context, page, complaints } = await open(browser);
  await enter(page, "system.admin", "/administration/people");
  await page.getByLabel("按姓名或用户名查找").fill(login);
  await page.locator("tr", { hasText: login }).getByRole("button").first().click();
  await page.getByRole("button", { name: "停用账号", exact: true }).click();
  await page.getByRole("button", { name: "确认停用账号" }).click();
  await page.getByRole("button", { name: "恢复账号", exact: true }).waitFor();
  const shut = (await system("GET", `/people?search=${login}`)).items[0];
  expect(shut.disabled).toBe(true);
  await page.getByRole("button", { name: "恢复账号", exact: true }).click();
  await page.getByRole("button", { name: "确认恢复账号" }).click();
  await page.getByRole("button", { name: "停用账号", exact: true }).waitFor();

  await context.clearCookies();
  await page.goto(`${CONSOLE}/login`);
  await logIn(page, "security.admin");
  await page.goto(`${CONSOLE}/administration/people`);
  await page.getByLabel("按姓名或用户名查找").fill(login);
  await page.locator("tr", { hasText: login }).getByRole("button").first().click();
  await page.getByRole("button", { name: "重置密码", exact: true }).click();
  await page.getByRole("button", { name: "确认重置密码" }).click();
  await page.locator("dialog .secret").waitFor();
  await page.locator("dialog").screenshot({ path: "shots/administration-person.png" });
  const given = (await system("GET", `/people?search=${login}`)).items[0];
  expect(given.password_given).toBe(true);
  expect(complaints).toEqual([]);
  await context.close();
});

test("somebody changes their own password, and their other sessions end", async () => {
  const system = await as("system.admin");
  const [{ id: organisation }] = (await system("GET", "/organisations?limit=1")).items;
  const login = `t${unique()}`;
  const password = `first-${unique()}-password`;
  await system("POST", "/people", { login, name: "改密对象", organisation, password });
  const { context, page, complaints } = await open(browser);
  await page.goto(`${CONSOLE}/login`);
  await page.locator("#login").fill(login);
  await page.locator("#password").fill(password);
  await page.locator("button[type=submit]").click();
  await page.locator("nav.rail").waitFor();
  await page.goto(`${CONSOLE}/account`);
  const chosen = `next-${unique()}-password`;
  await page.locator("#password-old").fill(password);
  await page.locator("#password-chosen").fill(chosen);
  await page.locator("#password-again").fill(`${chosen}x`);
  expect(await page.getByRole("button", { name: "修改密码" }).isDisabled()).toBe(true);
  await page.locator("#password-again").fill(chosen);
  await page.getByRole("button", { name: "修改密码" }).click();
  await page.getByText("密码已修改").waitFor();
  expect(complaints).toEqual([]);
  await context.close();
});

test("whoever is no administrator reads why a page is not theirs and whom to ask; nothing of it is asked of the district", async () => {
  const { context, page } = await open(browser);
  const asked: string[] = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await enter(page, "ga.cdo", "/administration/people");
  await page.getByRole("heading", { name: "此页不由您使用" }).waitFor();
  expect(await page.locator("main").textContent()).toContain("安全管理员");
  expect(asked.filter((path) => path.endsWith("/api/v1/people"))).toEqual([]);
  expect(await page.locator("nav.rail").textContent()).not.toContain("系统管理");
  await context.close();
});

test("a holiday notice is tried first, shows which days and terms move, and is made law after that", async () => {
  const { context, page, complaints } = await open(browser);
  await enter(page, "system.admin", "/administration/law/amendment");
  await page.locator("#notice-title").fill("国务院办公厅关于2027年部分节假日安排的通知");
  await page.locator("#notice-number").fill("国办发明电〔2026〕9号");
  await page.locator("#notice-published").fill("2026-02-20");
  await page.getByLabel("元旦放假首日").fill("2027-01-01");
  await page.getByLabel("元旦放假末日").fill("2027-01-03");
  await page.getByLabel("春节放假首日").fill("2027-02-05");
  await page.getByLabel("春节放假末日").fill("2027-02-11");
  await page.getByRole("button", { name: "增加上班日" }).click();
  await page.getByLabel("上班日 1", { exact: true }).fill("2027-02-13");
  await page.getByRole("button", { name: "预览影响" }).click();
  await page.locator(".amend .figures").waitFor();
  await settled(page);
  expect(await page.locator(".amend .chips").textContent()).toContain("2027-02-05");
  await page.screenshot({ path: "shots/administration-amendment.png", fullPage: true });
  // Whoever changes the text has not seen what it does.
  await page.locator("#notice-number").fill("国办发明电〔2026〕10号");
  expect(await page.getByRole("button", { name: "确认生效" }).count()).toBe(0);
  await page.getByRole("button", { name: "预览影响" }).click();
  await page.getByRole("button", { name: "确认生效" }).click();
  await page.locator(".amend .ant-alert-success").waitFor();
  await page.getByRole("link", { name: "查看修订记录" }).click();
  await page.locator("table", { hasText: "2027年" }).waitFor();
  const made = await (await as("system.admin"))("GET", "/amendments?limit=1");
  expect(made.items[0].files).toEqual(["calendar/2027.md"]);
  expect(complaints).toEqual([]);
  await context.close();
});

test("somebody ends another session of theirs from their account", async () => {
  await (await as("mzj.executive"))("GET", "/me");
  const { context, page } = await open(browser);
  await enter(page, "mzj.executive", "/account");
  const running = page.locator("tr", { hasText: "有效" });
  await running.first().waitFor();
  const before = await running.count();
  await running.last().getByRole("button", { name: "结束" }).click();
  await page.waitForFunction((count) => [...document.querySelectorAll("td .ant-tag-success")].length < count, before);
  await context.close();
});

test("whoever is denied something reads by which rules it would be allowed, in words", async () => {
  const { context, page, complaints } = await open(browser);
  await enter(page, "ga.cdo", "/administration/policy");
  await choose(page, "#policy-action", "修订法规");
  await page.getByRole("button", { name: "说明原因" }).click();
  const answer = page.locator(".ant-alert", { hasText: "不可以" });
  await answer.waitFor();
  expect(await answer.textContent()).toContain("系统管理员管理单位、人员和业务系统");
  expect(await answer.textContent()).not.toMatch(/[a-z]_[a-z]/);
  await page.screenshot({ path: "shots/administration-why-denied.png" });
  // Every rule and every action has words of the reader's language.
  expect(await page.locator("main table").textContent()).not.toMatch(/[a-z]{3,}/);
  expect(complaints).toEqual([]);
  await context.close();
});
