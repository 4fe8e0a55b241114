// Measures what people feel: from the key or click to the next painted frame, as the browser itself reports it (Event Timing),
// while somebody works with the lists of a large district. Prints one line of JSON for each interaction.
//
//   BASE_URL=http://127.0.0.1:8080 LOGIN=ga.cdo PASSWORD=… node scripts/interactions.mjs
import { chromium } from "playwright-core";

const { BASE_URL = "http://127.0.0.1:8080", LOGIN = "ga.cdo", PASSWORD = "Gongshu-2026!", CHROMIUM } = process.env;

const browser = await chromium.launch({
  executablePath: CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-quic", "--disable-dev-shm-usage"],
});
const page = await browser.newPage({ viewport: { width: 1366, height: 768 }, locale: "zh-CN", reducedMotion: "reduce" });
await page.addInitScript(() => {
  globalThis.slowest = 0;
  new PerformanceObserver((list) => {
    for (const { duration, interactionId } of list.getEntries()) {
      if (interactionId > 0) globalThis.slowest = Math.max(globalThis.slowest, duration);
    }
  }).observe({ type: "event", durationThreshold: 16, buffered: true });
});

async function settled() {
  await page.waitForLoadState("networkidle");
  await page.waitForFunction(() => document.querySelector("[aria-busy=true], .ant-skeleton") === null);
}

/** Does something and tells the slowest interaction in it; what stays under the browser's threshold of 16 ms counts as that. */
async function measured(what, work) {
  await settled();
  await page.evaluate(() => {
    globalThis.slowest = 0;
  });
  await work();
  await settled();
  await page.waitForTimeout(100);
  console.log(JSON.stringify({ what, interaction: Math.max(16, await page.evaluate(() => globalThis.slowest)) }));
}

/** Opens an address and tells when its first data stood on the page. */
async function opened(what, address, first) {
  const begun = performance.now();
  await page.goto(`${BASE_URL}/console${address}`);
  await page.locator(first).first().waitFor();
  console.log(JSON.stringify({ what, opened: Math.round(performance.now() - begun) }));
}

await page.goto(`${BASE_URL}/console/login`);
await page.locator("#login").fill(LOGIN);
await page.locator("#password").fill(PASSWORD);
await page.locator("button[type=submit]").click();
await page.locator("nav.rail").waitFor();

await opened("home opened until its first case", "/", 'main a[href*="/cases/"]');
await opened("cases opened until the first line", "/cases", 'main a[href*="/cases/"]');
await measured("cases: next page", () => page.locator(".ant-pagination-next").first().click());
await measured("cases: a case opened", () => page.locator('main a[href*="/cases/"]').first().click());
await opened("catalogue opened until the first line", "/catalogue", 'main a[href*="/catalogue/"]');
await measured("catalogue: next page", () => page.locator(".ant-pagination-next").first().click());
await measured("catalogue: a search typed", async () => {
  await page.locator("main input").first().click();
  await page.keyboard.type("77777", { delay: 60 });
  await page.keyboard.press("Enter");
});
await measured("palette: opened and searched", async () => {
  await page.keyboard.press("Control+k");
  await page.keyboard.type("CN-18", { delay: 60 });
});
await browser.close();
