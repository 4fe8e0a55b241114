/** How a service is used, day by day: sums of what the log says. */
import { useQuery } from "@tanstack/react-query";
import { Segmented } from "antd";
import { useCallback, useState } from "react";
import type { Schemas } from "../../api/client";
import { serviceUsage } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { Chart, type Palette } from "../../parts/Chart";
import { Table } from "../../parts/Table";
import { minuteOf } from "../../parts/time";
import { Loaded } from "../../shell/Faults";
import { useNow } from "../docket/parts";

const SPANS = { hour: 2, day: 30, quarter: 90 } as const;
type Span = keyof typeof SPANS;

interface Props {
  service: string;
  /** How often it is read again, in milliseconds. */
  every: number | false;
}

export function Usage({ service, every }: Props) {
  const { t, term } = useGlossary();
  const [span, setSpan] = useState<Span>("day");
  // By the minute, so that the question does not change while the page stands.
  const now = useNow().slice(0, 16);
  const from = new Date(Date.parse(`${now}:00Z`) - SPANS[span] * 86_400_000).toISOString();
  const found = useQuery({ ...serviceUsage(service, span === "hour" ? "hour" : "day", from), refetchInterval: every });
  return (
    <section className="card" aria-labelledby="usage">
      <div className="card-head">
        <h2 id="usage">{t("usage.title")}</h2>
        <Segmented
          size="small"
          aria-label={t("usage.span")}
          value={span}
          options={Object.keys(SPANS).map((value) => ({ value, label: term("usage_span", value) }))}
          onChange={(value) => setSpan(value as Span)}
        />
      </div>
      <Loaded of={found} rows={6}>
        {(usage) => <Picture usage={usage} />}
      </Loaded>
    </section>
  );
}

function Picture({ usage }: { usage: Schemas["Usage"] }) {
  const { t, term } = useGlossary();
  const answered = t("usage.answered");
  const refused = t("usage.refused");
  const hourly = usage.by === "hour";
  const label = useCallback((step: Schemas["UsageStep"]) => (hourly ? minuteOf(step.at).slice(5) : step.day), [hourly]);
  const draw = useCallback(
    (palette: Palette) => ({
      grid: { left: 44, right: 8, top: 34, bottom: 26 },
      legend: { top: 0, left: 0, textStyle: { color: palette.text }, itemWidth: 12, itemHeight: 12 },
      xAxis: {
        type: "category",
        data: usage.steps.map((step) => label(step).slice(hourly ? 0 : 5)),
        axisLine: { lineStyle: { color: palette.line } },
        axisTick: { show: false },
        axisLabel: { color: palette.quiet, hideOverlap: true },
      },
      yAxis: {
        type: "value",
        minInterval: 1,
        axisLabel: { color: palette.quiet },
        splitLine: { lineStyle: { color: palette.line, opacity: 0.5 } },
      },
      series: [
        { name: answered, type: "bar", stack: "calls", data: usage.steps.map((step) => step.calls), color: palette.primary },
        { name: refused, type: "bar", stack: "calls", data: usage.steps.map((step) => step.refused), color: palette.error },
      ],
    }),
    [usage, answered, refused, hourly, label],
  );
  const none = usage.calls + usage.refused === 0;
  const busy = usage.steps.filter((step) => step.calls + step.refused > 0);
  return (
    <div className="stack">
      <p>{t("usage.sum", { calls: usage.calls, records: usage.records, refused: usage.refused })}</p>
      {Object.entries(usage.refusals).length > 0 && (
        <ul className="chips">
          {Object.entries(usage.refusals).map(([code, count]) => (
            <li key={code}>
              {term("call_outcome", code)} {count}
            </li>
          ))}
        </ul>
      )}
      <Chart kind="series" label={t("usage.label")} draw={draw} empty={none ? t("usage.nothing") : undefined}>
        <Table
          className="dense"
          columns={[t("usage.time"), { number: answered }, { number: t("usage.records") }, { number: refused }]}
        >
          {busy.map((step) => (
            <tr key={step.at}>
              <td className="number-left">{label(step)}</td>
              <td className="number">{step.calls}</td>
              <td className="number">{step.records}</td>
              <td className="number">{step.refused}</td>
            </tr>
          ))}
        </Table>
      </Chart>
    </div>
  );
}
