/** What came of a file: what was understood of it, how its rows add up, which were kept aside and why, and the certificate. */
import { useQuery } from "@tanstack/react-query";
import { Link, useParams, useSearch } from "@tanstack/react-router";
import { Alert, Button, Pagination } from "antd";
import { useState } from "react";
import type { Schemas } from "../../api/client";
import { certificate, entry, entryLoads, rejected } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { Scroll } from "../../parts/Scroll";
import { minuteOf } from "../../parts/time";
import { Loaded } from "../../shell/Faults";
import "./collection.css";
import { LoadState, Refused } from "./parts";
import { sizeOf } from "./upload";

const PAGE = 20;

export function Load() {
  const { id } = useParams({ from: "/shell/collection/loads/$id" });
  const search = useSearch({ from: "/shell/collection/loads/$id" });
  const line = useQuery({ ...entryLoads(search.entry ?? "", 0, 50), enabled: search.entry !== undefined });
  const load = line.data?.items.find((one) => one.id === id);
  const over = load === undefined || load.state === "accepted";
  const found = useQuery({ ...certificate(id), enabled: over });
  return (
    <div className="page">
      <LoadHead id={id} load={load} entryId={search.entry} fresh={search.fresh === true} />
      {load !== undefined && !over && load.fault && <Refused sentence={load.fault} />}
      {over && (
        <Loaded of={found} rows={10}>
          {(view) => <Whole view={view} entryId={search.entry} />}
        </Loaded>
      )}
    </div>
  );
}

interface HeadProps {
  id: string;
  load: Schemas["LoadView"] | undefined;
  entryId: string | undefined;
  fresh: boolean;
}

function LoadHead({ id, load, entryId, fresh }: HeadProps) {
  const { t } = useGlossary();
  const of = useQuery({ ...entry(entryId ?? ""), enabled: entryId !== undefined }).data;
  return (
    <header className="page-head">
      <p className="crumbs">
        <Link to="/collection">{t("nav.collection")}</Link>
        {of && (
          <Link to="/catalogue/$id" params={{ id: of.id }} search={{ view: "data" }} lang="zh-CN">
            {of.title}
          </Link>
        )}
      </p>
      <h1>
        {load?.name ?? t("load.title")} {load && <LoadState of={load.state} />}
      </h1>
      <dl className="facts">
        {load && (
          <div>
            <dt>{t("load.at")}</dt>
            <dd className="number">{minuteOf(load.started_at)}</dd>
          </div>
        )}
        <div>
          <dt>{t("load.id")}</dt>
          <dd>
            <code>{id}</code>
          </dd>
        </div>
      </dl>
      {fresh && load?.state === "accepted" && (
        <Alert
          type={load.rejected > 0 ? "warning" : "success"}
          showIcon
          role="status"
          title={t(load.rejected > 0 ? "load.done_with_rejected" : "load.done", {
            rows: load.accepted.toLocaleString("en-US"),
            rejected: load.rejected.toLocaleString("en-US"),
          })}
          description={load.rejected > 0 ? t("load.rejected_next") : undefined}
        />
      )}
    </header>
  );
}

function Whole({ view, entryId }: { view: Schemas["Certificate"]; entryId: string | undefined }) {
  const { t } = useGlossary();
  return (
    <>
      <dl className="figures">
        <div>
          <dt>{t("load.rows_in")}</dt>
          <dd>{view.rows_in.toLocaleString("en-US")}</dd>
        </div>
        <div>
          <dt>{t("load.accepted")}</dt>
          <dd>{view.accepted.toLocaleString("en-US")}</dd>
        </div>
        <div className={view.rejected > 0 ? "loud" : ""}>
          <dt>{t("load.rejected")}</dt>
          <dd>{view.rejected.toLocaleString("en-US")}</dd>
        </div>
      </dl>
      {view.rejected > 0 && <RejectedRows view={view} />}
      <Understood view={view} entryId={entryId} />
      <Certified view={view} />
    </>
  );
}

const UNDERSTOOD = ["format", "encoding", "delimiter", "sheet", "header_row", "compressed"] as const;

