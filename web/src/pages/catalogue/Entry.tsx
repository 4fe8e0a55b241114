/** One entry with every element that the catalogue rules ask for, its items, its loads and its versions. */
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { Segmented, Tag } from "antd";
import { useState } from "react";
import type { Schemas } from "../../api/client";
import { entry, entryLoads, entryVersions } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { Scroll } from "../../parts/Scroll";
import { dayOf, minuteOf } from "../../parts/time";
import { Loaded, Nothing } from "../../shell/Faults";
import { useOrganisation } from "../docket/parts";
import { Sharing } from "./Catalogue";

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

function Whole({ view }: { view: Schemas["EntryView"] }) {
  const { t, term } = useGlossary();
  const organisation = useOrganisation();
  const [wants, setWants] = useState<"published" | "draft">("published");
  const shown = (wants === "published" ? view.published : view.draft) ?? view.published ?? view.draft;
  return (
    <>
      <header className="page-head">
        <p className="crumbs">
          <Link to="/catalogue">{t("nav.catalogue")}</Link>
        </p>
        <h1>
          <span lang="zh-CN">{view.title}</span> <Tag>{term("entry_status", view.status)}</Tag> <Sharing of={view.sharing} />
        </h1>
        <dl className="facts">
          <div>
            <dt>{t("catalogue.organisation")}</dt>
            <dd lang="zh-CN">{organisation(view.organisation)}</dd>
          </div>
          <div>
            <dt>{t("catalogue.version")}</dt>
            <dd>{view.published_version}</dd>
          </div>
          <div>
            <dt>{t("catalogue.rows")}</dt>
            <dd>{view.rows.toLocaleString("en-US")}</dd>
          </div>
          <div>
            <dt>{t("catalogue.loaded")}</dt>
            <dd>{view.loaded_at ? dayOf(view.loaded_at) : t("catalogue.not_loaded")}</dd>
          </div>
          <div>
            <dt>{t("catalogue.case")}</dt>
            <dd>
              <Link to="/cases/$id" params={{ id: view.case }}>
                {t("home.open_case")}
              </Link>
            </dd>
          </div>
        </dl>
        {view.published && view.draft && (
          <Segmented
            aria-label={t("catalogue.which")}
            value={wants}
            options={[
              { value: "published", label: t("entry_status.published") },
              { value: "draft", label: t("entry_status.draft") },
            ]}
            onChange={(value) => setWants(value === "draft" ? "draft" : "published")}
          />
        )}
      </header>
      {view.missing.length > 0 && <Lacking missing={view.missing} />}
      {shown && <Elements of={shown} />}
      {shown && <Items items={shown.items ?? []} />}
      <Loads id={view.id} />
      <Versions id={view.id} />
    </>
  );
}

function Lacking({ missing }: { missing: Schemas["Missing"][] }) {
  const { t, term } = useGlossary();
  return (
    <section className="card">
      <h2>{t("catalogue.missing")}</h2>
      <ul className="chips">
        {missing.map(({ path }) => (
          <li key={path}>{term("element", path)}</li>
        ))}
      </ul>
    </section>
  );
}

