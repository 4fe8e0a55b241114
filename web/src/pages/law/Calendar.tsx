/** The year's calendar as the law counts it: working days, rest days, make-up days, and the notices that say so. */
import { useQuery } from "@tanstack/react-query";
import { Alert, Segmented } from "antd";
import { useState } from "react";
import type { Schemas } from "../../api/client";
import { calendarYear } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { Loaded } from "../../shell/Faults";
import { useNow } from "../docket/parts";

type Day = Schemas["CalendarDay"];

export function Calendar() {
  const { t } = useGlossary();
  const thisYear = Number(useNow().slice(0, 4));
  const [year, setYear] = useState(thisYear);
  const found = useQuery(calendarYear(year));
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
      <Loaded of={found} rows={12}>
        {(view) => <Year view={view} />}
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

function Year({ view }: { view: Schemas["CalendarView"] }) {
  const { t } = useGlossary();
  return (
    <>
      <p>{t("calendar.total", { year: view.year, counted: view.working_days })}</p>
      {view.provisional && <Alert type="warning" showIcon title={t("calendar.provisional", { year: view.year })} />}
      <div className="year">
        {Array.from({ length: 12 }, (_, index) => `${view.year}-${String(index + 1).padStart(2, "0")}`).map((month) => (
          <Month key={month} month={month} days={view.days.filter((day) => day.date.startsWith(month))} />
        ))}
      </div>
      <Holidays days={view.days} />
      {view.notices.length > 0 && (
        <>
          <h2>{t("calendar.notices")}</h2>
          <ul className="over">
            {view.notices.map((notice) => (
              <li key={notice.number}>
                <a href={notice.url} rel="noreferrer" target="_blank" lang="zh-CN">
                  {notice.title}
                </a>{" "}
                <span lang="zh-CN">{notice.number}</span>{" "}
                <span className="quiet">{t("calendar.published", { day: notice.published })}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

/** The year's holidays, each with the days that rest and the days that are worked for them. */
function Holidays({ days }: { days: Day[] }) {
  const { t } = useGlossary();
  const names = [...new Set(days.flatMap((day) => (day.name === null ? [] : [day.name])))];
  if (names.length === 0) return null;
  const short = (list: Day[]) =>
    spansOf(list.map((day) => day.date))
      .map(([first, last]) => (first === last ? brief(first) : `${brief(first)}${t("list.until")}${brief(last)}`))
      .join(t("list.separator"));
  return (
    <table className="plain-table dense holidays">
      <caption className="hidden">{t("calendar.holidays")}</caption>
      <thead>
        <tr>
          <th scope="col">{t("calendar.holiday")}</th>
          <th scope="col">{t("day.rest")}</th>
          <th scope="col">{t("day.make_up")}</th>
        </tr>
      </thead>
      <tbody>
        {names.map((name) => {
          const own = days.filter((day) => day.name === name);
          const worked = own.filter((day) => day.kind === "make_up");
          return (
            <tr key={name}>
              <th scope="row" lang="zh-CN">
                {name}
              </th>
              <td className="number-wrap">{short(own.filter((day) => day.kind === "rest"))}</td>
              <td className="number-wrap">{worked.length > 0 ? short(worked) : t("value.none")}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

const brief = (date: string) => date.slice(5);

/** Days that follow upon one another as one span each. */
function spansOf(dates: string[]): [string, string][] {
  const spans: [string, string][] = [];
  for (const date of dates) {
    const last = spans.at(-1);
    if (last && Date.parse(date) - Date.parse(last[1]) === 86_400_000) last[1] = date;
    else spans.push([date, date]);
  }
  return spans;
}

const LOOK = { work: "working", weekend: "saturday", rest: "rest", make_up: "make_up" } as const;

function Month({ month, days }: { month: string; days: Day[] }) {
  const { t, term, locale } = useGlossary();
  const name = new Intl.DateTimeFormat(locale, { month: "long", timeZone: "UTC" }).format(new Date(`${month}-01T00:00:00Z`));
  const week = (date: string) => (new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7;
  const say = (day: Day) =>
    (day.kind === "weekend" ? t("calendar.weekend") : term("day", LOOK[day.kind])) +
    (day.name === null ? "" : t("day.festival", { festival: day.name }));
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
        {name} <small>{t("calendar.month_total", { counted: days.filter((day) => day.working).length })}</small>
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
                <td key={day.date} className={LOOK[day.kind]} title={say(day)}>
                  {Number(day.date.slice(8))}
                  <span className="hidden"> {say(day)}</span>
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
