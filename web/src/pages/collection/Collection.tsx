/** What an organisation has to hand in and has handed in: its entries, those without data first, and every file that it sent. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Segmented } from "antd";
import type { Schemas } from "../../api/client";
import { entries, loadsOf, me } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { type At, List } from "../../parts/List";
import { OrganisationSelect } from "../../parts/OrganisationSelect";
import { Select } from "../../parts/Select";
import { Table } from "../../parts/Table";
import { dayOf } from "../../parts/time";
import { Nothing } from "../../shell/Faults";
import "./collection.css";
import { LoadLines } from "./parts";

const VIEWS = ["waiting", "collected", "loads"] as const;
const STATES = ["running", "accepted", "refused", "stopped"] as const;

export function Collection() {
  const { t, term } = useGlossary();
  const search = useSearch({ from: "/shell/collection" });
  const navigate = useNavigate({ from: "/collection" });
  const own = useQuery(me).data?.organisation?.id;
  const of = search.organisation ?? own;
  const view = VIEWS.find((one) => one === search.view) ?? "waiting";
  const go = (change: Partial<typeof search>) => void navigate({ search: { ...search, page: undefined, ...change } });
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
          onChange={(value) => go({ view: value, state: undefined })}
        />
        <OrganisationSelect label={t("catalogue.organisation")} value={of} choose={(organisation) => go({ organisation })} />
        {view === "loads" && (
          <Select
            allowClear
            aria-label={t("load.state")}
            placeholder={t("load.state")}
            value={search.state ?? null}
            options={STATES.map((value) => ({ value, label: term("load_state", value) }))}
            onChange={(state) => go({ state: state ?? undefined })}
          />
        )}
      </div>
      <section className="card">
        {of === undefined ? (
          <Nothing>{t("collection.choose_organisation")}</Nothing>
        ) : view === "loads" ? (
          <Loads of={of} />
        ) : (
          <Entries of={of} collected={view === "collected"} mine={of === own} />
        )}
      </section>
    </div>
  );
}

function Entries({ of, collected, mine }: { of: string; collected: boolean; mine: boolean }) {
  const { t } = useGlossary();
  const filter = { organisation: of, status: "published" as const, collected };
  return (
    <List
      query={(offset, limit) => entries({ ...filter, offset, limit })}
      at={useAt()}
      empty={t(collected ? "collection.none_collected" : "collection.none_waiting")}
    >
      {({ items }) => <Lines lines={items} mine={mine} />}
    </List>
  );
}

function Loads({ of }: { of: string }) {
  const { t } = useGlossary();
  const { state } = useSearch({ from: "/shell/collection" });
  return (
    <List
      query={(offset, limit) => loadsOf({ organisation: of, state, offset, limit })}
      at={useAt()}
      empty={t(state === undefined ? "collection.no_loads" : "collection.no_loads_so")}
    >
      {({ items }) => <LoadLines loads={items} entries />}
    </List>
  );
}

function useAt(): At {
  const search = useSearch({ from: "/shell/collection" });
  const navigate = useNavigate({ from: "/collection" });
  return { page: search.page ?? 1, go: (page) => void navigate({ search: { ...search, page } }) };
}

function Lines({ lines, mine }: { lines: Schemas["EntryLine"][]; mine: boolean }) {
  const { t } = useGlossary();
  return (
    <Table
      label={t("nav.collection")}
      columns={[t("catalogue.entry"), t("catalogue.loaded"), { number: t("catalogue.rows") }, { hidden: t("items.acts") }]}
    >
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
    </Table>
  );
}
