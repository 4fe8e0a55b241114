/** Calls as the log tells them, newest first. What was looked up stands in the log as a commitment only, so it is not here. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Tag } from "antd";
import type { Schemas } from "../../api/client";
import { calls, service } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { Select } from "../../parts/Select";
import { Table } from "../../parts/Table";
import { minuteOf } from "../../parts/time";
import { Loaded, Nothing } from "../../shell/Faults";
import { useOrganisation } from "../docket/parts";
import { Days, instantOf, OfOrganisation, Onward, useExplorer } from "./filters";

const OUTCOMES = ["served", "beyond_grant", "service_not_active", "rate_limited", "not_permitted", "other"];
const PAGE = 20;

export function Calls() {
  const { t, term } = useGlossary();
  const { search, set } = useExplorer();
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
      <div className="filters explorer-filters">
        <Days />
        <OfOrganisation />
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
      <section className="card">
        <Loaded of={found} rows={10}>
          {(page) =>
            page.items.length === 0 && !page.next ? (
              <Nothing>{t("calls.nothing")}</Nothing>
            ) : (
              <>
                <Lines lines={page.items} />
                <Onward next={page.next ? `${page.next.period}:${page.next.index}` : undefined}>
                  <span className="quiet">{t("calls.read", { read: page.read.toLocaleString("en-US") })}</span>
                </Onward>
              </>
            )
          }
        </Loaded>
      </section>
    </>
  );
}

function Lines({ lines }: { lines: Schemas["CallLine"][] }) {
  const { t } = useGlossary();
  return (
    <Table
      label={t("calls.table")}
      columns={[
        t("calls.at"),
        t("calls.service"),
        t("calls.organisation"),
        t("calls.purpose"),
        t("calls.outcome"),
        { number: t("calls.records") },
        { number: t("evidence.index") },
      ]}
    >
      {lines.map((line) => (
        <Row key={`${line.use.period}:${line.use.index}`} line={line} />
      ))}
    </Table>
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
