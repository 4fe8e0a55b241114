/**
 * The year's calendar as the law counts it: working days, rest days, make-up working days, and which of them are provisional.
 *
 * The interface has no calendar of its own yet. But every derivation lists its days one by one, so terms in working days that
 * follow upon one another show the whole year as the district counts it. The term used is one that the oldest pack has.
 */
import { useQuery } from "@tanstack/react-query";
import { Segmented } from "antd";
import { useState } from "react";
import { client, type Schemas, take } from "../../api/client";
import { pack } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { readReason } from "../../parts/time";
import { Loaded, Nothing } from "../../shell/Faults";
import { useNow, useReason } from "../docket/parts";

type Day = Schemas["Day"];

async function yearOf(packId: string, clock: string, year: number): Promise<Day[]> {
  const days = new Map<string, Day>();
  let from = `${year - 1}-12-31`;
  // Even one working day at a time, a year takes no more than its days.
  for (let steps = 0; steps < 366 && from < `${year}-12-31`; steps += 1) {
    const query = { pack: packId, clock, from: `${from}T09:00:00+08:00` };
    const derived = await take(client.GET("/api/v1/law/due", { params: { query } }));
    // The first line is the event itself, which says nothing of its day; the line before it has.
    for (const day of derived.days.slice(1)) days.set(day.date, day);
    from = derived.last_day;
  }
  return [...days.values()].filter((day) => day.date.startsWith(`${year}-`));
}

export function Calendar({ lines }: { lines: Schemas["PackLine"][] }) {
  const { t } = useGlossary();
  const thisYear = Number(useNow().slice(0, 4));
  const [year, setYear] = useState(thisYear);
  const oldest = lines.reduce<Schemas["PackLine"] | undefined>((a, b) => (a && a.from <= b.from ? a : b), undefined);
  const law = useQuery({ ...pack(oldest?.id ?? ""), enabled: oldest !== undefined });
  const longest = (law.data?.procedures ?? [])
    .flatMap((procedure) => procedure.clocks)
    .filter((clock) => clock.unit === "working_day")
    .reduce<Schemas["ClockRuleView"] | undefined>((a, b) => (a && a.amount >= b.amount ? a : b), undefined);
  const days = useQuery({
    queryKey: ["packs", "calendar", oldest?.id, longest?.id, year],
    queryFn: () => yearOf(oldest?.id ?? "", longest?.id ?? "", year),
    enabled: longest !== undefined,
    staleTime: 600_000,
  });
  if (law.data && longest === undefined) return <Nothing>{t("calendar.none")}</Nothing>;
  return (
    <section className="card stack">
      <div className="filters">
        <Segmented
          aria-label={t("calendar.year")}
          value={year}
          options={[thisYear - 1, thisYear, thisYear + 1]}
          onChange={(value) => setYear(Number(value))}
        />
        <Legend />
      </div>
      <Loaded of={days} rows={12}>
        {(found) => <Year year={year} days={found} />}
      </Loaded>
    </section>
  );
}

function Legend() {
  const { t } = useGlossary();
  return (
    <ul className="legend">
      <li className="working">{t("day.working")}</li>
      <li className="rest">{t("day.rest")}</li>
      <li className="make_up">{t("day.make_up")}</li>
      <li className="saturday">{t("calendar.weekend")}</li>
    </ul>
  );
}

function Year({ year, days }: { year: number; days: Day[] }) {
  const { t } = useGlossary();
  const counted = days.filter((day) => day.counted).length;
  const provisional = days.some((day) => readReason(day.reason).provisional);
  return (
    <>
      <p>
        {t("calendar.total", { year, counted })} {provisional && <strong>{t("calendar.provisional")}</strong>}
      </p>
      <div className="year">
        {Array.from({ length: 12 }, (_, index) => `${year}-${String(index + 1).padStart(2, "0")}`).map((month) => (
          <Month key={month} month={month} days={days.filter((day) => day.date.startsWith(month))} />
        ))}
      </div>
    </>
  );
}

function Month({ month, days }: { month: string; days: Day[] }) {
  const { t, locale } = useGlossary();
  const say = useReason();
  const name = new Intl.DateTimeFormat(locale, { month: "long", timeZone: "UTC" }).format(new Date(`${month}-01T00:00:00Z`));
  const week = (date: string) => (new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7;
  const rows = new Map<number, (Day | undefined)[]>();
  const first = week(`${month}-01`);
  for (const day of days) {
    const row = Math.floor((Number(day.date.slice(8)) - 1 + first) / 7);
    const cells = rows.get(row) ?? Array.from<Day | undefined>({ length: 7 });
    cells[week(day.date)] = day;
    rows.set(row, cells);
  }
  const heads = t("calendar.weekdays").split(" ");
  return (
    <table className="month">
      <caption>
        {name} <small>{t("calendar.month_total", { counted: days.filter((day) => day.counted).length })}</small>
      </caption>
      <thead>
        <tr>
          {heads.map((head, index) => (
            <th scope="col" key={`${index}-${head}`}>
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {[...rows].map(([row, cells]) => (
          <tr key={row}>
            {cells.map((day, index) =>
              day ? (
                <td key={day.date} className={readReason(day.reason).kind} title={say(day.reason)}>
                  {Number(day.date.slice(8))}
                  <span className="hidden"> {say(day.reason)}</span>
                </td>
              ) : (
                <td key={`${row}-${heads[index]}-${index}`} />
              ),
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
