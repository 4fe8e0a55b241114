/** Language and theme: what a person chose on this machine, else what the machine prefers. Kept in the browser only. */
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";
import { type Glossary, GlossaryProvider, glossaryOf, LOCALES, type Locale, loadWords, type Words } from "../glossary";
import type { ThemeName } from "../theme";

interface Preferences {
  theme: ThemeName;
  setTheme: (theme: ThemeName) => void;
  setLocale: (locale: Locale) => void;
}

const Context = createContext<Preferences | null>(null);

export function usePreferences(): Preferences {
  const preferences = useContext(Context);
  if (preferences === null) throw new Error("no preferences around this component");
  return preferences;
}

export function firstLocale(): Locale {
  const kept = localStorage.getItem("gongshu.locale");
  return LOCALES.find((locale) => locale === kept) ?? "zh-CN";
}

function firstTheme(): ThemeName {
  const kept = localStorage.getItem("gongshu.theme");
  if (kept === "light" || kept === "dark") return kept;
  return window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

export function PreferencesProvider({ words: first, children }: { words: Words; children: ReactNode }) {
  const [theme, setTheme] = useState(firstTheme);
  const [glossary, setGlossary] = useState<Glossary>(() => glossaryOf(firstLocale(), first));

  useEffect(() => {
    document.documentElement.className = theme;
    document.documentElement.style.colorScheme = theme;
  }, [theme]);

  useEffect(() => {
    document.documentElement.lang = glossary.locale;
  }, [glossary]);

  const preferences = useMemo<Preferences>(
    () => ({
      theme,
      setTheme: (next) => {
        localStorage.setItem("gongshu.theme", next);
        setTheme(next);
      },
      setLocale: (next) => {
        localStorage.setItem("gongshu.locale", next);
        void loadWords(next).then((words) => setGlossary(glossaryOf(next, words)));
      },
    }),
    [theme],
  );

  return (
    <Context value={preferences}>
      <GlossaryProvider value={glossary}>{children}</GlossaryProvider>
    </Context>
  );
}
