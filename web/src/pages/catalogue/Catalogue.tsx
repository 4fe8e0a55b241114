/** The catalogue as a table, page by page from the server. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Input, Select, Table, Tag } from "antd";
import type { Schemas } from "../../api/client";
import { entries, organisations } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { dayOf } from "../../parts/time";
import { Fault, Nothing } from "../../shell/Faults";
import { useOrganisation } from "../docket/parts";

const PAGE = 15;
const STATUSES: Schemas["EntryStatus"][] = ["published", "draft", "withdrawn"];
const SHARINGS: Schemas["SharingType"][] = ["unconditional", "conditional", "none"];

export function Catalogue() {
  const { t, term } = useGlossary();
  const search = useSearch({ from: "/shell/catalogue" });
  const navigate = useNavigate({ from: "/catalogue" });
  const organisation = useOrganisation();
  const all = useQuery(organisations).data?.items ?? [];
  const { page = 1, text } = search;
  const found = useQuery({
    ...entries({
      text,
      organisation: search.organisation,
      status: STATUSES.find((status) => status === search.status),
      sharing: SHARINGS.find((sharing) => sharing === search.sharing),
      offset: (page - 1) * PAGE,
      limit: PAGE,
    }),
    placeholderData: (before) => before,
  });
  const narrow = (change: Partial<typeof search>) => void navigate({ search: { ...search, page: undefined, ...change } });
  return (
    <div className="page">
      <header className="page-head">
        <h1>{t("nav.catalogue")}</h1>
      </header>
      <div className="filters">
        <Input.Search
          className="wide"
          allowClear
          aria-label={t("catalogue.search")}
          placeholder={t("catalogue.search")}
          defaultValue={text}
          onSearch={(typed) => narrow({ text: typed.trim() || undefined })}
        />
        <Select
          className="wide"
          allowClear
          showSearch={{ optionFilterProp: "label" }}
          aria-label={t("catalogue.organisation")}
          placeholder={t("catalogue.organisation")}
          value={search.organisation ?? null}
          options={all.map(({ id, name }) => ({ value: id, label: name }))}
          onChange={(value) => narrow({ organisation: value ?? undefined })}
        />
        <Select
          className="narrow"
          allowClear
          aria-label={t("catalogue.sharing")}
          placeholder={t("catalogue.sharing")}
          value={search.sharing ?? null}
          options={SHARINGS.map((value) => ({ value, label: term("sharing", value) }))}
          onChange={(value) => narrow({ sharing: value ?? undefined })}
        />
        <Select
          className="narrow"
          allowClear
          aria-label={t("catalogue.status")}
          placeholder={t("catalogue.status")}
          value={search.status ?? null}
          options={STATUSES.map((value) => ({ value, label: term("entry_status", value) }))}
          onChange={(value) => narrow({ status: value ?? undefined })}
        />
      </div>
      <section className="card">
        {found.error && <Fault error={found.error} again={() => void found.refetch()} />}
        <Table<Schemas["EntryLine"]>
          size="middle"
          rowKey="id"
          loading={found.isPending}
          dataSource={found.data?.items ?? []}
          scroll={{ x: 860 }}
          locale={{ emptyText: <Nothing>{t("catalogue.nothing")}</Nothing> }}
          pagination={{
            current: page,
            pageSize: PAGE,
            total: found.data?.total ?? 0,
            showSizeChanger: false,
            showTotal: (total) => t("table.total", { total }),
            onChange: (next) => void navigate({ search: { ...search, page: next } }),
          }}
          columns={[
            {
              title: t("catalogue.entry"),
              key: "title",
              render: (_, line) => (
                <Link to="/catalogue/$id" params={{ id: line.id }} lang="zh-CN">
                  {line.title}
                </Link>
              ),
            },
            {
              title: t("catalogue.organisation"),
              key: "organisation",
              render: (_, line) => <span lang="zh-CN">{organisation(line.organisation)}</span>,
            },
            { title: t("catalogue.sharing"), key: "sharing", width: 130, render: (_, line) => <Sharing of={line.sharing} /> },
            { title: t("catalogue.opening"), key: "opening", width: 130, render: (_, line) => term("opening", line.opening) },
            { title: t("catalogue.status"), key: "status", width: 100, render: (_, line) => term("entry_status", line.status) },
            { title: t("catalogue.rows"), key: "rows", width: 100, align: "right", render: (_, line) => count(line.rows) },
            {
              title: t("catalogue.loaded"),
              key: "loaded",
              width: 120,
              align: "right",
              render: (_, line) =>
                line.loaded_at ? dayOf(line.loaded_at) : <span className="quiet">{t("catalogue.not_loaded")}</span>,
            },
          ]}
        />
      </section>
    </div>
  );
}

export function Sharing({ of }: { of: Schemas["SharingType"] }) {
  const { term } = useGlossary();
  const colours = { unconditional: "success", conditional: "warning", none: "default" } as const;
  return <Tag color={colours[of]}>{term("sharing", of)}</Tag>;
}

function count(rows: number): string {
  return rows.toLocaleString("en-US");
}
