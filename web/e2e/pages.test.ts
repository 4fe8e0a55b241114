/**
 * Every page once, as somebody who uses it: nothing to complain about for axe, for the content policy or for the browser, nothing
 * wider than the screen, no word without its value, no request that fails. What the pages do has tests of its own, per slice.
 */
import { mkdirSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { accessible, as, CONSOLE, enter, type Look, launch, open, settled } from "./browser";

let browser: Browser;
/** Who looks at what: pages by their names, per person. */
let pages: Record<string, Record<string, string>>;

beforeAll(async () => {
  mkdirSync("shots", { recursive: true });
  browser = await launch();
  pages = await everyPage();
});
afterAll(() => browser?.close());

/** The addresses of all pages, with things in them that the demonstration has. */
async function everyPage(): Promise<typeof pages> {
  const [executive, economy, centre, audit] = [
    await as("mzj.executive"),
    await as("fgw.cdo"),
    await as("centre.officer"),
    await as("audit.admin"),
  ];
  const { organisation } = await executive("GET", "/me");
  const own = await executive("GET", `/entries?organisation=${organisation.id}&status=published&collected=true&limit=1`);
  const entry: string = own.items[0].id;
  const { published } = await executive("GET", `/entries/${entry}`);
  const title = `养老机构床位信息 ${crypto.randomUUID().slice(0, 8)}`;
  const draft: string = (await executive("POST", "/entries", { ...published, title })).entry.id;
  const load: string = (await executive("GET", `/entries/${entry}/loads?limit=1`)).items[0].id;
  const asked = await economy("GET", "/cases?procedure=sharing_request&mine=true&limit=1");
  const toAnswer = await (await as("ga.cdo"))("GET", "/cases?procedure=sharing_request&part=provider&ended=false&limit=1");
  const service: string = (await economy("GET", "/services?limit=1")).items[0].id;
  const others = await economy("GET", "/entries?status=published&sharing=conditional&limit=200");
  const us = (await economy("GET", "/me")).organisation.id;
  const other: string = others.items.find((one: { organisation: string }) => one.organisation !== us).id;
  const waiting = await centre("GET", "/cases?waiting_for_me=true&limit=2");
  const request = await audit("GET", "/cases?procedure=sharing_request&limit=1");
  const act: string = (await audit("GET", `/cases/${request.items[0].id}`)).timeline[0].id;
  const { use, ...call } = (await audit("GET", "/calls?outcome=served&limit=1")).items[0];
  return {
    nobody: {
      login: "/login",
      setup: "/setup",
      "law-guest": "/law",
      "law-guest-calendar": "/law?view=calendar",
      objections: `/objections?entry=${entry}`,
      "objections-follow": "/objections?view=follow",
    },
    "fgw.cdo": {
      home: "/",
      cases: "/cases",
      "cases-ended": "/cases?scope=ended",
      case: `/cases/${asked.items[0].id}`,
      help: "/help",
      "sharing-waiting": "/sharing",
      "sharing-asked": "/sharing?scope=demander",
      "sharing-ended": "/sharing?scope=ended",
      "sharing-basket-empty": "/sharing/basket",
      "sharing-key": "/sharing/key",
      "sharing-services": "/sharing/services",
      "sharing-service": `/sharing/services/${service}`,
      "sharing-ask": `/catalogue/${other}`,
      "objections-own": `/objections?entry=${other}`,
    },
    "ga.cdo": {
      "home-provider": "/",
      "case-provider": `/cases/${toAnswer.items[0].id}`,
      "sharing-provider": "/sharing?scope=provider",
      "sharing-all": "/sharing?scope=all",
    },
    "mzj.executive": {
      catalogue: "/catalogue",
      "catalogue-tree": "/catalogue/tree",
      "catalogue-links": "/catalogue/links",
      "catalogue-gaps": "/catalogue/gaps?lack=data",
      "catalogue-sources": "/catalogue/sources",
      "catalogue-new": "/catalogue/new",
      "catalogue-import": "/catalogue/import",
      "catalogue-edit": `/catalogue/${draft}/edit`,
      "catalogue-review": `/catalogue/${draft}/review`,
      "catalogue-changes": `/catalogue/${entry}/review`,
      entry: `/catalogue/${entry}`,
      "entry-data": `/catalogue/${entry}?view=data`,
      "entry-history": `/catalogue/${entry}?view=history`,
      "entry-linked": `/catalogue/${entry}?view=linked`,
      collection: "/collection",
      "collection-done": "/collection?view=collected",
      "collection-loads": "/collection?view=loads",
      "collection-hand-in": `/collection/${entry}`,
      "collection-load": `/collection/loads/${load}`,
      account: "/account",
    },
    "centre.officer": {
      "home-officer": "/",
      batch: `/batch?cases=${waiting.items.map((one: { id: string }) => one.id).join("+")}`,
      "law-articles": "/law?article=CN-18",
      "law-search": `/law?search=${encodeURIComponent("共享")}`,
      "law-procedures": "/law?view=procedures",
      "law-compare": "/law?view=compare",
      "law-calendar": "/law?view=calendar",
      "law-procedure": "/law/changning-2025/sharing_request",
    },
    "audit.admin": {
      "evidence-acts": "/evidence",
      "evidence-cases": "/evidence?view=cases",
      "evidence-calls": "/evidence?view=calls",
      "evidence-loads": "/evidence?view=loads",
      "evidence-figures": "/evidence?view=figures",
      "evidence-entry": "/evidence?entry=acts-permanent/2026/1",
      "evidence-checkpoints": "/evidence?view=checkpoints",
      "evidence-act": `/evidence?act=${act}`,
      "evidence-call": `/evidence?call=${call.id}&service=${call.service}&place=${use.period}:${use.index}`,
    },
    "system.admin": {
      time: "/time",
      administration: "/administration",
      "administration-organisations": "/administration/organisations",
      "administration-people": "/administration/people",
      "administration-clients": "/administration/clients",
      "administration-sessions": "/administration/sessions",
      "administration-policy": "/administration/policy",
      "administration-law": "/administration/law",
      "administration-amendment": "/administration/law/amendment",
    },
    "security.admin": {
      "administration-people-security": "/administration/people",
      "administration-sessions-security": "/administration/sessions",
    },
  };
}

/** The language changes words and their lengths, not the page: axe has seen it. */
const LOOKS: [string, Look, { axe: boolean; only?: RegExp }][] = [
  ["light", { theme: "light" }, { axe: true }],
  ["dark", { theme: "dark" }, { axe: true }],
  ["wide", { width: 1920, height: 1080 }, { axe: false }],
  ["english", { locale: "en" }, { axe: false }],
  ["phone", { width: 390, height: 844 }, { axe: true, only: /^(login|home|case|account|objections|law-guest)$/ }],
];

describe.each(LOOKS)("in the look %s", (name, look, { axe, only }) => {
  test("no page breaks WCAG 2.1 AA, its policy or itself", { timeout: 400_000 }, async () => {
    const found: string[] = [];
    for (const [person, addresses] of Object.entries(pages)) {
      const wanted = Object.entries(addresses).filter(([one]) => only === undefined || only.test(one));
      if (wanted.length === 0) continue;
      const { context, page, complaints } = await open(browser, look);
      if (person !== "nobody") await enter(page, person, "/help");
      const refused = refusals(page);
      for (const [one, address] of wanted) {
        await page.goto(CONSOLE + address);
        await page.locator("h1").first().waitFor();
        await settled(page);
        await page.screenshot({ path: `shots/${one}-${name}.png`, fullPage: true });
        complaints.push(...refused(one), ...(await unseemly(page, one)));
        if (axe) complaints.push(...(await accessible(page, `${one} ${name}`)));
      }
      found.push(...complaints);
      await context.close();
    }
    expect(found).toEqual([]);
  });
});

/** No answer is an answer here: nobody is logged in yet, a month has no entry in a log yet. */
const NO_ANSWERS = /^(401 \/api\/v1\/me|404 \/api\/v1\/log\/[\w-]+\/[\d-]+\/checkpoint)$/;

/** Collects requests that the district refused: a page asks for nothing that its reader may not have. */
function refusals(page: Page): (name: string) => string[] {
  let seen: string[] = [];
  page.on("response", (answer) => {
    if (answer.status() >= 400) seen.push(`${answer.status()} ${new URL(answer.url()).pathname}`);
  });
  return (name) => {
    const told = seen.filter((one) => !NO_ANSWERS.test(one));
    seen = [];
    return told.map((one) => `${name}: ${one}`);
  };
}

/** What can be told of a page without eyes: it is no wider than the screen, and its words have their values. */
async function unseemly(page: Page, name: string): Promise<string[]> {
  const [wider, words] = await page.evaluate(
    () =>
      [document.documentElement.scrollWidth - window.innerWidth, document.querySelector("#root")?.textContent ?? ""] as const,
  );
  const raw = words.match(/\{[a-z_]+\}|\bundefined\b|\bNaN\b|\[object/g) ?? [];
  return [
    ...(wider > 0 ? [`${name}: ${wider} pixels wider than the screen`] : []),
    ...raw.map((one) => `${name}: shows ${one}`),
  ];
}
