/** Every case that the reader may see, page by page from the server. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Pagination, Segmented, Select } from "antd";
import type { Schemas } from "../../api/client";
import { cases, pack as packOf, packs } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { dayOf } from "../../parts/time";
import { Loaded, Nothing } from "../../shell/Faults";
import { Law, LeftTag, useSubject } from "./parts";

const PAGE = 15;
const SCOPES = ["mine", "all", "ended"] as const;

export function Cases() {
  const { t } = useGlossary();
  const { page = 1, procedure, scope = "all" } = useSearch({ from: "/shell/cases" });
  const navigate = useNavigate({ from: "/cases" });
  const ours = useQuery(packs).data?.find((line) => line.ours)?.id;
  const law = useQuery({ ...packOf(ours ?? ""), enabled: ours !== undefined }).data;
  const filter = { procedure, mine: scope === "mine", ended: scope === "ended", offset: (page - 1) * PAGE, limit: PAGE };
  const found = useQuery({ ...cases(filter), placeholderData: (before) => before });
  const words = { mine: t("cases.mine"), all: t("cases.all"), ended: t("cases.ended") };
  return (
    <div className="page">
      <header className="page-head">
        <h1>{t("cases.title")}</h1>
      </header>
      <div className="filters">
        <Segmented
          aria-label={t("cases.scope")}
          value={scope}
          options={SCOPES.map((value) => ({ value, label: words[value] }))}
          onChange={(value) => void navigate({ search: { scope: value, procedure } })}
        />
        <Select
          className="wide"
          aria-label={t("cases.procedure")}
          allowClear
          showSearch={{ optionFilterProp: "label" }}
          placeholder={t("cases.procedure")}
          value={procedure ?? null}
          options={(law?.procedures ?? []).map(({ id, title }) => ({ value: id, label: title }))}
          onChange={(value) => void navigate({ search: { scope, procedure: value ?? undefined } })}
        />
      </div>
      <section className="card">
        <Loaded of={found} rows={10}>
          {({ items, total }) =>
            total === 0 ? (
              <Nothing>{t("cases.nothing")}</Nothing>
            ) : (
              <>
                <CaseTable lines={items} />
                <Pagination
                  size="small"
                  align="end"
                  current={page}
                  pageSize={PAGE}
                  total={total}
                  showSizeChanger={false}
                  showTotal={(count) => t("table.total", { total: count })}
                  onChange={(next) => void navigate({ search: { scope, procedure, page: next } })}
                />
              </>
            )
          }
        </Loaded>
      </section>
    </div>
  );
}

function CaseTable({ lines }: { lines: Schemas["CaseLine"][] }) {
  const { t } = useGlossary();
  return (
    <table className="plain-table">
      <thead>
        <tr>
          <th scope="col">{t("home.column_case")}</th>
          <th scope="col">{t("cases.procedure")}</th>
          <th scope="col">{t("home.column_state")}</th>
          <th scope="col">{t("cases.opened")}</th>
          <th scope="col">{t("home.column_left")}</th>
        </tr>
      </thead>
      <tbody>
        {lines.map((line) => (
          <CaseRow key={line.id} line={line} />
        ))}
      </tbody>
    </table>
  );
}

function CaseRow({ line }: { line: Schemas["CaseLine"] }) {
  const { t } = useGlossary();
  const subject = useSubject(line.subject_kind, line.subject);
  return (
    <tr>
      <td>
        <Link to="/cases/$id" params={{ id: line.id }}>
          <Law>{line.matter ?? subject}</Law>
        </Link>
      </td>
      <td>
        <Law>{line.title}</Law>
      </td>
      <td>
        <Law>{line.state_title}</Law>
      </td>
      <td className="number">{dayOf(line.opened_at)}</td>
      <td>{line.next_due_at ? <LeftTag due={line.next_due_at} /> : <span className="quiet">{t("left.none")}</span>}</td>
    </tr>
  );
}
