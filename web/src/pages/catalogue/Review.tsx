/** A reviewer before an entry: what would change, what there is already that is like it, and then the act. */
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { Alert } from "antd";
import type { Schemas } from "../../api/client";
import { actPapers, draftChanges, duplicates, entry, oneCase, procedure } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { Fault, Loaded } from "../../shell/Faults";
import { Acts } from "../docket/Acts";
import { Law, useOrganisation } from "../docket/parts";
import "./catalogue.css";
import { Changes } from "./Changes";
import { Items, useNames } from "./Entry";
import { asked, ELEMENTS, type Names, useElementText } from "./elements";

export function Review() {
  const { id } = useParams({ from: "/shell/catalogue/$id/review" });
  const found = useQuery(entry(id));
  return (
    <div className="page">
      <Loaded of={found} rows={12}>
        {(view) => <Whole view={view} />}
      </Loaded>
    </div>
  );
}

function Whole({ view }: { view: Schemas["EntryView"] }) {
  const { t } = useGlossary();
  const organisation = useOrganisation();
  const names = useNames(view.organisation);
  const { published, draft } = view;
  return (
    <>
      <header className="page-head">
        <p className="crumbs">
          <Link to="/catalogue">{t("nav.catalogue")}</Link>
          <Link to="/catalogue/$id" params={{ id: view.id }} lang="zh-CN">
            {view.title}
          </Link>
        </p>
        <h1>{t("review.title")}</h1>
        <p className="quiet">
          {t("review.lead")} <Law>{organisation(view.organisation)}</Law>
        </p>
      </header>
      <div className="review-columns">
        <div className="stack">
          {draft === null && <p className="quiet">{t("review.no_draft")}</p>}
          <Reason of={view.case} />
          {draft !== null && published !== null && <WhatChanges id={view.id} names={names} />}
          {draft !== null && published === null && <FirstText view={view} draft={draft} />}
        </div>
        <aside className="editor-side stack">
          <Decide id={view.case} />
          <Alike view={view} />
        </aside>
      </div>
    </>
  );
}

const REASON = "change_reason";

/** Why whoever proposed the change wants it, in their words. Only who may read the case reads them. */
function Reason({ of }: { of: string }) {
  const { t } = useGlossary();
  const proposed = useQuery(oneCase(of)).data?.timeline.findLast((act) => act.papers.includes(REASON));
  const papers = useQuery({ ...actPapers(proposed?.id ?? ""), enabled: proposed !== undefined }).data;
  if (!papers?.[REASON]) return null;
  return (
    <section className="card">
      <h2>{t("review.reason")}</h2>
      <blockquote lang="zh-CN">{papers[REASON]}</blockquote>
    </section>
  );
}

function WhatChanges({ id, names }: { id: string; names: Names }) {
  const { t } = useGlossary();
  const found = useQuery(draftChanges(id));
  return (
    <Loaded of={found} rows={8}>
      {(view) => (
        <section className="card stack">
          <h2>{t("changes.title")}</h2>
          <Impact view={view} />
          <Changes changes={view.changes} names={names} />
        </section>
      )}
    </Loaded>
  );
}

/** Whom the change touches: who shares already must not be surprised. */
function Impact({ view }: { view: Schemas["Changes"] }) {
  const { t } = useGlossary();
  const loud = view.narrows || view.affects_services;
  if (!loud && view.disturbed.length === 0) return null;
  return (
    <Alert
      type={loud ? "warning" : "info"}
      showIcon
      title={t(view.affects_services ? "impact.services" : "impact.title", { count: view.running_services })}
      description={
        <ul>
          {view.narrows && <li>{t("impact.narrows")}</li>}
          {view.disturbed.length > 0 && (
            <li>
              {t("impact.disturbed")} <code>{view.disturbed.join(", ")}</code>
            </li>
          )}
        </ul>
      }
    />
  );
}

/** A first publication has nothing to be compared with: the draft itself is read. */
function FirstText({ view, draft }: { view: Schemas["EntryView"]; draft: Schemas["EntryInput"] }) {
  const { t, term } = useGlossary();
  const text = useElementText(useNames(view.organisation));
  return (
    <>
      <section className="card">
        <h2>{t("review.first")}</h2>
        <dl className="elements">
          {ELEMENTS.filter((path) => asked(path, draft)).map((path) => (
            <div key={path}>
              <dt>{term("element", path)}</dt>
              <dd className="lines">
                <Law>{text(path, draft) ?? t("value.none")}</Law>
              </dd>
            </div>
          ))}
        </dl>
      </section>
      <Items items={draft.items ?? []} />
    </>
  );
}

/** Entries that may be about the same, and what they have in common: data is catalogued once. */
function Alike({ view }: { view: Schemas["EntryView"] }) {
  const { t } = useGlossary();
  const found = useQuery(duplicates(view.id));
  return (
    <section className="card" aria-labelledby="alike">
      <h2 id="alike">{t("review.alike")}</h2>
      <p className="quiet">{t("review.alike_by")}</p>
      <Loaded of={found}>
        {({ items }) => {
          if (items.length === 0) return <p>{t("review.alike_none")}</p>;
          return (
            <ul className="over">
              {items.map((one) => (
                <OneAlike key={one.entry.id} one={one} />
              ))}
            </ul>
          );
        }}
      </Loaded>
    </section>
  );
}

function OneAlike({ one }: { one: Schemas["Duplicate"] }) {
  const { t, term } = useGlossary();
  const organisation = useOrganisation();
  const { entry: other, shared_items: shared, shared_item_count: count } = one;
  return (
    <li>
      <Link to="/catalogue/$id" params={{ id: other.id }} lang="zh-CN">
        {other.title}
      </Link>{" "}
      <strong>{t("review.alike_score", { score: one.score })}</strong>
      <small className="quiet below">
        <Law>{organisation(other.organisation)}</Law>
        {t("list.dot")}
        {term("entry_status", other.status)}
      </small>
      {one.same_title && <small className="below">{t("review.alike_title")}</small>}
      {!one.same_title && one.title_parts.length > 0 && (
        <small className="below">
          {t("review.alike_parts")} <Law>{one.title_parts.join("、")}</Law>
        </small>
      )}
      {count > 0 && (
        <small className="below">
          {t("review.alike_items", { count })} <Law>{shared.join("、")}</Law>
        </small>
      )}
    </li>
  );
}

/** The acts of the entry's case, as on the page of the case. */
function Decide({ id }: { id: string }) {
  const { term } = useGlossary();
  const found = useQuery(oneCase(id));
  const view = found.data;
  const page = useQuery({ ...procedure(view?.pack ?? "", view?.procedure ?? ""), enabled: view !== undefined }).data;
  if (found.error) return <Fault error={found.error} />;
  if (view === undefined) return null;
  const lists = [
    ...(page?.acts ?? []).flatMap((act) => [...act.papers, ...act.guards, ...act.unless, ...act.by, ...act.from]),
    ...(page?.states ?? []),
  ];
  const name = (one: string) => lists.find((item) => item.id === one)?.title ?? term("paper", one);
  return <Acts view={view} page={page} name={name} />;
}
