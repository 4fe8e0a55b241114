/** The time machine of the demonstration: move the clock forward, and watch the law act by itself. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Alert, Button, Input } from "antd";
import { useState } from "react";
import { client, type Schemas, take } from "../../api/client";
import { clockReading, me, pack, packs } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { minuteOf } from "../../parts/time";
import { Fault, Loaded, Nothing } from "../../shell/Faults";
import { Law } from "../docket/parts";

export function Time() {
  const { t } = useGlossary();
  const queries = useQueryClient();
  const reading = useQuery(clockReading);
  const [day, setDay] = useState("");
  const move = useMutation({
    mutationFn: (body: Schemas["Advance"]) => take(client.POST("/api/v1/demonstration/clock", { body })),
    // The move may have ended this session. What happened stays on the screen; the rest is read again when it is looked at.
    onSuccess: async ({ now }) => {
      queries.setQueryData(me.queryKey, (known) => known && { ...known, now });
      queries.setQueryData(clockReading.queryKey, { now, next_due: null });
      await queries.invalidateQueries({
        predicate: ({ queryKey }) => queryKey[0] !== "packs" && queryKey[0] !== "me",
        refetchType: "none",
      });
      const next = await client.GET("/api/v1/demonstration/clock").catch(() => undefined);
      if (next?.data) queries.setQueryData(clockReading.queryKey, next.data);
    },
  });
  const next = reading.data?.next_due;
  return (
    <div className="page">
      <header className="page-head">
        <h1>{t("nav.time")}</h1>
        <p className="quiet">{t("time.lead")}</p>
      </header>
      <Loaded of={reading}>
        {(now) => (
          <section className="card stack">
            <dl className="figures">
              <div>
                <dt>{t("time.now")}</dt>
                <dd>{minuteOf(now.now)}</dd>
              </div>
              <div>
                <dt>{t("time.next_due")}</dt>
                <dd>{now.next_due ? minuteOf(now.next_due) : t("value.none")}</dd>
              </div>
            </dl>
            <div className="filters">
              <Button
                type="primary"
                disabled={!next}
                loading={move.isPending}
                onClick={() => move.mutate({ to_next_due: true })}
              >
                {t("time.to_next")}
              </Button>
              <Button disabled={move.isPending} onClick={() => move.mutate({ by_seconds: 86_400 })}>
                {t("time.one_day")}
              </Button>
              <Button disabled={move.isPending} onClick={() => move.mutate({ by_seconds: 7 * 86_400 })}>
                {t("time.one_week")}
              </Button>
              <form
                className="filters"
                onSubmit={(event) => {
                  event.preventDefault();
                  move.mutate({ to: `${day}T09:00:00+08:00` });
                }}
              >
                <Input
                  type="date"
                  className="narrow"
                  aria-label={t("time.date")}
                  value={day}
                  onChange={(event) => setDay(event.target.value)}
                />
                <Button htmlType="submit" disabled={day === "" || move.isPending}>
                  {t("time.to_date")}
                </Button>
              </form>
            </div>
            <p className="quiet">{t("time.sessions")}</p>
          </section>
        )}
      </Loaded>
      {move.error && <Fault error={move.error} />}
      {move.data && <Happened of={move.data} />}
    </div>
  );
}

/** What the law did, by its title: `breach:reply_conditional` is what became of a term, anything else an act of the pack. */
function useLawActs(): (id: string) => string {
  const { t, term } = useGlossary();
  const ours = useQuery(packs).data?.find((line) => line.ours)?.id;
  const law = useQuery({ ...pack(ours ?? ""), enabled: ours !== undefined }).data;
  const named = (law?.procedures ?? []).flatMap(({ acts, clocks }) => [...acts, ...clocks]);
  const title = (id: string) => named.find((one) => one.id === id)?.title ?? id;
  return (id) => {
    const [what = "", clock] = id.split(":");
    return clock === undefined ? title(what) : `${term("law_act", what)}${t("list.colon")}${title(clock)}`;
  };
}

function Happened({ of }: { of: Schemas["Advanced"] }) {
  const { t } = useGlossary();
  const name = useLawActs();
  return (
    <section className="card stack" aria-live="polite">
      <h2>{t("time.happened", { now: minuteOf(of.now), acts: of.acts })}</h2>
      {of.failed.length > 0 && <Alert type="error" showIcon title={t("time.failed", { count: of.failed.length })} />}
      {of.acted.length === 0 ? (
        <Nothing>{t("time.nothing")}</Nothing>
      ) : (
        <ol className="timeline">
          {of.acted.map((receipt) => (
            <li key={receipt.act} className="by-law">
              <p>
                <time dateTime={receipt.at}>{minuteOf(receipt.at)}</time>{" "}
                <Link to="/cases/$id" params={{ id: receipt.case }}>
                  <Law>{name(receipt.name)}</Law>
                </Link>{" "}
                {receipt.articles.join(t("list.separator"))}
              </p>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