function Elements({ of }: { of: Schemas["EntryInput"] }) {
  const { t, term } = useGlossary();
  const { sharing, opening, coverage } = of;
  const rows: [string, string | null | undefined][] = [
    ["description", of.description],
    ["source", of.source],
    ["managing_unit", of.managing_unit],
    ["class", of.class],
    ["keywords", of.keywords?.join(t("list.separator"))],
    ["format", of.format && term("format", of.format)],
    ["update_cycle", of.update_cycle && term("update_cycle", of.update_cycle)],
    ["grade", of.grade && term("grade", of.grade)],
    ["coverage.area", coverage?.area],
    ["coverage.term", [coverage?.from, coverage?.until].filter(Boolean).join(t("list.until"))],
    ["sharing.kind", sharing?.kind && term("sharing", sharing.kind)],
    ["sharing.scope", sharing?.scope],
    ["sharing.usage", sharing?.usage],
    ["sharing.conditions", sharing?.conditions],
    ["sharing.reason", sharing?.reason],
    ["sharing.basis", sharing?.basis],
    ["opening.kind", opening?.kind && term("opening", opening.kind)],
    ["opening.conditions", opening?.conditions?.map((condition) => condition.text).join(t("list.separator"))],
    ["opening.reason", opening?.reason],
  ];
  return (
    <section className="card">
      <h2>{t("catalogue.elements")}</h2>
      <dl className="elements">
        {rows.map(([key, value]) => (
          <div key={key}>
            <dt>{term("element", key)}</dt>
            <dd>{value ? <span lang="zh-CN">{value}</span> : <span className="quiet">{t("value.none")}</span>}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Items({ items }: { items: Schemas["Item"][] }) {
  const { t, term } = useGlossary();
  return (
    <section className="card">
      <h2>{t("catalogue.items", { count: items.length })}</h2>
      <Scroll label={t("catalogue.items", { count: items.length })}>
        <table className="plain-table">
          <thead>
            <tr>
              <th scope="col">{t("item.code")}</th>
              <th scope="col">{t("item.name")}</th>
              <th scope="col">{t("item.kind")}</th>
              <th scope="col" className="number">
                {t("item.length")}
              </th>
              <th scope="col">{t("item.marks")}</th>
              <th scope="col">{t("item.mask")}</th>
              <th scope="col">{t("item.meaning")}</th>
            </tr>
          </thead>
          <tbody>
            {items.map((item) => (
              <tr key={item.code}>
                <td>
                  <code>{item.code}</code>
                </td>
                <td lang="zh-CN">{item.name}</td>
                <td>{term("kind", item.kind)}</td>
                <td className="number">{item.length}</td>
                <td>
                  {item.key && <Tag color="processing">{t("item.key")}</Tag>}
                  {item.required && <Tag>{t("item.required")}</Tag>}
                  {item.sensitive && <Tag color="warning">{t("item.sensitive")}</Tag>}
                </td>
                <td>{item.mask && term("mask", item.mask)}</td>
                <td lang="zh-CN">{item.meaning}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </section>
  );
}

function Loads({ id }: { id: string }) {
  const { t, term } = useGlossary();
  const loads = useQuery(entryLoads(id));
  return (
    <section className="card">
      <h2>{t("catalogue.loads")}</h2>
      <Loaded of={loads}>
        {({ items }) =>
          items.length === 0 ? (
            <Nothing>{t("catalogue.no_loads")}</Nothing>
          ) : (
            <table className="plain-table">
              <thead>
                <tr>
                  <th scope="col">{t("load.at")}</th>
                  <th scope="col">{t("load.name")}</th>
                  <th scope="col">{t("load.state")}</th>
                  <th scope="col" className="number">
                    {t("load.rows_in")}
                  </th>
                  <th scope="col" className="number">
                    {t("load.accepted")}
                  </th>
                  <th scope="col" className="number">
                    {t("load.rejected")}
                  </th>
                </tr>
              </thead>
              <tbody>
                {items.map((load) => (
                  <tr key={load.id}>
                    <td>{minuteOf(load.started_at)}</td>
                    <td>
                      <code>{load.name}</code>
                    </td>
                    <td>{term("load_state", load.state)}</td>
                    <td className="number">{load.rows_in}</td>
                    <td className="number">{load.accepted}</td>
                    <td className="number">{load.rejected}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          )
        }
      </Loaded>
    </section>
  );
}

function Versions({ id }: { id: string }) {
  const { t } = useGlossary();
  const versions = useQuery(entryVersions(id));
  return (
    <section className="card">
      <h2>{t("catalogue.versions")}</h2>
      <Loaded of={versions}>
        {({ items }) =>
          items.length === 0 ? (
            <Nothing>{t("catalogue.no_versions")}</Nothing>
          ) : (
            <ul className="over">
              {items.map((version) => (
                <li key={version.number}>
                  {t("catalogue.version_number", { number: version.number })} {minuteOf(version.at)}{" "}
                  <Link to="/evidence" search={{ act: version.act }}>
                    {t("evidence.show")}
                  </Link>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </section>
  );
}
