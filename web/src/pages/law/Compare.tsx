/** Two districts side by side: what differs for those who live under them. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Select, Table } from "antd";
import type { Schemas } from "../../api/client";
import { comparison } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { Loaded } from "../../shell/Faults";

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
  const side = (text: string | null | undefined, articles: string[]) =>
    text ? (
      <span lang="zh-CN">
        {text} <small>{articles.join(" ")}</small>
      </span>
    ) : (
      <span className="quiet">{t("law.absent")}</span>
    );
  return (
    <Table
      size="small"
      rowKey={(row) => `${row.procedure?.id ?? ""} ${row.aspect} ${row.what.id}`}
      dataSource={both.rows}
      pagination={{ pageSize: 25, showSizeChanger: false, showTotal: (total) => t("law.differences", { total }) }}
      scroll={{ x: 900 }}
      columns={[
        {
          title: t("law.procedure"),
          key: "procedure",
          width: 170,
          render: (_, row) => <span lang="zh-CN">{row.procedure?.title ?? t("law.whole_pack")}</span>,
        },
        { title: t("law.aspect"), key: "aspect", width: 110, render: (_, row) => term("aspect", row.aspect) },
        { title: t("law.what"), key: "what", width: 180, render: (_, row) => <span lang="zh-CN">{row.what.title}</span> },
        {
          title: <span lang="zh-CN">{both.left.title}</span>,
          key: "left",
          render: (_, row) => side(row.left, row.left_articles),
        },
        {
          title: <span lang="zh-CN">{both.right.title}</span>,
          key: "right",
          render: (_, row) => side(row.right, row.right_articles),
        },
      ]}
    />
  );
}
