/** Names of things in the log: an id, or a leaf's place `CLASS/PERIOD/INDEX`. */

export const isId = (text: string) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);

/** Where a leaf stands: the shard's class and period, and its index from 0. */
export interface Place {
  class: string;
  period: string;
  index: number;
}

/** The classes of shards, and whether a shard lasts a year or a month. */
export const SHARDS = [
  { id: "acts-permanent", lasts: "year" },
  { id: "administration-permanent", lasts: "year" },
  { id: "calls-3y", lasts: "month" },
] as const;

export function readPlace(text: string | undefined): Place | undefined {
  const [, shard, period, index] = /^([a-z0-9-]+)\/([0-9]{4}(?:-[0-9]{2})?)\/([0-9]{1,15})$/.exec(text ?? "") ?? [];
  if (shard === undefined || period === undefined || index === undefined) return undefined;
  return { class: shard, period, index: Number(index) };
}

export const placeText = (place: Place) => `${place.class}/${place.period}/${place.index}`;

/** The period of a shard of that class in which a day lies. */
export function periodOf(shard: string, day: string): string {
  return day.slice(0, SHARDS.find((one) => one.id === shard)?.lasts === "month" ? 7 : 4);
}
