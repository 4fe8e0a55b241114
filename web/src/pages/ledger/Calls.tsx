/** Calls as the log tells them, newest first. What was looked up stands in the log as a commitment only, so it is not here. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Button, Input, Select, Tag } from "antd";
import type { Schemas } from "../../api/client";
import { calls, organisations, service } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { Scroll } from "../../parts/Scroll";
import { minuteOf } from "../../parts/time";
import { Loaded, Nothing } from "../../shell/Faults";
import { useOrganisation } from "../docket/parts";

const OUTCOMES = ["served", "beyond_grant", "service_not_active", "rate_limited", "not_permitted", "other"];
const PAGE = 20;

/** The beginning of a day of the district, as an instant; `days` later. */
function instantOf(day: string | undefined, days = 0): string | undefined {
  if (!day || !/^\d{4}-\d{2}-\d{2}$/.test(day)) return undefined;
  return new Date(Date.parse(`${day}T00:00:00+08:00`) + days * 86_400_000).toISOString();
}

export function Calls() {
  const { t } = useGlossary();
  const search = useSearch({ from: "/shell/evidence" });
  const filter = {
    service: search.service,
    organisation: search.organisation,
    outcome: search.outcome,
    from: instantOf(search.from),
    until: instantOf(search.until, 1),
    before: search.before,
    limit: PAGE,
  };
  const found = useQuery({ ...calls(filter), placeholderData: (before) => before });
  return (
    <>
      <Filters />
      <section className="card">
        <Loaded of={found} rows={10}>
          {(page) =>
            page.items.length === 0 && !page.next ? (
              <Nothing>{t("calls.nothing")}</Nothing>
            ) : (
              <>
                <Table lines={page.items} />
                <Onward next={page.next ? `${page.next.period}:${page.next.index}` : undefined} read={page.read} />
              </>
            )
          }
        </Loaded>
      </section>
    </>
  );
}

/** Time, organisation and outcome: the address carries them, so that a finding can be handed on as a link. */
function Filters() {
  const { t, term } = useGlossary();
  const search = useSearch({ from: "/shell/evidence" });
  const navigate = useNavigate({ from: "/evidence" });
  const all = useQuery(organisations).data?.items ?? [];
  const set = (change: Partial<typeof search>) => void navigate({ search: { ...search, before: undefined, ...change } });
  return (
    <div className="filters">
      <label className="with-label" htmlFor="ledger-from">
        <span>{t("ledger.from")}</span>
        <Input
          id="ledger-from"
          type="date"
          value={search.from ?? ""}
          onChange={(event) => set({ from: event.target.value || undefined })}
        />
      </label>
      <label className="with-label" htmlFor="ledger-until">
        <span>{t("ledger.until")}</span>
        <Input
          id="ledger-until"
          type="date"
          value={search.until ?? ""}
          onChange={(event) => set({ until: event.target.value || undefined })}
        />
      </label>
      <Select
        className="wide"
        allowClear
        aria-label={t("ledger.organisation")}
        placeholder={t("ledger.organisation")}
        showSearch={{ optionFilterProp: "label" }}
        value={search.organisation ?? null}
        options={all.map((one) => ({ value: one.id, label: one.name }))}
        onChange={(value) => set({ organisation: value ?? undefined })}
      />
      <Select
        className="narrow"
        allowClear
        aria-label={t("calls.outcome")}
        placeholder={t("calls.outcome")}
        value={search.outcome ?? null}
        options={OUTCOMES.map((one) => ({ value: one, label: term("call_outcome", one) }))}
        onChange={(value) => set({ outcome: value ?? undefined })}
      />
    </div>
  );
}

function Onward({ next, read }: { next: string | undefined; read: number }) {
  const { t } = useGlossary();
  const search = useSearch({ from: "/shell/evidence" });
  const navigate = useNavigate({ from: "/evidence" });
  return (
    <div className="paging">
      <span className="quiet">{t("calls.read", { read: read.toLocaleString("en-US") })}</span>
      {search.before && (
        <Button onClick={() => void navigate({ search: { ...search, before: undefined } })}>{t("calls.newest")}</Button>
      )}
      {next && (
        <Button onClick={() => void navigate({ search: { ...search, view: "calls", before: next } })}>
          {t("calls.older")}
        </Button>
      )}
    </div>
  );
}

function Table({ lines }: { lines: Schemas["CallLine"][] }) {
  const { t } = useGlossary();
  return (
    <Scroll label={t("calls.table")}>
      <table className="plain-table">
        <thead>
          <tr>
            <th scope="col">{t("calls.at")}</th>
            <th scope="col">{t("calls.service")}</th>
            <th scope="col">{t("calls.organisation")}</th>
            <th scope="col">{t("calls.purpose")}</th>
            <th scope="col">{t("calls.outcome")}</th>
            <th scope="col" className="number">
              {t("calls.records")}
            </th>
            <th scope="col" className="number">
              {t("evidence.index")}
            </th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => (
            <Row key={`${line.use.period}:${line.use.index}`} line={line} />
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function Row({ line }: { line: Schemas["CallLine"] }) {
  const { t, term } = useGlossary();
  const organisation = useOrganisation();
  const title = useQuery({ ...service(line.service), staleTime: 300_000 }).data?.title;
  return (
    <tr>
      <td className="number-left">{minuteOf(line.at)}</td>
      <td>
        <Link to="/sharing/services/$id" params={{ id: line.service }} lang="zh-CN">
          {title ?? line.service.slice(-6)}
        </Link>
      </td>
      <td lang="zh-CN">{organisation(line.organisation)}</td>
      <td>{line.purpose}</td>
      <td>
        <Tag color={line.outcome === "served" ? "success" : "error"}>
          {term("call_outcome", line.outcome)}
          {line.calls > 1 && ` ×${line.calls}`}
        </Tag>
      </td>
      <td className="number">{line.records}</td>
      <td className="number">
        <Link
          to="/evidence"
          search={{ call: line.id, service: line.service, place: `${line.use.period}:${line.use.index}` }}
          aria-label={t("calls.proof", { index: line.use.index })}
        >
          {line.use.index}
        </Link>
      </td>
    </tr>
  );
}
