/** Two districts side by side: what differs for those who live under them. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Select } from "antd";
import { useState } from "react";
import type { Schemas } from "../../api/client";
import { comparison } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { Pages } from "../../parts/List";
import { Table } from "../../parts/Table";
import { Loaded } from "../../shell/Faults";

const ROWS = 20;

export function Compare({ lines, left }: { lines: Schemas["PackLine"][]; left: string }) {
  const { t } = useGlossary();
  const search = useSearch({ from: "/shell/law" });
  const navigate = useNavigate({ from: "/law" });
  const right = lines.find((line) => line.id === search.with)?.id ?? lines.find((line) => line.id !== left)?.id ?? left;
  const found = useQuery(comparison(left, right, false));
  return (
    <section className="card stack">
      <div className="filters">
        <span>{t("law.compare_with")}</span>
        <Select
          aria-label={t("law.compare_with")}
          className="wide"
          value={right}
          options={lines.filter((line) => line.id !== left).map((line) => ({ value: line.id, label: line.title }))}
          onChange={(id) => void navigate({ search: { ...search, view: "compare", with: id } })}
        />
      </div>
      <Loaded of={found} rows={12}>
        {(both) => <Rows both={both} />}
      </Loaded>
    </section>
  );
}

function Rows({ both }: { both: Schemas["Comparison"] }) {
  const { t, term } = useGlossary();
  const [page, setPage] = useState(1);
  const side = (text: string | null | undefined, articles: string[]) =>
    text ? (
      <span lang="zh-CN">
        {text} <small>{articles.join(" ")}</small>
      </span>
    ) : (
      <span className="quiet">{t("law.absent")}</span>
    );
  return (
    <>
      <Table
        label={t("law.compare")}
        className="compare"
        columns={[t("law.procedure"), t("law.aspect"), t("law.what"), { law: both.left.title }, { law: both.right.title }]}
      >
        {both.rows.slice((page - 1) * ROWS, page * ROWS).map((row) => (
          <tr key={`${row.procedure?.id ?? ""} ${row.aspect} ${row.what.id}`}>
            <td lang={row.procedure ? "zh-CN" : undefined}>{row.procedure?.title ?? t("law.whole_pack")}</td>
            <td>{term("aspect", row.aspect)}</td>
            <td lang="zh-CN">{row.what.title}</td>
            <td>{side(row.left, row.left_articles)}</td>
            <td>{side(row.right, row.right_articles)}</td>
          </tr>
        ))}
      </Table>
      <Pages page={page} rows={ROWS} total={both.rows.length} go={setPage} tell={(total) => t("law.differences", { total })} />
    </>
  );
}
