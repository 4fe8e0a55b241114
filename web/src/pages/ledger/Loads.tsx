/** What was handed in, in the whole district or by one organisation; each accepted file leads to its certificate and to its proof. */
import { Link } from "@tanstack/react-router";
import { loadsOf } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { List } from "../../parts/List";
import { OrganisationSelect } from "../../parts/OrganisationSelect";
import { Select } from "../../parts/Select";
import { Table } from "../../parts/Table";
import { minuteOf } from "../../parts/time";
import { LoadState } from "../collection/parts";
import { useExplorer } from "./filters";

const STATES = ["running", "accepted", "refused", "stopped"];

export function Loads() {
  const { t, term } = useGlossary();
  const { search, set } = useExplorer();
  const { organisation, state, page = 1 } = search;
  return (
    <>
      <div className="filters">
        <OrganisationSelect
          label={t("ledger.organisation")}
          none={t("ledger.all_organisations")}
          value={organisation}
          choose={(chosen) => set({ organisation: chosen })}
        />
        <Select
          className="narrow"
          allowClear
          aria-label={t("load.state")}
          placeholder={t("load.state")}
          value={state ?? null}
          options={STATES.map((value) => ({ value, label: term("load_state", value) }))}
          onChange={(value) => set({ state: value ?? undefined })}
        />
      </div>
      <section className="card">
        <List
          query={(offset, limit) => loadsOf({ organisation, district: organisation === undefined, state, offset, limit })}
          at={{ page, go: (next) => set({ page: next }) }}
          empty={t(state === undefined ? "collection.no_loads" : "collection.no_loads_so")}
        >
          {({ items }) => (
            <Table
              label={t("catalogue.loads")}
              columns={[
                t("load.at"),
                t("load.name"),
                t("catalogue.entry"),
                t("load.state"),
                { number: t("load.accepted") },
                { number: t("load.rejected") },
                t("ledger.proof"),
              ]}
            >
              {items.map((load) => (
                <tr key={load.id}>
                  <td className="number-left">{minuteOf(load.started_at)}</td>
                  <td>
                    <Link to="/collection/loads/$id" params={{ id: load.id }}>
                      {load.name}
                    </Link>
                  </td>
                  <td lang="zh-CN">{load.entry_title}</td>
                  <td>
                    <LoadState of={load.state} />
                  </td>
                  <td className="number">{load.accepted.toLocaleString("en-US")}</td>
                  <td className="number">{load.rejected.toLocaleString("en-US")}</td>
                  <td>
                    {load.state === "accepted" ? (
                      <Link to="/evidence" search={{ load: load.id }}>
                        {t("evidence.show")}
                        <span className="hidden"> {load.name}</span>
                      </Link>
                    ) : (
                      <span className="quiet">{t("value.none")}</span>
                    )}
                  </td>
                </tr>
              ))}
            </Table>
          )}
        </List>
      </section>
    </>
  );
}
