/** The data of an entry: the first rows as everybody inside sees them, under their masks, and every file that was handed in. */
import { useQuery } from "@tanstack/react-query";
import type { Schemas } from "../../api/client";
import { entryLoads, preview } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { List } from "../../parts/List";
import { Scroll } from "../../parts/Scroll";
import { Loaded, Nothing } from "../../shell/Faults";
import "./collection.css";
import { LoadLines } from "./parts";

const ROWS = 20;

export function Data({ view }: { view: Schemas["EntryView"] }) {
  return (
    <>
      <Rows view={view} />
      <Loads entry={view.id} />
    </>
  );
}

export function Loads({ entry }: { entry: string }) {
  const { t } = useGlossary();
  return (
    <section className="card">
      <h2>{t("catalogue.loads")}</h2>
      <List query={(offset, limit) => entryLoads(entry, offset, limit)} rows={10} empty={t("catalogue.no_loads")}>
        {({ items }) => <LoadLines loads={items} />}
      </List>
    </section>
  );
}

function Rows({ view }: { view: Schemas["EntryView"] }) {
  const { t, term } = useGlossary();
  const found = useQuery({ ...preview(view.id, ROWS), enabled: view.loaded_at !== null });
  const items = (view.published ?? view.draft)?.items ?? [];
  return (
    <section className="card">
      <h2>{t("preview.title")}</h2>
      {view.loaded_at === null ? (
        <Nothing>{t("preview.nothing")}</Nothing>
      ) : (
        <Loaded of={found} rows={6}>
          {({ columns, records }) => (
            <>
              <p className="quiet">{t("preview.lead", { rows: records.length, all: view.rows.toLocaleString("en-US") })}</p>
              <Scroll label={t("preview.title")}>
                <table className="plain-table preview">
                  <thead>
                    <tr>
                      {columns.map((code) => {
                        const item = items.find((one) => one.code === code);
                        const masked = item?.mask && item.mask !== "keep";
                        return (
                          <th scope="col" key={code} className={isNumber(item) ? "number" : ""}>
                            <span lang="zh-CN">{item?.name || code}</span>
                            <small className="quiet below">{masked ? term("mask", item?.mask ?? "") : code}</small>
                          </th>
                        );
                      })}
                    </tr>
                  </thead>
                  <tbody>
                    {records.map((record, row) => (
                      <tr key={row}>
                        {record.map((value, column) => (
                          <td
                            key={columns[column]}
                            lang="zh-CN"
                            className={isNumber(items.find((one) => one.code === columns[column])) ? "number" : ""}
                          >
                            {value ?? <span className="quiet">{t("value.none")}</span>}
                          </td>
                        ))}
                      </tr>
                    ))}
                  </tbody>
                </table>
              </Scroll>
            </>
          )}
        </Loaded>
      )}
    </section>
  );
}

const isNumber = (item: Schemas["Item"] | undefined) => item?.kind === "integer" || item?.kind === "number";
