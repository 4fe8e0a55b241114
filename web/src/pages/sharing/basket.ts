/**
 * The basket: which fields of which datasets somebody means to ask for. It stays on this machine until the requests are made,
 * apart for each person, and holds nothing but names of the catalogue.
 */
import { useQuery } from "@tanstack/react-query";
import { useCallback, useSyncExternalStore } from "react";
import { me } from "../../api/queries";

/** One dataset with the codes of the items wanted of it. */
export interface Wanted {
  entry: string;
  title: string;
  provider: string;
  items: string[];
}

/** Datasets in one basket; more would be no request that anybody can judge. */
export const MOST = 20;

const PREFIX = "gongshu.basket.";
const EMPTY: Wanted[] = [];
const listeners = new Set<() => void>();
/** What was read last, so that the same text gives the same list. */
const seen = new Map<string, { text: string | null; list: Wanted[] }>();

function isWanted(value: unknown): value is Wanted {
  if (typeof value !== "object" || value === null) return false;
  const { entry, title, provider, items } = value as Record<string, unknown>;
  return [entry, title, provider].every((one) => typeof one === "string") && Array.isArray(items);
}

function read(person: string): Wanted[] {
  const text = localStorage.getItem(PREFIX + person);
  const before = seen.get(person);
  if (before && before.text === text) return before.list;
  let list = EMPTY;
  try {
    const kept: unknown = JSON.parse(text ?? "[]");
    if (Array.isArray(kept)) list = kept.filter(isWanted);
  } catch {
    // What cannot be read was not written by this page; the basket is empty then.
  }
  seen.set(person, { text, list });
  return list;
}

function write(person: string, list: Wanted[]): void {
  if (list.length === 0) localStorage.removeItem(PREFIX + person);
  else localStorage.setItem(PREFIX + person, JSON.stringify(list));
  for (const tell of listeners) tell();
}

function subscribe(tell: () => void): () => void {
  listeners.add(tell);
  // Another window of the same person changes the same basket.
  window.addEventListener("storage", tell);
  return () => {
    listeners.delete(tell);
    window.removeEventListener("storage", tell);
  };
}

export function useBasket() {
  const person = useQuery(me).data?.person ?? "";
  const list = useSyncExternalStore(
    subscribe,
    useCallback(() => (person === "" ? EMPTY : read(person)), [person]),
  );
  return {
    list,
    /** Puts a dataset in, or other items of it in the place of those chosen before; without items it is taken out. */
    put: (wanted: Wanted) => {
      const others = read(person).filter((one) => one.entry !== wanted.entry);
      if (person !== "") write(person, wanted.items.length === 0 ? others : [...others, wanted]);
    },
    drop: (entry: string) => {
      if (person !== "")
        write(
          person,
          read(person).filter((one) => one.entry !== entry),
        );
    },
  };
}

/** Whether this person asks for data on behalf of the organisation; the interface decides, this spares others the pages for it. */
export function useAsks(): boolean {
  const roles = useQuery(me).data?.roles ?? [];
  return roles.includes("data_executive") || roles.includes("chief_data_officer");
}
