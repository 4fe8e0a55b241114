/** What a leaf says: in words what can be said in words, and then the text that was hashed. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { pack, service } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { Scroll } from "../../parts/Scroll";
import { minuteOf } from "../../parts/time";
import { Article, Law, useOrganisation } from "../docket/parts";

/** The parts of a leaf that are told in words. The leaf itself decides, so nothing here is taken for granted. */
interface Told {
  kind?: unknown;
  at?: unknown;
  actor?: { kind?: string; organisation?: string | null };
  caller?: { organisation?: string | null };
  case?: string;
  pack?: string;
  procedure?: string;
  act?: string;
  from?: string | null;
  to?: string;
  articles?: string[];
  expired?: { clock?: string };
  rule?: string;
  service?: string;
  outcome?: string;
  purpose?: string;
}

export function Leaf({ leaf }: { leaf: string }) {
  const { t } = useGlossary();
  const text = textOf(leaf);
  const told = read(text);
  return (
    <section className="card stack" aria-labelledby="leaf">
      <h2 id="leaf">{t("evidence.leaf")}</h2>
      {told && <InWords of={told} />}
      <p className="quiet">{t("evidence.leaf_lead")}</p>
      <details>
        <summary>{t("evidence.leaf_text")}</summary>
        <Scroll className="code" label={t("evidence.leaf_text")}>
          <pre>{told ? JSON.stringify(told, null, 2) : text}</pre>
        </Scroll>
      </details>
    </section>
  );
}

function InWords({ of }: { of: Told }) {
  const { t, term } = useGlossary();
  const organisation = useOrganisation();
  const actor = of.actor?.organisation ?? of.caller?.organisation;
  const who = actor ? organisation(actor) : of.actor?.kind ? term("actor", of.actor.kind) : undefined;
  const lines: [string, ReactNode][] = [[t("leaf.what"), <What key="what" of={of} />]];
  if (who) lines.push([t("acts.who"), <Law key="who">{who}</Law>]);
  if (typeof of.at === "string") lines.push([t("calls.at"), minuteOf(of.at)]);
  if (of.outcome) lines.push([t("calls.outcome"), term("call_outcome", of.outcome)]);
  if (of.case)
    lines.push([
      t("acts.case"),
      <Link key="case" to="/cases/$id" params={{ id: of.case }}>
        {t("leaf.open_case")}
      </Link>,
    ]);
  if (of.articles?.length && of.pack) {
    const { pack: book, articles } = of;
    lines.push([
      t("law.article"),
      <span key="articles" className="article-row">
        {articles.map((article) => (
          <Article key={article} pack={book} id={article} />
        ))}
      </span>,
    ]);
  }
  return (
    <dl className="facts">
      {lines.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** What was done: an act in the words of its pack, a call by its service, anything else by its rule. */
function What({ of }: { of: Told }) {
  const { t, term } = useGlossary();
  const book = useQuery({ ...pack(of.pack ?? ""), enabled: of.kind === "act" && of.pack !== undefined }).data;
  const called = useQuery({ ...service(of.service ?? ""), enabled: of.kind === "use" && of.service !== undefined }).data;
  if (of.kind === "use") return <Law>{called?.title ?? t("leaf.call")}</Law>;
  if (of.kind !== "act") return term("log_rule", of.rule ?? "", t("leaf.rule"));
  const procedure = book?.procedures.find((one) => one.id === of.procedure);
  const act = procedure?.acts.find((one) => one.id === of.act)?.title;
  const clock = procedure?.clocks.find((one) => one.id === of.expired?.clock)?.title;
  const state = of.from !== of.to && procedure?.states.find((one) => one.id === of.to)?.title;
  return (
    <Law>
      {[
        procedure?.title ?? of.procedure,
        act ?? (clock ? t("leaf.expired", { clock }) : of.act),
        state && t("acts.became", { state }),
      ]
        .filter(Boolean)
        .join(t("list.dot"))}
    </Law>
  );
}

function textOf(leaf: string): string {
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(leaf), (letter) => letter.charCodeAt(0)));
  } catch {
    return leaf;
  }
}

function read(text: string): Told | undefined {
  try {
    const found: unknown = JSON.parse(text);
    return typeof found === "object" && found !== null ? found : undefined;
  } catch {
    return undefined;
  }
}
