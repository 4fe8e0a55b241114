/** The auditor's explorer: a call is found, its proof is drawn and holds, an altered one does not, and the file verifies elsewhere. */
import { mkdirSync, readFileSync } from "node:fs";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { as, enter, launch, open, settled } from "./browser";

let browser: Browser;
beforeAll(async () => {
  mkdirSync("shots", { recursive: true });
  browser = await launch();
});
afterAll(() => browser?.close());

test("an auditor finds a call by its outcome, sees both trees hold in the browser, and takes the evidence along", async () => {
  const { context, page, complaints } = await open(browser);
  await enter(page, "audit.admin", "/evidence?view=calls&outcome=served");
  await page.locator("tbody tr").first().waitFor();
  await page.locator("tbody tr td:last-child a").first().click();
  await page.getByText("核验通过", { exact: true }).waitFor();
  expect(await page.locator(".verdicts .ant-tag-success").count()).toBe(6);
  expect(await page.locator(".way li").count()).toBeGreaterThan(2);
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "下载证据文件" }).click(),
  ]);
  const file = JSON.parse(readFileSync(await download.path(), "utf8"));
  expect(file.format).toBe("gongshu-evidence/1");
  expect(complaints).toEqual([]);
  await context.close();
});

test("an auditor opens a case, sees each of its acts with its place in the log, and proves one", async () => {
  const { context, page, complaints } = await open(browser);
  await enter(page, "audit.admin", "/evidence?procedure=sharing_request");
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
