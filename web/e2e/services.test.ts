/** A service by clicking: a trial call and what it gives, a refused one and why, a wider use asked for and consented to. */
import { mkdirSync } from "node:fs";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { accessible, as, enter, launch, open, settled } from "./browser";

let browser: Browser;
let service: { id: string; case: string; grant: { entry: string; provider: string; fields: { name: string }[] } };
let provider = "";
let credit = "";

beforeAll(async () => {
  mkdirSync("shots", { recursive: true });
  browser = await launch();
  const economy = await as("fgw.cdo");
  const { items } = await economy("GET", "/services?limit=10");
  service = items[0];
  const { items: organisations } = await economy("GET", "/organisations?limit=200");
  provider = organisations.find((one: { id: string }) => one.id === service.grant.provider).code;
  const preview = await (await as(`${provider}.executive`))("GET", `/entries/${service.grant.entry}/preview?limit=1`);
  credit = preview.records[0][preview.columns.indexOf("credit_code")];
});
afterAll(() => browser?.close());

test("a trial call gives the granted fields, says what is kept back, and stands in the log with its proof", async () => {
  const { context, page, complaints } = await open(browser);
  await enter(page, "fgw.cdo", `/sharing/services/${service.id}`);
  const sum = page.locator("section[aria-labelledby=usage] .stack > p").first();
  const before = (await sum.textContent()) ?? "";
  await page.locator("#trial-key").fill(credit);
  await page.getByRole("button", { name: "调用", exact: true }).click();
  await page.getByText("返回 1 条记录。").waitFor();
  expect(await page.locator("#trial ~ div tbody tr").count()).toBe(service.grant.fields.length);
  await page.getByText("未授权、未返回").waitFor();
  // The call is counted moments after, and the page shows it by itself.
  await page.waitForFunction(
    (was) => document.querySelector("section[aria-labelledby=usage] .stack > p")?.textContent !== was,
    before,
  );
  // What was looked up stands in no address.
  expect(page.url()).not.toContain(credit);
  await settled(page);
  await page.screenshot({ path: "shots/service-trial.png", fullPage: true });
  complaints.push(...(await accessible(page, "trial")));
  await page.locator("a", { hasText: "使用记录" }).click();
  await page.getByText("核验通过", { exact: true }).waitFor();
  expect(complaints).toEqual([]);
  await context.close();
});

test("a look-up of nothing says that nothing was found, and is on record all the same", async () => {
  const { context, page } = await open(browser);
  await enter(page, "fgw.cdo", `/sharing/services/${service.id}`);
  await page.locator("#trial-key").fill("没有这个代码");
  await page.getByRole("button", { name: "调用", exact: true }).click();
  await page.getByText("返回 0 条记录。").waitFor();
  await context.close();
});

test("a wider use is asked for at the side, seen by the provider, and changes nothing before its consent", async () => {
  const { context, page, complaints } = await open(browser);
  await enter(page, "fgw.cdo", `/sharing/services/${service.id}`);
  await page.getByRole("button", { name: "申请扩大范围、改变目的或提供给第三方" }).click();
  const side = page.locator("dialog");
  await side.locator("input[type=checkbox]").first().check();
  await side.locator("#widening-statement").fill("信用修复核验需要成立日期，仅限本委经办人员使用。");
  await page.screenshot({ path: "shots/service-widening.png" });
  await side.locator("button[type=submit]").dblclick();
  await page.getByText("已申请扩大使用，待提供部门答复").waitFor();
  const economy = await as("fgw.cdo");
  const before = await economy("GET", `/services/${service.id}`);
  expect(before.grant.fields).toHaveLength(service.grant.fields.length);
  await context.close();

  const other = await open(browser);
  await enter(other.page, `${provider}.cdo`, `/sharing/services/${service.id}`);
  await other.page.getByText("需求部门申请扩大使用，请答复").waitFor();
  await other.page.getByRole("link", { name: "去答复" }).click();
  await other.page.getByRole("button", { name: "同意扩大使用", exact: true }).click();
  await other.page.locator("dialog button[type=submit]").click();
  await other.page.locator(".ant-alert-success").waitFor();
  const after = await economy("GET", `/services/${service.id}`);
  expect(after.grant.fields).toHaveLength(service.grant.fields.length + 1);
  expect([...complaints, ...other.complaints]).toEqual([]);
  await other.context.close();
});
