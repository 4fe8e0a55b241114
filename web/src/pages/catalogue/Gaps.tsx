/** What is lacking: systems and duties without a published entry, or without data, each with the way to mend it. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Segmented } from "antd";
import type { Schemas } from "../../api/client";
import { gaps, type Lack, me, type Shelf } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { Pages, ROWS } from "../../parts/List";
import { OrganisationSelect } from "../../parts/OrganisationSelect";
import { Table } from "../../parts/Table";
import { Loaded, Nothing } from "../../shell/Faults";
import { useOrganisation } from "../docket/parts";
import { CatalogueHead } from "./Head";

export function Gaps() {
  const { t, term } = useGlossary();
  const search = useSearch({ from: "/shell/catalogue/gaps" });
  const navigate = useNavigate({ from: "/catalogue/gaps" });
  const { page = 1, organisation } = search;
  const of: Shelf = search.of === "duty" ? "duty" : "system";
  const lack: Lack = search.lack === "data" ? "data" : "entry";
  const found = useQuery({
    ...gaps({ of, lack, organisation, offset: (page - 1) * ROWS, limit: ROWS }),
    placeholderData: (before) => before,
  });
  const go = (change: Partial<typeof search>) => void navigate({ search: { ...search, page: undefined, ...change } });
  return (
    <div className="page">
      <CatalogueHead />
      <p className="quiet">{t("gaps.lead")}</p>
      <div className="filters">
        <Segmented
          aria-label={t("gaps.of")}
          value={of}
          options={(["system", "duty"] as const).map((value) => ({ value, label: term("node", value) }))}
          onChange={(value) => go({ of: value })}
        />
        <Segmented
          aria-label={t("gaps.lack")}
          value={lack}
          options={(["entry", "data"] as const).map((value) => ({ value, label: term("lack", value) }))}
          onChange={(value) => go({ lack: value })}
        />
        <OrganisationSelect
          label={t("catalogue.organisation")}
          none={t("gaps.whole_district")}
          value={organisation}
          choose={(value) => go({ organisation: value })}
        />
      </div>
      <Loaded of={found} rows={8}>
        {(view) => (
          <>
            <Figures view={view} of={of} />
            <section className="card">
              <h2>{of === "system" ? term("gaps_system", lack) : term("gaps_duty", lack)}</h2>
              {view.total === 0 ? (
                <Nothing>{t(view.all === 0 ? "gaps.none_recorded" : "gaps.done")}</Nothing>
              ) : (
                <>
                  <Open rows={view.items} of={of} lack={lack} />
                  <Pages page={page} rows={ROWS} total={view.total} go={(next) => go({ page: next })} />
                </>
              )}
            </section>
          </>
        )}
      </Loaded>
    </div>
  );
}

function Figures({ view, of }: { view: Schemas["GapPage"]; of: Shelf }) {
  const { t, term } = useGlossary();
  const covered = view.all === 0 ? t("value.none") : `${(((view.all - view.total) / view.all) * 100).toFixed(1)}%`;
  return (
    <dl className="figures">
      <div className={view.total > 0 ? "loud" : ""}>
        <dt>{t("gaps.open")}</dt>
        <dd>{view.total.toLocaleString("en-US")}</dd>
      </div>
      <div>
        <dt>{t("gaps.all", { kind: term("node", of) })}</dt>
        <dd>{view.all.toLocaleString("en-US")}</dd>
      </div>
      <div>
        <dt>{t("gaps.coverage")}</dt>
        <dd>{covered}</dd>
      </div>
    </dl>
  );
}

function Open({ rows, of, lack }: { rows: Schemas["GapLine"][]; of: Shelf; lack: Lack }) {
  const { t, term } = useGlossary();
  const organisation = useOrganisation();
  return (
    <Table
      label={t("catalogue.view_gaps")}
      columns={[
        t("source.code"),
        term("node", of),
        t("catalogue.organisation"),
        { number: t("gaps.entries") },
        { hidden: t("items.acts") },
      ]}
    >
      {rows.map((row) => (
        <tr key={row.id}>
          <td>
            <code>{row.code}</code>
          </td>
          <td lang="zh-CN">{row.name}</td>
          <td lang="zh-CN">{organisation(row.organisation)}</td>
          <td className="number">{row.entries}</td>
          <td className="row-acts">
            <Mend row={row} of={of} lack={lack} />
          </td>
        </tr>
      ))}
    </Table>
  );
}

/** The way to mend a gap: write the entry, finish the draft that there is, or hand its data in. */
function Mend({ row, of, lack }: { row: Schemas["GapLine"]; of: Shelf; lack: Lack }) {
  const { t } = useGlossary();
  const known = useQuery(me).data;
  const mine =
    known?.organisation?.id === row.organisation &&
    known.roles.some((role) => role === "data_executive" || role === "chief_data_officer");
  const where = { organisation: row.organisation, [of]: row.id };
  if (row.entries > 0)
    return (
      <Link to="/catalogue" search={lack === "data" ? { ...where, collected: false } : where} className="as-button">
        {t("gaps.see_entries")}
      </Link>
    );
  if (!mine) return <span className="quiet">{t("gaps.by_provider")}</span>;
  return (
    <Link
      to="/catalogue/new"
      search={{ [of]: row.id }}
      className="as-button"
      aria-label={t("gaps.write_for", { name: row.name })}
    >
      {t("gaps.write")}
    </Link>
  );
}
