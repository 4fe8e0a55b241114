/**
 * Counting and writing of time. The district stands in Shanghai, and so does every date on the screen, wherever the browser is.
 *
 * Nothing here computes a term: the days come from the derivation that the district prints, and are only counted.
 */
import type { Schemas } from "../api/client";

const ZONE = "Asia/Shanghai";

/** `2026-03-02` in Shanghai. */
export function dayOf(instant: string): string {
  return new Intl.DateTimeFormat("en-CA", { timeZone: ZONE, year: "numeric", month: "2-digit", day: "2-digit" }).format(
    new Date(instant),
  );
}

/** `2026-03-02 09:05` in Shanghai. */
export function minuteOf(instant: string): string {
  const time = new Intl.DateTimeFormat("en-GB", { timeZone: ZONE, hour: "2-digit", minute: "2-digit" }).format(
    new Date(instant),
  );
  return `${dayOf(instant)} ${time}`;
}

/** The last day of a term that runs out at `due`: a term ends at 24:00, which is 00:00 of the day after. */
export function lastDayOf(due: string): string {
  return dayOf(new Date(new Date(due).getTime() - 1).toISOString());
}

/** Calendar days from `today` until `day`, both `YYYY-MM-DD`; negative when `day` has passed. */
function daysBetween(today: string, day: string): number {
  return Math.round((Date.parse(`${day}T00:00:00Z`) - Date.parse(`${today}T00:00:00Z`)) / 86_400_000);
}

export type Left =
  | { kind: "overdue"; days: number }
  | { kind: "today" }
  | { kind: "working_days"; days: number }
  | { kind: "days"; days: number };

/**
 * How long a term still runs, seen from `now`. In working days where the derivation counts day by day; in calendar days where
 * it does not (months and years), or where there is none.
 */
export function leftOf(now: string, due: string, derivation: Schemas["Derivation"] | null | undefined): Left {
  const today = dayOf(now);
  const last = derivation?.last_day ?? lastDayOf(due);
  if (new Date(due) <= new Date(now)) return { kind: "overdue", days: Math.max(1, daysBetween(last, today)) };
  if (last <= today) return { kind: "today" };
  if (derivation && !derivation.days.some((day) => day.reason.startsWith("calendar day"))) {
    return { kind: "working_days", days: derivation.days.filter((day) => day.counted && day.date > today).length };
  }
  return { kind: "days", days: daysBetween(today, last) };
}

/** 0 = overdue or today, 1 = within three days, 2 = later: how loudly a date is shown. */
export function urgencyOf(left: Left): 0 | 1 | 2 {
  if (left.kind === "overdue" || left.kind === "today") return 0;
  return left.days <= 3 ? 1 : 2;
}

export type DayKind = "event" | "working" | "make_up" | "rest" | "saturday" | "sunday" | "calendar" | "paused" | "other";

/** What a line of a derivation says about its day: the kind, the festival, whether the year's notice is still to come. */
export function readReason(reason: string): {
  kind: DayKind;
  festival: string | null;
  provisional: boolean;
  extended: boolean;
  moves: boolean;
} {
  const kinds: [string, DayKind][] = [
    ["day of the event", "event"],
    ["make-up working day", "make_up"],
    ["working day", "working"],
    ["rest day", "rest"],
    ["Saturday", "saturday"],
    ["Sunday", "sunday"],
    ["calendar day", "calendar"],
    ["paused", "paused"],
  ];
  const kind = kinds.find(([start]) => reason.startsWith(start))?.[1] ?? "other";
  const festival = /\(([^)]+)\)/.exec(reason)?.[1] ?? null;
  return {
    kind,
    festival,
    provisional: reason.includes("provisional"),
    extended: reason.includes(", extension"),
    moves: reason.includes("moves on"),
  };
}
