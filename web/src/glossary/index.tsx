/**
 * Every word on the screen. There is one folder per language, one file in it per slice, with the same keys (a test holds them to it); components name a
 * word by its key and never write one. Words of the law come from the packs, in Chinese, in every language.
 */
import { createContext, type ReactNode, useContext } from "react";
import type chinese from "./zh-CN";

export type Word = keyof typeof chinese;
export type Words = Record<Word, string>;
export type Locale = "zh-CN" | "en";

export const LOCALES: Locale[] = ["zh-CN", "en"];

const LOAD: Record<Locale, () => Promise<{ default: Words }>> = {
  "zh-CN": () => import("./zh-CN"),
  en: () => import("./en"),
};

export async function loadWords(locale: Locale): Promise<Words> {
  return (await LOAD[locale]()).default;
}

/** Puts `values` where the text says `{name}`. */
export function fill(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

export interface Glossary {
  locale: Locale;
  t: (word: Word, values?: Record<string, string | number>) => string;
  /** The word `prefix.id` where the glossary has it, else `otherwise`: for ids of closed lists that arrive over the wire. */
  term: (prefix: string, id: string, otherwise?: string) => string;
}

export function glossaryOf(locale: Locale, words: Words): Glossary {
  const table: Record<string, string> = words;
  return {
    locale,
    t: (word, values) => fill(words[word], values ?? {}),
    term: (prefix, id, otherwise) => table[`${prefix}.${id}`] ?? otherwise ?? id,
  };
}

const Context = createContext<Glossary | null>(null);

export function GlossaryProvider({ value, children }: { value: Glossary; children: ReactNode }) {
  return <Context value={value}>{children}</Context>;
}

export function useGlossary(): Glossary {
  const glossary = useContext(Context);
  if (glossary === null) throw new Error("no glossary around this component");
  return glossary;
}
