// Lets Lighthouse judge the main pages for accessibility and best practices, as people see them after logging in:
//
//   npm install --no-save lighthouse@12 && BASE_URL=http://127.0.0.1:8080 node scripts/lighthouse.mjs
//
// Performance is left out: it is measured against the interface's own figures, not against a simulated telephone.
import { chromium } from "playwright-core";

const BASE = (process.env.BASE_URL ?? "http://127.0.0.1:8080").replace(/\/$/, "");
const PORT = 9333;
const WANTED = 95;
const { default: lighthouse } = await import("lighthouse");

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-quic", "--disable-dev-shm-usage", `--remote-debugging-port=${PORT}`],
});

/** Asks the interface as this person. */
async function session(login) {
  const answer = await fetch(`${BASE}/api/v1/sessions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ login, password: process.env.GONGSHU_PASSWORD ?? "Gongshu-2026!" }),
  });
  const { token } = await answer.json();
  return { token, cookie: (answer.headers.get("set-cookie") ?? "").split(";")[0] };
}

const { token, cookie } = await session("ga.cdo");
const ask = async (path) => (await fetch(`${BASE}/api/v1${path}`, { headers: { authorization: `Bearer ${token}` } })).json();
const oneCase = (await ask("/cases?procedure=sharing_request&limit=1")).items[0];
const entry = (await ask("/entries?limit=1&status=published")).items[0];

const PAGES = {
  login: ["/login", ""],
  home: ["/", cookie],
  case: [`/cases/${oneCase.id}`, cookie],
  catalogue: ["/catalogue", cookie],
  entry: [`/catalogue/${entry.id}`, cookie],
  law: ["/law", cookie],
  evidence: ["/evidence", cookie],
};

let poor = 0;
for (const [name, [address, cookie]] of Object.entries(PAGES)) {
  const { lhr } = await lighthouse(
    `${BASE}/console${address}`,
    {
      port: PORT,
      output: "json",
      logLevel: "error",
      onlyCategories: ["accessibility", "best-practices"],
      formFactor: "desktop",
    },
    {
      extends: "lighthouse:default",
      settings: {
        formFactor: "desktop",
        screenEmulation: { mobile: false, width: 1366, height: 768, deviceScaleFactor: 1, disabled: false },
        extraHeaders: cookie === "" ? {} : { cookie },
        disableStorageReset: true,
      },
    },
  );
  const scores = Object.values(lhr.categories).map(({ id, score }) => [id, Math.round((score ?? 0) * 100)]);
  if (scores.some(([, score]) => score < WANTED)) poor += 1;
  console.log(
    name.padEnd(12),
    scores.map(([id, score]) => `${id} ${score}`).join("  "),
    lhr.finalDisplayedUrl.replace(BASE, ""),
  );
  for (const audit of Object.values(lhr.audits).filter(
    ({ score, scoreDisplayMode }) => scoreDisplayMode === "binary" && score === 0,
  )) {
    console.log("  ", audit.id, "—", audit.title);
  }
}
await browser.close();
process.exitCode = poor === 0 ? 0 : 1;
