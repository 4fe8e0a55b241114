/** What came of a file: what was understood of it, how its rows add up, which were kept aside and why, and the certificate. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams, useSearch } from "@tanstack/react-router";
import { Alert, Button } from "antd";
import { useEffect, useState } from "react";
import type { Schemas } from "../../api/client";
import { certificate, entry, loadEvidence, loadState, rejected } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { List } from "../../parts/List";
import { Table } from "../../parts/Table";
import { minuteOf } from "../../parts/time";
import { Loaded } from "../../shell/Faults";
import "./collection.css";
import { LoadState, Progress, Refused } from "./parts";
import { sizeOf } from "./upload";
import { watchLoad } from "./watch";

export function Load() {
  const { id } = useParams({ from: "/shell/collection/loads/$id" });
  const search = useSearch({ from: "/shell/collection/loads/$id" });
  const standing = useQuery(loadState(id));
  return (
    <div className="page">
      <Loaded of={standing} rows={10}>
        {(load) => (
          <>
            <LoadHead load={load} fresh={search.fresh === true} />
            {load.state === "running" && <Running id={id} />}
            {load.fault && <Refused reason={load.fault_reason} sentence={load.fault} />}
            {load.state === "accepted" && <Accepted load={load} />}
          </>
        )}
      </Loaded>
    </div>
  );
}

/** Still being read: the page follows, and shows the result when there is one. */
function Running({ id }: { id: string }) {
  const { t } = useGlossary();
  const queries = useQueryClient();
  const [rows, setRows] = useState(0);
  useEffect(() => {
    const again = () => void queries.invalidateQueries({ queryKey: ["load", id] });
    return watchLoad(id, { onProgress: (progress) => setRows(progress.rows), onDone: again, onGone: again });
  }, [id, queries]);
  return (
    <section className="card" aria-label={t("collection.working_label")}>
      <p role="status">{t("collection.working")}</p>
      <Progress part={null} label={t("collection.working_label")} />
      <p className="quiet number">{t("collection.rows_read", { rows: rows.toLocaleString("en-US") })}</p>
    </section>
  );
}

function Accepted({ load }: { load: Schemas["LoadView"] }) {
  const found = useQuery(certificate(load.id));
  return (
    <Loaded of={found} rows={10}>
      {(view) => <Whole view={view} entryId={load.entry} />}
    </Loaded>
  );
}

function LoadHead({ load, fresh }: { load: Schemas["LoadView"]; fresh: boolean }) {
  const { t } = useGlossary();
  const of = useQuery(entry(load.entry)).data;
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
        {load.name} <LoadState of={load.state} />
      </h1>
      <dl className="facts">
        <div>
          <dt>{t("load.at")}</dt>
          <dd className="number">{minuteOf(load.started_at)}</dd>
        </div>
        <div>
          <dt>{t("load.id")}</dt>
          <dd>
            <code>{load.id}</code>
          </dd>
        </div>
      </dl>
      {fresh && load.state === "accepted" && (
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

function Whole({ view, entryId }: { view: Schemas["Certificate"]; entryId: string }) {
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

const UNDERSTOOD = [
  "format",
  "encoding",
  "delimiter",
  "sheet",
  "sheets",
  "header_row",
  "skipped_lines",
  "blank_lines",
  "compressed",
] as const;

function Understood({ view, entryId }: { view: Schemas["Certificate"]; entryId: string }) {
  const { t, term } = useGlossary();
  const of = useQuery(entry(entryId)).data;
  const items = (of?.published ?? of?.draft)?.items ?? [];
  const words: Partial<Record<(typeof UNDERSTOOD)[number], (value: string) => string>> = {
    format: (value) => term("understood_format", value),
    delimiter: (value) => term("understood_delimiter", value),
    encoding: (value) => value.replace(" with byte-order mark", t("understood.mark")),
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
      <Table
        label={t("load.columns")}
        columns={[t("load.column"), t("load.item"), t("item.name"), t("item.kind"), t("item.required")]}
      >
        {view.columns.map((column) => (
          <tr key={column.name}>
            <td lang="zh-CN">{view.matched?.find((one) => one.item === column.name)?.source ?? t("value.none")}</td>
            <td>
              <code>{column.name}</code>
            </td>
            <td lang="zh-CN">{items.find((item) => item.code === column.name)?.name ?? t("value.none")}</td>
            <td>{term("kind", column.kind)}</td>
            <td>{t(column.nullable ? "value.no" : "value.yes")}</td>
          </tr>
        ))}
      </Table>
    </section>
  );
}

function RejectedRows({ view }: { view: Schemas["Certificate"] }) {
  const { t, term } = useGlossary();
  return (
    <section className="card">
      <div className="card-head">
        <h2>{t("load.rejected_rows")}</h2>
        <a className="as-button" href={`/api/v1/loads/${view.load}/rejected.csv`} download>
          {t("load.rejected_file")}
        </a>
      </div>
      <ul className="chips">
        {Object.entries(view.reasons).map(([code, count]) => (
          <li key={code}>
            {term("rejected", code)} <span className="number">{count.toLocaleString("en-US")}</span>
          </li>
        ))}
      </ul>
      <List query={(offset, limit) => rejected(view.load, offset, limit)} rows={20} empty={null}>
        {({ items }) => (
          <Table
            label={t("load.rejected_rows")}
            columns={[{ number: t("load.row"), className: "tight" }, t("load.item"), t("load.reason")]}
          >
            {items.map((row) => (
              <tr key={row.row}>
                <td className="number">{row.row.toLocaleString("en-US")}</td>
                <td>{row.column ? <code>{row.column}</code> : t("value.none")}</td>
                <td>{term("rejected", row.code, row.reason)}</td>
              </tr>
            ))}
          </Table>
        )}
      </List>
    </section>
  );
}

function Certified({ view }: { view: Schemas["Certificate"] }) {
  const { t } = useGlossary();
  // The log takes a load up moments after it is stored.
  const proof = useQuery({ ...loadEvidence(view.load), retry: 3, retryDelay: 1_500 }).data;
  const rows = [
    ["certificate.sum", `${view.rows_in} = ${view.accepted} + ${view.rejected}`],
    ["certificate.file", `${view.source}${t("list.dot")}${sizeOf(view.source_bytes)}`],
    ["certificate.file_hash", view.source_sm3],
    ["certificate.content_hash", view.content_sm3],
    ["certificate.version", String(view.version)],
    ["certificate.log", proof ? `${proof.origin}${t("list.dot")}${proof.index}` : t("certificate.log_soon")],
  ] as const;
  return (
    <section className="card">
      <div className="card-head">
        <h2>{t("certificate.title")}</h2>
        <div className="filters">
          <a className="as-button" href={`/api/v1/loads/${view.load}/evidence`} download={`evidence-${view.load}.json`}>
            {t("certificate.evidence")}
          </a>
          <Button onClick={() => window.print()}>{t("certificate.print")}</Button>
        </div>
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
