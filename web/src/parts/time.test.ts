import { expect, test } from "vitest";
import type { Schemas } from "../api/client";
import { dayOf, lastDayOf, leftOf, minuteOf, readReason, urgencyOf } from "./time";

const day = (date: string, counted: boolean, reason: string) => ({ date, counted, reason });

/** CN-18, ten working days from 2026-02-12: the tail of what the district derives, over the Spring Festival. */
const REPLY: Schemas["Derivation"] = {
  due: "2026-03-04T16:00:00Z",
  last_day: "2026-03-04",
  provisional: false,
  days: [
    day("2026-02-27", true, "working day"),
    day("2026-02-28", true, "make-up working day (春节)"),
    day("2026-03-01", false, "Sunday"),
    day("2026-03-02", true, "working day"),
    day("2026-03-03", true, "working day"),
    day("2026-03-04", true, "working day"),
  ],
};

test("a day is Shanghai's day, wherever the browser stands", () => {
  expect(dayOf("2026-03-01T16:00:00Z")).toBe("2026-03-02");
  expect(minuteOf("2026-03-01T15:59:00Z")).toBe("2026-03-01 23:59");
});

test("a term that ends at 24:00 has the day before as its last day", () => {
  expect(lastDayOf("2026-03-04T16:00:00Z")).toBe("2026-03-04");
});

test("what is left of a term in working days counts the derivation's days after today, make-up days too", () => {
  expect(leftOf("2026-03-02T01:00:00Z", REPLY.due, REPLY)).toEqual({ kind: "working_days", days: 2 });
  expect(leftOf("2026-02-27T01:00:00Z", REPLY.due, REPLY)).toEqual({ kind: "working_days", days: 4 });
});

test("a term in months is left in calendar days, and so is one without a derivation", () => {
  const months = { ...REPLY, days: [day("2026-03-03", true, "calendar day"), day("2026-03-04", true, "working day")] };
  expect(leftOf("2026-03-02T01:00:00Z", REPLY.due, months)).toEqual({ kind: "days", days: 2 });
  expect(leftOf("2026-03-02T01:00:00Z", REPLY.due, null)).toEqual({ kind: "days", days: 2 });
});

test("the last day is today until 24:00, and overdue from then on", () => {
  expect(leftOf("2026-03-04T15:59:59Z", REPLY.due, REPLY)).toEqual({ kind: "today" });
  expect(leftOf("2026-03-04T16:00:00Z", REPLY.due, REPLY)).toEqual({ kind: "overdue", days: 1 });
  expect(urgencyOf({ kind: "overdue", days: 1 })).toBe(0);
  expect(urgencyOf({ kind: "working_days", days: 3 })).toBe(1);
  expect(urgencyOf({ kind: "working_days", days: 4 })).toBe(2);
});

test("every reason that a derivation can give for a day is understood", () => {
  expect(readReason("make-up working day (春节)")).toMatchObject({ kind: "make_up", festival: "春节" });
  expect(readReason("working day, extension, provisional: no notice for 2027 yet")).toMatchObject({
    kind: "working",
    extended: true,
    provisional: true,
  });
  expect(readReason("rest day (国庆节): the term moves on to the next working day")).toMatchObject({
    kind: "rest",
    moves: true,
  });
  for (const reason of ["day of the event", "Saturday", "Sunday", "paused", "calendar day"]) {
    expect(readReason(reason).kind).not.toBe("other");
  }
});
