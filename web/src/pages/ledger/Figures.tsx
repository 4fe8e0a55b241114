/**
 * The figures of the district, each with the way to what it counts; and their recount from the log alone, which asks nothing of the
 * tables that the figures come from.
 */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Alert, Button, Tag } from "antd";
import type { Schemas } from "../../api/client";
import { figures, pack, packs, recount } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { Copy } from "../../parts/Copy";
import { Table } from "../../parts/Table";
import { minuteOf } from "../../parts/time";
import { Fault, Loaded } from "../../shell/Faults";
import { behind, type Of } from "./behind";
import { placeText } from "./place";

const GROUPS: Record<string, string[]> = {
  catalogue: ["organisations", "duties", "systems", "entries"],
  collection: ["collected", "loads", "rows"],
  docket: ["open_cases", "acts", "missed_terms", "breaches"],
  sharing: ["requests", "services", "calls", "records", "refused_calls"],
};

export function Figures() {
  const { t, term } = useGlossary();
  const found = useQuery(figures);
  const again = useQuery(recount);
  return (
    <div className="stack">
      <section className="card stack" aria-labelledby="recount">
        <div className="card-head">
          <h2 id="recount">{t("figures.recount")}</h2>
          <Button type="primary" loading={again.isFetching} onClick={() => void again.refetch()}>
            {t("figures.do_recount")}
          </Button>
        </div>
        <p className="quiet">{t("figures.recount_lead")}</p>
        {again.error && !again.isFetching && <Fault error={again.error} />}
        <div aria-live="polite">{again.data && <Outcome of={again.data} />}</div>
      </section>
      <Loaded of={found} rows={12}>
        {(known) => {
          const named = Object.values(GROUPS).flat();
          const rest = known.figures.filter((one) => !named.includes(one.name)).map((one) => one.name);
          return (
            <>
              <div className="figure-groups">
                {Object.entries({ ...GROUPS, other: rest }).map(([group, names]) => {
                  const there = names.flatMap((name) => known.figures.find((one) => one.name === name) ?? []);
                  return (
                    there.length > 0 && (
                      <section className="card" key={group} aria-labelledby={`figures-${group}`}>
                        <h2 id={`figures-${group}`}>{term("figure_group", group)}</h2>
                        <Group label={term("figure_group", group)} figures={there} recounted={again.data} />
                      </section>
                    )
                  );
                })}
              </div>
              <p className="quiet">{t("figures.at", { at: minuteOf(known.at) })}</p>
            </>
          );
        }}
      </Loaded>
    </div>
  );
}

/** What the recount found, on the whole. */
function Outcome({ of }: { of: Schemas["Recounted"] }) {
  const { t, term } = useGlossary();
  const leaves = of.shards.reduce((sum, one) => sum + one.leaves, 0);
  return (
    <div className="stack">
      <Judgement of={of} />
      <Table
        label={t("figures.shards")}
        className="dense narrow-table"
        columns={[t("figures.shard"), t("finder.period"), { number: t("figures.leaves") }, { number: t("evidence.size") }]}
      >
        {of.shards.map((one) => (
          <tr key={`${one.class} ${one.period}`}>
            <td>{term("shard", one.class)}</td>
            <td className="number-left">{one.period}</td>
            <td className="number">{one.leaves.toLocaleString("en-US")}</td>
            <td className="number">{one.size.toLocaleString("en-US")}</td>
          </tr>
        ))}
      </Table>
      <p className="quiet">
        {t("figures.took", { at: minuteOf(of.at), leaves: leaves.toLocaleString("en-US"), took: of.took_ms })}
      </p>
      {of.not_recounted.length > 0 && (
        <details>
          <summary>{t("figures.not_recounted", { count: of.not_recounted.length })}</summary>
          <dl className="contents">
            {of.not_recounted.map(({ name, why }) => (
              <div key={name}>
                <dt>{term("figure", name)}</dt>
                <dd>{term("not_recounted", name, why)}</dd>
              </div>
            ))}
          </dl>
        </details>
      )}
      <p className="quiet">{t("figures.offline")}</p>
      <Copy text={"gongshu log recount var/log --keys log-keys.json"} label={t("figures.offline_command")} />
    </div>
  );
}

/** Equal or not, and what stands in the log that cannot have been written by the platform. */
function Judgement({ of }: { of: Schemas["Recounted"] }) {
  const { t, term } = useGlossary();
  const unequal = of.figures.filter((one) => !one.equal);
  const faults = of.faults.length + of.more_faults;
  const names = unequal.map((one) => term("figure", one.name)).join(t("list.separator"));
  return (
    <>
      {unequal.length === 0 ? (
        <Alert
          showIcon
          type="success"
          title={t("figures.all_equal", { count: of.figures.length })}
          description={t("figures.all_equal_means")}
        />
      ) : (
        <Alert
          showIcon
          type="error"
          title={t("figures.some_unequal", { count: unequal.length })}
          description={t("figures.some_unequal_means", { names })}
        />
      )}
      {faults > 0 && (
        <Alert
          showIcon
          type="error"
          title={t("figures.faults", { count: faults })}
          description={
            <ul>
              {of.faults.map((one) => (
                <li key={placeText(one)}>
                  <Link to="/evidence" search={{ entry: placeText(one) }}>
                    {term("shard", one.class)} {one.period} {one.index}
                  </Link>{" "}
                  <code lang="en">{one.what}</code>
                </li>
              ))}
            </ul>
          }
        />
      )}
    </>
  );
}

