/** What an organisation has to hand in and has handed in: its entries, those without data first. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Pagination, Segmented, Select } from "antd";
import type { Schemas } from "../../api/client";
import { entries, me, organisations } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { Scroll } from "../../parts/Scroll";
import { dayOf } from "../../parts/time";
import { Loaded, Nothing } from "../../shell/Faults";
import "./collection.css";

const PAGE = 15;
const VIEWS = ["waiting", "collected"] as const;

export function Collection() {
  const { t, term } = useGlossary();
  const search = useSearch({ from: "/shell/collection" });
  const navigate = useNavigate({ from: "/collection" });
  const all = useQuery(organisations).data?.items ?? [];
  const known = useQuery(me).data;
  const of = search.organisation ?? known?.organisation?.id;
  const { page = 1 } = search;
  const view = VIEWS.find((one) => one === search.view) ?? "waiting";
  const found = useQuery({
    ...entries({
      organisation: of,
      status: "published",
      collected: view === "collected",
      offset: (page - 1) * PAGE,
      limit: PAGE,
    }),
    enabled: of !== undefined,
    placeholderData: (before) => before,
  });
  return (
    <div className="page">
      <header className="page-head">
        <h1>{t("nav.collection")}</h1>
        <p className="quiet">{t("collection.lead")}</p>
      </header>
      <div className="filters">
        <Segmented
          aria-label={t("collection.which")}
          value={view}
          options={VIEWS.map((value) => ({ value, label: term("collection_view", value) }))}
          onChange={(value) => void navigate({ search: { ...search, page: undefined, view: value } })}
        />
        <Select
          className="wide"
          showSearch={{ optionFilterProp: "label" }}
          aria-label={t("catalogue.organisation")}
          value={of ?? null}
          options={all.map(({ id, name }) => ({ value: id, label: name }))}
          onChange={(organisation) =>
            void navigate({ search: { ...search, page: undefined, organisation: organisation ?? undefined } })
          }
        />
      </div>
      <section className="card" aria-label={term("collection_view", view)}>
        <Loaded of={found} rows={8}>
          {({ items, total }) =>
            total === 0 ? (
              <Nothing>{t(view === "waiting" ? "collection.none_waiting" : "collection.none_collected")}</Nothing>
            ) : (
              <>
                <Lines lines={items} mine={of === known?.organisation?.id} />
                {total > PAGE && (
                  <Pagination
                    size="small"
                    align="end"
                    current={page}
                    pageSize={PAGE}
                    total={total}
                    showSizeChanger={false}
                    onChange={(next) => void navigate({ search: { ...search, page: next } })}
                  />
                )}
              </>
            )
          }
        </Loaded>
      </section>
    </div>
  );
}

function Lines({ lines, mine }: { lines: Schemas["EntryLine"][]; mine: boolean }) {
  const { t } = useGlossary();
  return (
    <Scroll label={t("nav.collection")}>
      <table className="plain-table">
        <thead>
          <tr>
            <th scope="col">{t("catalogue.entry")}</th>
            <th scope="col">{t("catalogue.loaded")}</th>
            <th scope="col" className="number">
              {t("catalogue.rows")}
            </th>
            <th scope="col">
              <span className="hidden">{t("items.acts")}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => (
            <tr key={line.id}>
              <td>
                <Link to="/catalogue/$id" params={{ id: line.id }} search={{ view: "data" }} lang="zh-CN">
                  {line.title}
                </Link>
              </td>
              <td className="number-left">
                {line.loaded_at ? dayOf(line.loaded_at) : <span className="quiet">{t("catalogue.not_loaded")}</span>}
              </td>
              <td className="number">{line.loaded_at ? line.rows.toLocaleString("en-US") : t("value.none")}</td>
              <td className="row-acts">
                {mine && (
                  <Link
                    to="/collection/$entry"
                    params={{ entry: line.id }}
                    className="as-button"
                    aria-label={t("collection.hand_in_for", { title: line.title })}
                  >
                    {t("collection.hand_in")}
                  </Link>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
