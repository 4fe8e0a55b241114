/** The first set-up of a real district: a server on an empty store, the code that it printed, three administrators, the first login. */
import { mkdirSync } from "node:fs";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { accessible, launch, open, settled } from "./browser";
import { type EmptyDistrict, emptyDistrict } from "./empty";

const PASSWORD = "a-long-password";
let browser: Browser;
let district: EmptyDistrict;

beforeAll(async () => {
  mkdirSync("shots", { recursive: true });
  browser = await launch();
  district = await emptyDistrict();
});
afterAll(async () => {
  await browser?.close();
  await district?.end();
});

test("a district without administrators shows its set-up, takes its code once, and lets them log in", async () => {
  const { context, page, complaints } = await open(browser);
  const answers: number[] = [];
  page.on("response", (answer) => {
    if (answer.request().method() === "POST" && answer.url().endsWith("/setup")) answers.push(answer.status());
  });
  await page.goto(`${district.console}/`);
  await page.waitForURL("**/setup");
  const make = page.getByRole("button", { name: "建立" });
  await page.locator("#setup-code").fill("00000-00000-00000-00000");
  await page.locator("#setup-district").fill("长宁区");
  await page.locator("#setup-area").fill("310105");
  for (const [index, role] of ["system", "security", "audit"].entries()) {
    const field = (name: string) => page.locator(`[id="setup-${role}_administrator.${name}"]`);
    await field("name").fill(`管理员${index + 1}`);
    await field("login").fill(index === 2 ? "admin1" : `admin${index}`);
    await field("password").fill(PASSWORD);
  }
  // Three different people have three different logins.
  expect(await make.isDisabled()).toBe(true);
  await page.locator('[id="setup-audit_administrator.login"]').fill("admin2");
  await page.screenshot({ path: "shots/setup.png", fullPage: true });
  complaints.push(...(await accessible(page, "setup")));
  // A wrong code sets nothing up and loses nothing that was typed.
  await make.click();
  await page.locator(".ant-alert-error", { hasText: "启动代码不对" }).waitFor();
  await page.locator("#setup-code").fill(district.code.toLowerCase().replaceAll("-", " "));
  await make.dblclick();
  await page.getByRole("link", { name: "去登录" }).click();
  expect(answers).toEqual([401, 200]);
  await page.locator("#login").fill("admin0");
  await page.locator("#password").fill(PASSWORD);
  await page.locator("button[type=submit]").click();
  await page.locator("nav.rail").waitFor();
  await settled(page);
  expect(await page.locator(".who").textContent()).toContain("系统管理员");
  // The page is of no use a second time.
  await page.goto(`${district.console}/setup`);
  await page.getByText("长宁区已建立").waitFor();
  expect(await page.locator("form").count()).toBe(0);
  expect(complaints).toEqual([]);
  await context.close();
});
