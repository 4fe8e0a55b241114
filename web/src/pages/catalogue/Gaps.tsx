/** What an organisation has not catalogued yet: systems and duties without a published entry, each with the way to write it. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Select } from "antd";
import type { Schemas } from "../../api/client";
import { gaps, me, organisations } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { Loaded, Nothing } from "../../shell/Faults";
import { CatalogueHead, useWrites } from "./Head";

export function Gaps() {
  const { t } = useGlossary();
  const search = useSearch({ from: "/shell/catalogue/gaps" });
  const navigate = useNavigate({ from: "/catalogue/gaps" });
  const all = useQuery(organisations).data?.items ?? [];
  const own = useQuery(me).data?.organisation?.id;
  const of = search.organisation ?? own;
  const found = useQuery({ ...gaps(of), enabled: of !== undefined });
  return (
    <div className="page">
      <CatalogueHead />
      <p className="quiet">{t("gaps.lead")}</p>
      <div className="filters">
        <Select
          className="wide"
          showSearch={{ optionFilterProp: "label" }}
          aria-label={t("catalogue.organisation")}
          value={of ?? null}
          options={all.map(({ id, name }) => ({ value: id, label: name }))}
          onChange={(organisation) => void navigate({ search: { organisation: organisation ?? undefined } })}
        />
      </div>
      <Loaded of={found} rows={8}>
        {(view) => <Both view={view} organisation={of} />}
      </Loaded>
    </div>
  );
}

function Both({ view, organisation }: { view: Schemas["Gaps"]; organisation: string | undefined }) {
  const { t } = useGlossary();
  const writes = useWrites(organisation);
  const part = (covered: number | null) => (covered === null ? t("value.none") : `${(covered * 100).toFixed(1)}%`);
  return (
    <>
      <dl className="figures">
        <div className={view.systems.length > 0 ? "loud" : ""}>
          <dt>{t("gaps.systems_open")}</dt>
          <dd>{view.systems.length}</dd>
        </div>
        <div>
          <dt>{t("gaps.system_coverage", { all: view.all_systems })}</dt>
          <dd>{part(view.system_coverage)}</dd>
        </div>
        <div className={view.duties.length > 0 ? "loud" : ""}>
          <dt>{t("gaps.duties_open")}</dt>
          <dd>{view.duties.length}</dd>
        </div>
        <div>
          <dt>{t("gaps.duty_coverage", { all: view.all_duties })}</dt>
          <dd>{part(view.duty_coverage)}</dd>
        </div>
      </dl>
      <section className="card">
        <h2>{t("gaps.systems")}</h2>
        {view.systems.length === 0 ? (
          <Nothing>{t(view.all_systems === 0 ? "gaps.no_systems" : "gaps.systems_done")}</Nothing>
        ) : (
          <Open rows={view.systems} kind="system" writes={writes} />
        )}
      </section>
      <section className="card">
        <h2>{t("gaps.duties")}</h2>
        {view.duties.length === 0 ? (
          <Nothing>{t(view.all_duties === 0 ? "gaps.no_duties" : "gaps.duties_done")}</Nothing>
        ) : (
          <Open rows={view.duties} kind="duty" writes={writes} />
        )}
      </section>
    </>
  );
}

function Open({
  rows,
  kind,
  writes,
}: {
  rows: (Schemas["System"] | Schemas["Duty"])[];
  kind: "system" | "duty";
  writes: boolean;
}) {
  const { t } = useGlossary();
  return (
    <table className="plain-table">
      <thead>
        <tr>
          <th scope="col">{t("source.code")}</th>
          <th scope="col">{t("source.name")}</th>
          <th scope="col">{t(kind === "system" ? "source.accepted_on" : "source.basis")}</th>
          <th scope="col">
            <span className="hidden">{t("items.acts")}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.id}>
            <td>
              <code>{row.code}</code>
            </td>
            <td lang="zh-CN">{row.name}</td>
            <td lang="zh-CN">{"basis" in row ? row.basis : (row.accepted_on ?? t("value.none"))}</td>
            <td className="row-acts">
              {writes && (
                <Link
                  to="/catalogue/new"
                  search={
                    kind === "system"
                      ? { system: row.id, duty: "duty" in row ? (row.duty ?? undefined) : undefined }
                      : { duty: row.id }
                  }
                  className="as-button"
                  aria-label={t("gaps.write_for", { name: row.name })}
                >
                  {t("gaps.write")}
                </Link>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
