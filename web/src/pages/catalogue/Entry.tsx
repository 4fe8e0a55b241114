/** One entry: every element in the order of the standard, its items, its data, its history, and what is linked to it. */
import { useQuery } from "@tanstack/react-query";
import { Link, useParams, useSearch } from "@tanstack/react-router";
import { Alert, Segmented, Tag } from "antd";
import { useState } from "react";
import type { Schemas } from "../../api/client";
import { duties, entry, me, oneCase, systems } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { Table } from "../../parts/Table";
import { dayOf } from "../../parts/time";
import { Loaded } from "../../shell/Faults";
import { Data } from "../collection/Data";
import { useOrganisation } from "../docket/parts";
import { AddToBasket } from "../sharing/AddToBasket";
import { Sharing } from "./Catalogue";
import "./catalogue.css";
import { asked, ELEMENTS, type Names, useElementText } from "./elements";
import { useWrites } from "./Head";
import { History } from "./History";
import { Linked } from "./Linked";

export function Entry() {
  const { id } = useParams({ from: "/shell/catalogue/$id" });
  const found = useQuery(entry(id));
  return (
    <div className="page">
      <Loaded of={found} rows={12}>
        {(view) => <Whole view={view} />}
      </Loaded>
    </div>
  );
}

const VIEWS = ["elements", "data", "history", "linked"] as const;