function Understood({ view, entryId }: { view: Schemas["Certificate"]; entryId: string | undefined }) {
  const { t, term } = useGlossary();
  const of = useQuery({ ...entry(entryId ?? ""), enabled: entryId !== undefined }).data;
  const items = (of?.published ?? of?.draft)?.items ?? [];
  const words: Partial<Record<(typeof UNDERSTOOD)[number], (value: string) => string>> = {
    format: (value) => term("understood_format", value),
    delimiter: (value) => term("understood_delimiter", value),
    compressed: (value) => term("understood_compressed", value),
  };
  return (
    <section className="card">
      <h2>{t("load.understood")}</h2>
      <dl className="facts wide-facts">
        {UNDERSTOOD.map((key) => {
          const value = view.understood[key];
          if (value === undefined) return null;
          return (
            <div key={key}>
              <dt>{term("understood", key)}</dt>
              <dd>{words[key]?.(value) ?? value}</dd>
            </div>
          );
        })}
      </dl>
      <Scroll label={t("load.columns")}>
        <table className="plain-table">
          <thead>
            <tr>
              <th scope="col">{t("load.column")}</th>
              <th scope="col">{t("item.name")}</th>
              <th scope="col">{t("item.kind")}</th>
              <th scope="col">{t("item.required")}</th>
            </tr>
          </thead>
          <tbody>
            {view.columns.map((column) => (
              <tr key={column.name}>
                <td>
                  <code>{column.name}</code>
                </td>
                <td lang="zh-CN">{items.find((item) => item.code === column.name)?.name ?? t("value.none")}</td>
                <td>{term("kind", column.kind)}</td>
                <td>{t(column.nullable ? "value.no" : "value.yes")}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </section>
  );
}

function RejectedRows({ view }: { view: Schemas["Certificate"] }) {
  const { t, term } = useGlossary();
  const [page, setPage] = useState(1);
  const found = useQuery({ ...rejected(view.load, (page - 1) * PAGE, PAGE), placeholderData: (before) => before });
  return (
    <section className="card">
      <div className="card-head">
        <h2>{t("load.rejected_rows")}</h2>
      </div>
      <ul className="chips">
        {Object.entries(view.reasons).map(([code, count]) => (
          <li key={code}>
            {term("rejected", code)} <span className="number">{count.toLocaleString("en-US")}</span>
          </li>
        ))}
      </ul>
      <Loaded of={found} rows={8}>
        {({ items, total }) => (
          <>
            <Scroll label={t("load.rejected_rows")}>
              <table className="plain-table">
                <thead>
                  <tr>
                    <th scope="col" className="number tight">
                      {t("load.row")}
                    </th>
                    <th scope="col">{t("load.column")}</th>
                    <th scope="col">{t("load.reason")}</th>
                  </tr>
                </thead>
                <tbody>
                  {items.map((row) => (
                    <tr key={row.row}>
                      <td className="number">{row.row.toLocaleString("en-US")}</td>
                      <td>{row.column ? <code>{row.column}</code> : t("value.none")}</td>
                      <td>{term("rejected", row.code, row.reason)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </Scroll>
            <Pagination
              size="small"
              align="end"
              current={page}
              pageSize={PAGE}
              total={total}
              showSizeChanger={false}
              showTotal={(count) => t("table.total", { total: count })}
              onChange={setPage}
            />
          </>
        )}
      </Loaded>
    </section>
  );
}

function Certified({ view }: { view: Schemas["Certificate"] }) {
  const { t } = useGlossary();
  const rows = [
    ["certificate.sum", `${view.rows_in} = ${view.accepted} + ${view.rejected}`],
    ["certificate.file", `${view.source}${t("list.dot")}${sizeOf(view.source_bytes)}`],
    ["certificate.file_hash", view.source_sm3],
    ["certificate.content_hash", view.content_sm3],
    ["certificate.version", String(view.version)],
  ] as const;
  return (
    <section className="card">
      <div className="card-head">
        <h2>{t("certificate.title")}</h2>
        <Button onClick={() => window.print()}>{t("certificate.print")}</Button>
      </div>
      <p className="quiet">{t("certificate.lead")}</p>
      <dl className="contents">
        {rows.map(([word, value]) => (
          <div key={word}>
            <dt>{t(word)}</dt>
            <dd>
              <code>{value}</code>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