interface GroupProps {
  label: string;
  figures: Schemas["Figure"][];
  recounted: Schemas["Recounted"] | undefined;
}

function Group({ label, figures: lines, recounted }: GroupProps) {
  const { t } = useGlossary();
  return (
    <Table
      className="figure-table"
      label={t("figures.table", { group: label })}
      columns={[
        t("figures.figure"),
        { number: t("figures.value") },
        recounted && { number: t("figures.recounted") },
        recounted && t("figures.verdict"),
      ]}
    >
      {lines.map((one) => (
        <Lines key={one.name} figure={one} recounted={recounted} />
      ))}
    </Table>
  );
}

const key = (of: Of) => Object.entries(of).sort().flat().join(" ");

/** A figure and its parts. After a recount both numbers are those of the recount's own moment. */
function Lines({ figure, recounted }: { figure: Schemas["Figure"]; recounted: Schemas["Recounted"] | undefined }) {
  const { term } = useGlossary();
  const name = usePartNames(figure.name);
  const found = recounted?.figures.find((one) => one.name === figure.name);
  // Where some parts do not follow from the log, the whole was not recounted either.
  const partly = found !== undefined && recounted?.not_recounted.some((one) => one.name === figure.name);
  const parts: { of: Of; value: number; stored?: number; recounted?: number }[] = figure.parts.map((part) => ({
    ...part,
    ...found?.parts.find((one) => key(one.of) === key(part.of)),
  }));
  // A part that the recount alone has, or that came since, is shown, too.
  for (const part of found?.parts ?? [])
    if (!parts.some((one) => key(one.of) === key(part.of))) parts.push({ ...part, value: part.stored });
  return (
    <>
      <Line
        figure={figure.name}
        title={term("figure", figure.name)}
        value={figure.value}
        found={partly ? undefined : found}
        partly={partly}
        after={recounted}
      />
      {parts.map((part) => {
        const { stored, recounted: counted } = part;
        const pair = stored === undefined || counted === undefined ? undefined : { stored, recounted: counted };
        return (
          <Line
            key={key(part.of)}
            figure={figure.name}
            of={part.of}
            title={name(part.of)}
            value={part.value}
            found={pair}
            after={recounted}
          />
        );
      })}
    </>
  );
}

interface LineProps {
  figure: string;
  of?: Of;
  title: string;
  value: number;
  found: { stored: number; recounted: number } | undefined;
  /** Whether the verdict stands with the parts. */
  partly?: boolean | undefined;
  /** The recount, once there is one. */
  after: Schemas["Recounted"] | undefined;
}

function Line({ figure, of, title, value, found, partly, after }: LineProps) {
  const { t } = useGlossary();
  const to = behind(figure, of);
  const shown = found?.stored ?? value;
  return (
    <tr className={of ? "part" : undefined}>
      <td lang={of?.procedure ? "zh-CN" : undefined}>{to ? <Link {...to}>{title}</Link> : title}</td>
      <td className="number">{shown.toLocaleString("en-US")}</td>
      {after && <td className="number">{found ? found.recounted.toLocaleString("en-US") : t("value.none")}</td>}
      {after && (
        <td>
          {found === undefined ? (
            <span className="quiet">{t(partly ? "figures.partly" : "figures.not_from_log")}</span>
          ) : found.stored === found.recounted ? (
            <Tag color="success">{t("figures.equal")}</Tag>
          ) : (
            <Tag color="error">{t("figures.unequal", { by: signed(found.stored - found.recounted) })}</Tag>
          )}
        </td>
      )}
    </tr>
  );
}

const signed = (number: number) => (number > 0 ? `+${number}` : `−${Math.abs(number)}`);

/** What a part is called: procedures and states as the pack calls them, statuses from the glossary. */
function usePartNames(figure: string): (of: Of) => string {
  const { t, term } = useGlossary();
  const ours = useQuery(packs).data?.find((line) => line.ours)?.id;
  const procedures = useQuery({ ...pack(ours ?? ""), enabled: ours !== undefined }).data?.procedures ?? [];
  const status = { entries: "entry_status", loads: "load_state", services: "service_status" }[figure];
  return (of) => {
    if (status)
      return Object.values(of)
        .map((one) => term(status, one))
        .join(t("list.dot"));
    const procedure = of.procedure ?? (figure === "requests" ? "sharing_request" : undefined);
    const known = procedures.find((one) => one.id === procedure);
    const state = known?.states.find((one) => one.id === of.state)?.title ?? of.state;
    return [of.procedure && (known?.title ?? of.procedure), state].filter(Boolean).join(t("list.dot"));
  };
}
