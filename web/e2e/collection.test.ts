/** Handing data in by clicking: dropped and chosen files, what came of them, and what happens on the way when something breaks. */
import { mkdirSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { as, CONSOLE, enter, launch, open, settled } from "./browser";

let browser: Browser;
let entry = "";

/** An entry of this file's own, published, so that nobody else's data is touched. */
beforeAll(async () => {
  mkdirSync("shots", { recursive: true });
  browser = await launch();
  const executive = await as("mzj.executive");
  const me = await executive("GET", "/me");
  const { items } = await executive("GET", `/entries?organisation=${me.organisation.id}&status=published&limit=1`);
  const { published } = await executive("GET", `/entries/${items[0].id}`);
  const item = { length: null, meaning: "说明", key: false, required: false, sensitive: false };
  const drafted = await executive("POST", "/entries", {
    ...published,
    title: `社区食堂信息 ${crypto.randomUUID().slice(0, 8)}`,
    items: [
      { ...item, code: "code", name: "编号", kind: "text", length: 20, key: true, required: true },
      { ...item, code: "manager", name: "负责人", kind: "text", length: 20, sensitive: true, mask: "name" },
      { ...item, code: "seats", name: "座位数", kind: "integer" },
    ],
  });
  entry = drafted.entry.id;
  await executive("POST", `/entries/${entry}/submission`, { act: "submit" });
  const centre = await as("centre.officer");
  const possible = await centre("GET", `/cases/${drafted.entry.case}/possible`);
  const publish = possible.find((one: { to: string; blocked: unknown }) => one.to === "published" && !one.blocked);
  await centre("POST", `/cases/${drafted.entry.case}/acts`, { act: publish.act });
});
afterAll(() => browser?.close());

const csv = (name: string, rows: string[], header = "code,manager,seats") => ({
  name,
  mimeType: "text/csv",
  buffer: Buffer.from(`${header}\n${rows.join("\n")}\n`),
});
const GOOD = csv("食堂.csv", ["A-1,王小明,40", "A-2,李华,60", "A-3,赵一,25"]);

async function choose(page: Page, file: { name: string; mimeType: string; buffer: Buffer }) {
  await page.locator("input[type=file]").setInputFiles(file);
  await page.getByRole("button", { name: "开始归集" }).click();
}

const loads = async () => (await as("mzj.executive"))("GET", `/entries/${entry}/loads`);

test("a dropped file is understood, its rows add up, the bad ones are told with their reasons, and the rest is seen under its masks", async () => {
  const { context, page, complaints } = await open(browser);
  await enter(page, "mzj.executive", `/collection/${entry}`);
  await page.locator(".drop").waitFor();
  const rows = [
    "B-1,王小明,40",
    "B-2,李华,六十",
    ",赵一,25",
    "B-3,这个名字长得超过了二十个字所以不能当作一个人的名字收下来,30",
  ];
  await page.evaluate(
    ([name, text]) => {
      const data = new DataTransfer();
      data.items.add(new File([text ?? ""], name ?? "", { type: "text/csv" }));
      document
        .querySelector(".drop")
        ?.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
    },
    [
      "食堂 2026.csv",
      `code,manager,seats\n${rows.join("\n")}\n${Array.from({ length: 40 }, (_, i) => `C-${i},周三,${i}`).join("\n")}\n`,
    ],
  );
  await page.getByRole("button", { name: "开始归集" }).click();
  await page.waitForURL("**/collection/loads/**");
  await page.getByText("已入库 41 行，剔除 3 行。").waitFor();
  for (const reason of ["与信息项类型不符", "必填项为空", "超过规定长度"])
    await page.locator("td", { hasText: reason }).first().waitFor();
  await page.getByText("44 = 41 + 3").waitFor();
  await page.getByText("UTF-8").first().waitFor();
  await settled(page);
  await page.screenshot({ path: "shots/collection-load.png", fullPage: true });
  await page.goto(`${CONSOLE}/catalogue/${entry}?view=data`);
  await page.locator("td", { hasText: "王**" }).waitFor();
  expect(await page.getByText("王小明").count()).toBe(0);
  expect(complaints).toEqual([]);
  await context.close();
});

test("the answer was lost: the page says so, keeps the file, and going on stores nothing twice", async () => {
  const { context, page } = await open(browser);
  await enter(page, "mzj.executive", `/collection/${entry}`);
  const before = (await loads()).total;
  const keys: (string | undefined)[] = [];
  await page.route("**/loads?name=*", async (route) => {
    keys.push(route.request().headers()["idempotency-key"]);
    await route.fetch();
    return route.abort("connectionreset");
  });
  await choose(page, GOOD);
  await page.getByText("与平台的连接中断").waitFor();
  await settled(page);
  await page.screenshot({ path: "shots/collection-lost.png" });
  await page.getByRole("button", { name: "继续上传" }).click();
  await page.waitForURL("**/collection/loads/**");
  expect((await loads()).total).toBe(before + 1);
  // The district had it already; nothing was sent a second time.
  expect(new Set(keys).size).toBe(1);
  expect(page.url()).toContain(keys[0]);
  await context.close();
});

test("the sending broke off: going on sends the same file under the same number", async () => {
  const { context, page } = await open(browser);
  await enter(page, "mzj.executive", `/collection/${entry}`);
  const before = (await loads()).total;
  const keys: (string | undefined)[] = [];
  await page.route("**/loads?name=*", (route) => {
    keys.push(route.request().headers()["idempotency-key"]);
    return keys.length === 1 ? route.abort("connectionreset") : route.continue();
  });
  await choose(page, GOOD);
  await page.getByRole("button", { name: "继续上传" }).click();
  await page.waitForURL("**/collection/loads/**");
  expect(keys).toHaveLength(2);
  expect(keys[1]).toBe(keys[0]);
  expect((await loads()).total).toBe(before + 1);
  await context.close();
});

test("the page was reloaded while a file was under way: it asks for the file again and keeps its number", async () => {
  const { context, page } = await open(browser);
  await enter(page, "mzj.executive", `/collection/${entry}`);
  let first: string | undefined;
  await page.route("**/loads?name=*", (route) => {
    if (first !== undefined) return route.continue();
    first = route.request().headers()["idempotency-key"];
    // Never answered: the page is left while the file is under way.
  });
  await choose(page, GOOD);
  await page.locator(".way").waitFor();
  await page.reload();
  await page.getByText("上次的文件没有传完：食堂.csv").waitFor();
  await settled(page);
  await page.screenshot({ path: "shots/collection-choose-again.png" });
  await choose(page, GOOD);
  await page.waitForURL("**/collection/loads/**");
  expect(page.url()).toContain(first);
  await context.close();
});

test("the page was left after the file had arrived: coming back leads to what became of it", async () => {
  const { context, page } = await open(browser);
  await enter(page, "mzj.executive", `/collection/${entry}`);
  await page.route("**/loads?name=*", async (route) => {
    await route.fetch();
    // The district has it; the page never hears of it.
  });
  await choose(page, GOOD);
  await page.locator(".way").waitFor();
  await expect.poll(async () => (await loads()).items[0].state).toBe("accepted");
  await page.reload();
  await page.waitForURL("**/collection/loads/**");
  await page.getByText("已入库 3 行").waitFor();
  await context.close();
});

test.each([
  ["PDF 改名.csv", Buffer.from("%PDF-1.7\n%âãÏÓ\n1 0 obj\n<<>>\nendobj\n"), "实际内容是PDF 文档"],
  ["压缩包.xlsx", Buffer.from("PK\u0003\u0004 not a workbook"), "实际内容是ZIP 压缩包"],
  ["网页.xlsx", Buffer.from("<html><body><table><tr><td>1</td></tr></table></body></html>"), "网页（HTML）"],
  ["多一列.csv", Buffer.from("code,manager,seats,secret\nA,B,1,2\n"), "表头的列“secret”不在目录中"],
  ["少一列.csv", Buffer.from("manager,seats\nB,1\n"), "表头缺少必填列“code”"],
])("%s is refused in people's words, and another file can follow", async (name, buffer, words) => {
  const { context, page, complaints } = await open(browser);
  await enter(page, "mzj.executive", `/collection/${entry}`);
  await choose(page, { name, mimeType: "application/octet-stream", buffer });
  const alert = page.locator(".ant-alert-error");
  await alert.waitFor();
  const said = (await alert.locator(".ant-alert-title").textContent()) ?? "";
  expect(said).toContain(words);
  await page.screenshot({ path: `shots/collection-refused-${name.split(".")[0]}.png` });
  await choose(page, GOOD);
  await page.waitForURL("**/collection/loads/**");
  expect(complaints).toEqual([]);
  await context.close();
});