function Whole({ view }: { view: Schemas["EntryView"] }) {
  const { t, term } = useGlossary();
  const search = useSearch({ from: "/shell/catalogue/$id" });
  const shown = VIEWS.find((one) => one === search.view) ?? "elements";
  return (
    <>
      <EntryHead view={view} />
      {search.done === "submitted" && <Alert type="success" showIcon role="status" title={t("editor.submitted")} />}
      <nav aria-label={t("catalogue.parts")}>
        <ul className="subnav">
          {VIEWS.map((one) => (
            <li key={one}>
              <Link
                to="/catalogue/$id"
                params={{ id: view.id }}
                search={one === "elements" ? {} : { view: one }}
                activeOptions={{ exact: true }}
                aria-current={one === shown ? "page" : undefined}
                className={one === shown ? "active" : ""}
              >
                {term("entry_view", one)}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      {shown === "elements" && <Texts view={view} />}
      {shown === "data" && <Data view={view} />}
      {shown === "history" && <History view={view} />}
      {shown === "linked" && <Linked view={view} />}
    </>
  );
}

/** Duties and systems of the entry's organisation by id, in words. */
export function useNames(organisation: string): Names {
  const known: { id: string; name: string }[] = [
    ...(useQuery(duties(organisation)).data?.items ?? []),
    ...(useQuery(systems(organisation)).data?.items ?? []),
  ];
  return (id) => known.find((one) => one.id === id)?.name;
}

function EntryHead({ view }: { view: Schemas["EntryView"] }) {
  const { t, term } = useGlossary();
  const organisation = useOrganisation();
  const writes = useWrites(view.organisation);
  // The case of an entry is shown to its organisation and to offices; nobody else asks for it.
  const known = useQuery(me).data;
  const sees = known?.office != null || known?.organisation?.id === view.organisation;
  const the = useQuery({ ...oneCase(view.case), retry: false, enabled: sees }).data;
  const mine = the?.possible.some((act) => act.by.some((role) => the.my_roles.includes(role)));
  return (
    <header className="page-head">
      <p className="crumbs">
        <Link to="/catalogue">{t("nav.catalogue")}</Link>
        <Link to="/catalogue" search={{ organisation: view.organisation }} lang="zh-CN">
          {organisation(view.organisation)}
        </Link>
      </p>
      <div className="card-head flush">
        <h1>
          <span lang="zh-CN">{view.title}</span> <Tag>{term("entry_status", view.status)}</Tag> <Sharing of={view.sharing} />
        </h1>
        <div className="filters">
          {writes && (
            <Link to="/collection/$entry" params={{ entry: view.id }} className="as-button">
              {t("collection.hand_in")}
            </Link>
          )}
          {writes && view.status !== "withdrawn" && (
            <Link to="/catalogue/$id/edit" params={{ id: view.id }} className="as-button">
              {t("editor.edit")}
            </Link>
          )}
          {view.status === "published" && !writes && (
            <Link to="/objections" search={{ entry: view.id }} className="as-button">
              {t("objection.raise")}
            </Link>
          )}
          {the && !the.ended && mine && !writes && (
            <Link to="/catalogue/$id/review" params={{ id: view.id }} className="as-button main">
              {t("review.open")}
            </Link>
          )}
        </div>
      </div>
      <dl className="facts">
        <div>
          <dt>{t("catalogue.version")}</dt>
          <dd>{view.published_version || t("value.none")}</dd>
        </div>
        <div>
          <dt>{t("catalogue.rows")}</dt>
          <dd className="number">{view.loaded_at ? view.rows.toLocaleString("en-US") : t("value.none")}</dd>
        </div>
        <div>
          <dt>{t("catalogue.loaded")}</dt>
          <dd>{view.loaded_at ? dayOf(view.loaded_at) : t("catalogue.not_loaded")}</dd>
        </div>
        {the && (
          <div>
            <dt>{t("catalogue.case")}</dt>
            <dd>
              <Link to="/cases/$id" params={{ id: view.case }} lang="zh-CN">
                {the.state_title}
              </Link>
            </dd>
          </div>
        )}
      </dl>
    </header>
  );
}

function Texts({ view }: { view: Schemas["EntryView"] }) {
  const { t } = useGlossary();
  const [wants, setWants] = useState<"published" | "draft">("published");
  const shown = (wants === "published" ? view.published : view.draft) ?? view.published ?? view.draft;
  const differs = view.published && view.draft && JSON.stringify(view.published) !== JSON.stringify(view.draft);
  return (
    <>
      {differs && (
        <div className="filters">
          <Segmented
            aria-label={t("catalogue.which")}
            value={wants}
            options={[
              { value: "published", label: t("entry_status.published") },
              { value: "draft", label: t("entry_status.draft") },
            ]}
            onChange={(value) => setWants(value === "draft" ? "draft" : "published")}
          />
          <Link to="/catalogue/$id/review" params={{ id: view.id }}>
            {t("review.compare")}
          </Link>
        </div>
      )}
      {view.missing.length > 0 && <Lacking missing={view.missing} />}
      {shown && <Elements of={shown} organisation={view.organisation} />}
      {shown && <Items items={shown.items ?? []} />}
      <AddToBasket view={view} />
    </>
  );
}

function Lacking({ missing }: { missing: Schemas["Missing"][] }) {
  const { t, term } = useGlossary();
  // Lacking parts of items are told once, not once a row.
  const paths = [...new Set(missing.map(({ path }) => path.replace(/\[\d+\].*/, "")))];
  return (
    <section className="card">
      <h2>{t("catalogue.missing")}</h2>
      <ul className="chips">
        {paths.map((path) => (
          <li key={path}>{term("element", path)}</li>
        ))}
      </ul>
    </section>
  );
}

function Elements({ of, organisation }: { of: Schemas["EntryInput"]; organisation: string }) {
  const { t, term } = useGlossary();
  const text = useElementText(useNames(organisation));
  const link = (path: string): Record<string, string> | undefined => {
    const id = path === "duty" ? of.duty : path === "system" ? of.system : undefined;
    return id ? { organisation, [path]: id } : undefined;
  };
  return (
    <section className="card">
      <h2>{t("catalogue.elements")}</h2>
      <dl className="elements">
        {ELEMENTS.filter((path) => path !== "title" && asked(path, of)).map((path) => {
          const value = text(path, of);
          const to = link(path);
          return (
            <div key={path}>
              <dt>{term("element", path)}</dt>
              <dd className="lines">
                {value === null && <span className="quiet">{t("value.none")}</span>}
                {value !== null && to && (
                  <Link to="/catalogue" search={to} lang="zh-CN">
                    {value}
                  </Link>
                )}
                {value !== null && !to && <span lang="zh-CN">{value}</span>}
              </dd>
            </div>
          );
        })}
      </dl>
    </section>
  );
}

export function Items({ items }: { items: Schemas["Item"][] }) {
  const { t, term } = useGlossary();
  return (
    <section className="card">
      <h2>{t("catalogue.items", { count: items.length })}</h2>
      <Table
        className="items-table"
        label={t("catalogue.items", { count: items.length })}
        columns={[
          t("item.code"),
          t("item.name"),
          t("item.kind"),
          { number: t("item.length") },
          t("item.marks"),
          t("item.mask"),
          t("item.meaning"),
        ]}
      >
        {items.map((item) => (
          <tr key={item.code}>
            <td>
              <code>{item.code}</code>
            </td>
            <td lang="zh-CN">{item.name}</td>
            <td>{term("kind", item.kind)}</td>
            <td className="number">{item.length ?? t("value.none")}</td>
            <td className="marks">
              {item.key && <Tag color="processing">{t("item.key")}</Tag>}
              {item.required && <Tag>{t("item.required")}</Tag>}
              {item.sensitive && <Tag color="warning">{t("item.sensitive")}</Tag>}
              {item.grade && <Tag>{term("grade", item.grade)}</Tag>}
            </td>
            <td>{item.mask ? term("mask", item.mask) : t("value.none")}</td>
            <td lang="zh-CN">{item.meaning}</td>
          </tr>
        ))}
      </Table>
    </section>
  );
}
