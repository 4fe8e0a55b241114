/** The catalogue as a table, page by page from the server. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Input, Pagination, Select, Tag } from "antd";
import type { Schemas } from "../../api/client";
import { entries, organisations } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { Scroll } from "../../parts/Scroll";
import { dayOf } from "../../parts/time";
import { Loaded, Nothing } from "../../shell/Faults";
import { useOrganisation } from "../docket/parts";

const PAGE = 15;
const STATUSES: Schemas["EntryStatus"][] = ["published", "draft", "withdrawn"];
const SHARINGS: Schemas["SharingType"][] = ["unconditional", "conditional", "none"];

export function Catalogue() {
  const { t, term } = useGlossary();
  const search = useSearch({ from: "/shell/catalogue" });
  const navigate = useNavigate({ from: "/catalogue" });
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
        <Loaded of={found} rows={PAGE}>
          {({ items, total }) =>
            total === 0 ? (
              <Nothing>{t("catalogue.nothing")}</Nothing>
            ) : (
              <>
                <Lines lines={items} />
                <Pagination
                  size="small"
                  align="end"
                  current={page}
                  pageSize={PAGE}
                  total={total}
                  showSizeChanger={false}
                  showTotal={(count) => t("table.total", { total: count })}
                  onChange={(next) => void navigate({ search: { ...search, page: next } })}
                />
              </>
            )
          }
        </Loaded>
      </section>
    </div>
  );
}

function Lines({ lines }: { lines: Schemas["EntryLine"][] }) {
  const { t, term } = useGlossary();
  const organisation = useOrganisation();
  return (
    <Scroll label={t("nav.catalogue")}>
      <table className="plain-table">
        <thead>
          <tr>
            <th scope="col">{t("catalogue.entry")}</th>
            <th scope="col">{t("catalogue.organisation")}</th>
            <th scope="col">{t("catalogue.sharing")}</th>
            <th scope="col">{t("catalogue.opening")}</th>
            <th scope="col">{t("catalogue.status")}</th>
            <th scope="col" className="number">
              {t("catalogue.rows")}
            </th>
            <th scope="col" className="number">
              {t("catalogue.loaded")}
            </th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => (
            <tr key={line.id}>
              <td>
                <Link to="/catalogue/$id" params={{ id: line.id }} lang="zh-CN">
                  {line.title}
                </Link>
              </td>
              <td lang="zh-CN">{organisation(line.organisation)}</td>
              <td>
                <Sharing of={line.sharing} />
              </td>
              <td>{term("opening", line.opening)}</td>
              <td>{term("entry_status", line.status)}</td>
              <td className="number">{line.rows.toLocaleString("en-US")}</td>
              <td className="number">
                {line.loaded_at ? dayOf(line.loaded_at) : <span className="quiet">{t("catalogue.not_loaded")}</span>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

export function Sharing({ of }: { of: Schemas["SharingType"] }) {
  const { term } = useGlossary();
  const colours = { unconditional: "success", conditional: "warning", none: "default" } as const;
  return <Tag color={colours[of]}>{term("sharing", of)}</Tag>;
}
