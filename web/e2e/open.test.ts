/** What is open to everybody: the law without a login, and objecting to data, for a receipt number or in an organisation's name. */
import { mkdirSync } from "node:fs";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { as, CONSOLE, enter, launch, open, settled } from "./browser";

let browser: Browser;
/** A published entry of the civil affairs bureau. */
let entry: { id: string; title: string };

beforeAll(async () => {
  mkdirSync("shots", { recursive: true });
  browser = await launch();
  const executive = await as("mzj.executive");
  const { organisation } = await executive("GET", "/me");
  entry = (await executive("GET", `/entries?organisation=${organisation.id}&status=published&limit=1`)).items[0];
});
afterAll(() => browser?.close());

test("whoever is not logged in reads the law, and nothing else", async () => {
  const { context, page, complaints } = await open(browser);
  await page.goto(`${CONSOLE}/law?article=CN-15`);
  await page.locator("article.wanted h2", { hasText: "CN-15" }).waitFor();
  expect(await page.locator("nav.rail li").allTextContents()).toEqual(["法规", "数据异议"]);
  await page.getByRole("link", { name: "程序", exact: true }).click();
  await page.getByRole("link", { name: "数据异议核实" }).click();
  await page.locator("svg [data-state=raised]").first().waitFor();
  expect(await page.locator("dialog").count()).toBe(0);
  // What needs a login leads to it, and from there back.
  await page.goto(`${CONSOLE}/cases`);
  await page.waitForURL("**/login?to=%2Fcases");
  await page.getByRole("link", { name: "法规" }).click();
  await page.locator("h1", { hasText: "法规" }).waitFor();
  await page.getByRole("link", { name: "登录", exact: true }).click();
  await page.waitForURL("**/login?to=%2Flaw");
  expect(complaints).toEqual([]);
  await context.close();
});

test("a member of the public objects without a login, follows by the receipt number alone, and reads the answer", async () => {
  const { context, page, complaints } = await open(browser);
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  await page.goto(`${CONSOLE}/objections`);
  const send = page.getByRole("button", { name: "提出异议" });
  await page.locator("#objection-entry").fill(entry.title);
  await page.locator(".ant-select-item-option", { hasText: entry.title }).first().click();
  await page.waitForURL(`**/objections?entry=${entry.id}`);
  expect(await send.isDisabled()).toBe(true);
  await page.locator("#objection-statement").fill("<b>张某</b>的街道写错了，应为新华路。");
  await page.locator("#objection-contact").fill("李某 13800000000");
  await send.dblclick();
  const number = (await page.locator(".copy pre").textContent()) ?? "";
  expect(number).toMatch(/^([0-9A-Z]{5}-){3}[0-9A-Z]{5}$/);
  await page.getByText(`已收到对“${entry.title}”的异议`).waitFor();
  await page.screenshot({ path: "shots/objection-receipt.png" });
  expect(asked.filter((url) => url.endsWith("/api/v1/objections"))).toHaveLength(1);

  const executive = await as("mzj.executive");
  const { items } = await executive("GET", "/cases?procedure=objection&ended=false&sort=opened&limit=200");
  const mine = await Promise.all(items.map(({ id }: { id: string }) => executive("GET", `/cases/${id}`)));
  const raised = mine.filter(
    (one) => one.state === "raised" && one.timeline.every((act: { role: string }) => act.role === "public"),
  );
  for (const one of raised) {
    await executive("POST", `/cases/${one.id}/acts`, { act: "verify", role: "provider" });
    const papers = { correction_note: "已改为新华路。" };
    await executive("POST", `/cases/${one.id}/acts`, { act: "correct", role: "provider", papers });
  }

  await page.getByRole("link", { name: "查询进度" }).first().click();
  await page.locator("#objection-number").fill("00000-00000-00000-00000");
  await page.getByRole("button", { name: "查询" }).click();
  await page.getByText("没有这个回执号").waitFor();
  await page.locator("#objection-number").fill(` ${number.toLowerCase().replaceAll("-", " ")} `);
  await page.getByRole("button", { name: "查询" }).click();
  await page.locator("h2", { hasText: "已更正" }).waitFor();
  expect(await page.locator(".timeline blockquote").allTextContents()).toEqual(["已改为新华路。"]);
  await page.screenshot({ path: "shots/objection-followed.png" });
  expect(page.url()).not.toContain(number);
  expect(await page.evaluate(() => JSON.stringify(sessionStorage))).not.toContain("新华路");
  expect(complaints).toEqual([]);
  await context.close();
});

test("an organisation objects from the entry's page, and a case is open", async () => {
  const { context, page, complaints } = await open(browser);
  await enter(page, "fgw.cdo", `/catalogue/${entry.id}`);
  await page.getByRole("link", { name: "提出异议" }).click();
  await page.getByLabel("异议说明").fill("床位数与年报不符，应为 128 张。");
  await settled(page);
  await page.screenshot({ path: "shots/objection-own.png" });
  await page.getByRole("button", { name: "提出异议" }).dblclick();
  await page.getByRole("link", { name: "打开案件" }).click();
  await page.waitForURL("**/cases/**");
  await page.locator("main", { hasText: "异议已提出" }).waitFor();
  expect(complaints).toEqual([]);
  await context.close();
});
