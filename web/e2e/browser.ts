/**
 * A real browser before a running district. `BASE_URL` is where the consoles are served, with the interface at the same origin;
 * the district is a demonstration, whose people all have one password.
 */
import { AxeBuilder } from "@axe-core/playwright";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";

const BASE = (process.env.CONSOLES ?? "").replace(/\/$/, "");
const PASSWORD = process.env.GONGSHU_PASSWORD ?? "Gongshu-2026!";
export const CONSOLE = `${BASE}/console`;

export type Look = { theme?: "light" | "dark"; locale?: "zh-CN" | "en"; width?: number; height?: number; newcomer?: boolean };

export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    // The browser's own parts, such as fields for days, speak its language and not the page's.
    env: { ...process.env, LANGUAGE: "zh_CN" },
    args: ["--no-sandbox", "--disable-quic", "--disable-dev-shm-usage"],
  });
}

/** A window with this look. What the page complains about — a breach of its policy too — ends up in `complaints`. */
export async function open(
  browser: Browser,
  look: Look = {},
): Promise<{ context: BrowserContext; page: Page; complaints: string[] }> {
  const context = await browser.newContext({
    viewport: { width: look.width ?? 1366, height: look.height ?? 768 },
    locale: "zh-CN",
    reducedMotion: "reduce",
  });
  await context.addInitScript(
    ([theme, locale, newcomer]) => {
      if (!localStorage.getItem("gongshu.theme")) localStorage.setItem("gongshu.theme", theme ?? "light");
      // The tour for newcomers has its own test; elsewhere everybody has seen it.
      if (!localStorage.getItem("gongshu.tours")) localStorage.setItem("gongshu.tours", newcomer ? "" : "all");
      if (!localStorage.getItem("gongshu.locale")) localStorage.setItem("gongshu.locale", locale ?? "zh-CN");
    },
    [look.theme ?? "light", look.locale ?? "zh-CN", look.newcomer ? "yes" : ""],
  );
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    // The browser itself notes every refused request; pages are meant to show those, and tests look at that.
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  return { context, page, complaints };
}

/** Goes to a page as somebody who is not logged in, and logs in by typing where that leads; a page for everybody has a link there. */
export async function enter(page: Page, login: string, at = "/"): Promise<void> {
  await page.goto(CONSOLE + at);
  const way = page.locator("header.bar a[href*='/login']");
  await page.locator("#login").or(way).waitFor();
  if (await way.isVisible()) await way.click();
  await page.waitForURL("**/login**");
  await logIn(page, login);
}

/** Logs in by typing, and waits for the page that was asked for before. */
export async function logIn(page: Page, login: string): Promise<void> {
  await page.locator("#login").fill(login);
  await page.locator("#password").fill(PASSWORD);
  await page.locator("button[type=submit]").click();
  await page.locator("nav.rail").waitFor();
}

/** Asks the interface as this person, apart from the browser. */
export async function as(login: string) {
  const headers: Record<string, string> = { "content-type": "application/json" };
  const ask = async (method: string, path: string, body?: unknown) => {
    const answer = await fetch(`${BASE}/api/v1${path}`, {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  };
  const { token } = await ask("POST", "/sessions", { login, password: PASSWORD });
  headers.authorization = `Bearer ${token}`;
  return ask;
}

/** Waits until nothing is loading any more. */
export async function settled(page: Page): Promise<void> {
  await page.waitForLoadState("networkidle");
  await page.waitForFunction(() => document.querySelector("[aria-busy=true], .ant-skeleton, .ant-spin-spinning") === null);
}

/** Also looked at: names that leave out the visible words, which speech control cannot call, and targets too small to hit (WCAG 2.2). */
const MORE = { "label-content-name-mismatch": { enabled: true }, "target-size": { enabled: true } };

/** What breaks WCAG 2.1 A or AA on the page, each with where. */
export async function accessible(page: Page, name: string): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page })
    .options({ rules: MORE })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"])
    .analyze();
  return violations.map(({ id, nodes }) => {
    const places = nodes.slice(0, 4).map((node) => `${node.target} ${node.failureSummary}`);
    return `${name}: ${id}: ${places.join(" | ")}`;
  });
}
