/**
 * The first steps for whoever is here for the first time: a few words beside the parts of the page that matter in their role.
 *
 * It blocks nothing: the page stays usable under it, the keyboard reaches its buttons, Escape ends it. That somebody has seen it
 * is remembered on this machine by the person's id; the help page starts it again.
 */
import { Button } from "antd";
import { useEffect, useRef, useState } from "react";
import type { Schemas } from "../api/client";
import { useGlossary } from "../glossary";

export type Part = "work" | "officer" | "system" | "security" | "audit";

/** What somebody mainly is here: an administrator before anything else, then an office, then an organisation's own work. */
export function partOf(known: Schemas["Me"]): Part {
  if (known.roles.includes("system_administrator")) return "system";
  if (known.roles.includes("security_administrator")) return "security";
  if (known.roles.includes("audit_administrator")) return "audit";
  return known.office !== null && known.roles.includes("officer") ? "officer" : "work";
}

/** Which part of the page each step is about; its words are `tour.<part>_<step>`. */
const STEPS: Record<Part, string[]> = {
  work: ["due", "/catalogue", "/sharing", "notices", "find"],
  officer: ["due", "figures", "notices", "/law", "find"],
  system: ["/administration", "due", "/law", "find"],
  security: ["/administration", "account", "/evidence", "find"],
  audit: ["/evidence", "/administration", "/cases", "find"],
};

const KEY = "gongshu.tours";

const seen = () => (localStorage.getItem(KEY) ?? "").split(" ");

function remember(person: string): void {
  localStorage.setItem(KEY, [...new Set([...seen(), person])].join(" ").trim());
}

/** Shows the tour to a person once. `all` among those remembered means everybody. */
export function wantsTour(person: string): boolean {
  return !seen().some((one) => one === person || one === "all");
}

export function Tour({ known, close }: { known: Schemas["Me"]; close: () => void }) {
  const { t, term } = useGlossary();
  const part = partOf(known);
  const steps = STEPS[part];
  const [at, setAt] = useState(0);
  const next = useRef<HTMLButtonElement>(null);
  const target = steps[at] ?? "";

  const end = () => {
    remember(known.person ?? "");
    close();
  };

  useEffect(() => {
    const place = document.querySelector(`[data-tour="${target}"]`);
    place?.classList.add("tour-here");
    place?.scrollIntoView({ block: "nearest" });
    return () => place?.classList.remove("tour-here");
  }, [target]);

  return (
    <section
      className="tour"
      aria-labelledby="tour-title"
      aria-live="polite"
      onKeyDown={(event) => event.key === "Escape" && end()}
    >
      <header>
        <h2 id="tour-title">{t("tour.title")}</h2>
        <span className="quiet number">{t("tour.step", { n: at + 1, all: steps.length })}</span>
      </header>
      <p>{term("tour", `${part}_${at + 1}`)}</p>
      <div className="filters">
        <Button type="text" onClick={end}>
          {t("tour.skip")}
        </Button>
        <span className="grow" />
        {at > 0 && <Button onClick={() => setAt(at - 1)}>{t("tour.back")}</Button>}
        <Button ref={next} type="primary" onClick={() => (at + 1 < steps.length ? setAt(at + 1) : end())}>
          {t(at + 1 < steps.length ? "tour.next" : "tour.end")}
        </Button>
      </div>
    </section>
  );
}
