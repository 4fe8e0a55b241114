/** What the pages about cases share: how a term, an article, a subject and the next act of the law are shown. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Tag, Tooltip } from "antd";
import type { ReactNode } from "react";
import type { Schemas } from "../../api/client";
import { me, organisations } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { dayOf, type Left, leftOf, minuteOf, readReason, urgencyOf } from "../../parts/time";

/** What the district's clock said last; a page whose session has ended goes on with it. */
let told: string | undefined;

/** Which day it is in the district: the demonstration has a clock of its own. */
export function useNow(): string {
  const { data } = useQuery(me);
  told = data?.now ?? told;
  return told ?? new Date().toISOString();
}

/** Words of the law, which are Chinese in every language of the screen. */
export function Law({ children }: { children: ReactNode }) {
  return <span lang="zh-CN">{children}</span>;
}

/** An article, one click away. The pack is the case's own: a running case keeps its law. */
export function Article({ pack, id }: { pack: string; id: string }) {
  const { t } = useGlossary();
  return (
    <Link to="/law" search={{ pack, article: id }} className="article" title={t("law.open_article", { article: id })}>
      {id}
    </Link>
  );
}

function useLeftWords(): (left: Left) => string {
  const { t } = useGlossary();
  return (left) => {
    if (left.kind === "overdue") return t("left.overdue", { days: left.days });
    if (left.kind === "today") return t("left.today");
    return t(left.kind === "working_days" ? "left.working_days" : "left.days", { days: left.days });
  };
}

const LOUD = ["error", "warning", "default"] as const;

/** How much of a term is left, loud when little. */
export function LeftTag({ due, derivation }: { due: string; derivation?: Schemas["Derivation"] | null }) {
  const words = useLeftWords();
  const left = leftOf(useNow(), due, derivation);
  return (
    <Tag color={LOUD[urgencyOf(left)]} className="left">
      {words(left)}
    </Tag>
  );
}

/** A derivation, day by day, as a strip of days: those that count are filled and numbered. */
export function Days({ derivation }: { derivation: Schemas["Derivation"] }) {
  const { t } = useGlossary();
  const today = dayOf(useNow());
  const say = useReason();
  if (derivation.days.length > 70)
    return <p className="quiet">{t("days.long", { days: derivation.days.length, last: derivation.last_day })}</p>;
  let counted = 0;
  return (
    <div className="days">
      <ol>
        {derivation.days.map((day) => {
          if (day.counted) counted += 1;
          const what = `${day.date} ${say(day.reason)}`;
          const kind = readReason(day.reason).kind;
          const marks = [
            "day",
            kind,
            day.counted ? "counted" : "",
            day.date === today ? "now" : "",
            day.date < today ? "past" : "",
          ];
          return (
            <li key={day.date} className={marks.join(" ")} title={what}>
              <span aria-hidden="true">{day.date.slice(5)}</span>
              <b aria-hidden="true">{day.counted ? counted : t("days.not_counted")}</b>
              <span className="hidden">{`${what} ${day.counted ? t("days.number", { n: counted }) : ""}`}</span>
            </li>
          );
        })}
      </ol>
      <p className="quiet">
        {t("days.end", { last: derivation.last_day, total: counted })}
        {derivation.provisional && ` ${t("days.provisional")}`}
      </p>
    </div>
  );
}

function useReason(): (reason: string) => string {
  const { t, term } = useGlossary();
  return (reason) => {
    const read = readReason(reason);
    const kind = read.kind === "other" ? reason : term("day", read.kind);
    const festival = read.festival === null ? "" : t("day.festival", { festival: read.festival });
    const parts = [kind + festival];
    if (read.moves) parts.push(t("day.moves"));
    if (read.extended) parts.push(t("day.extension"));
    if (read.provisional) parts.push(t("day.provisional"));
    return parts.join(t("list.comma"));
  };
}

/** The nearest date due of a case in a list, loud when little is left; the article stands with it. */
export function DueTag({ due }: { due: Schemas["DueLine"] }) {
  const { t } = useGlossary();
  const days = due.working_days_left;
  const words =
    due.overdue || days < 0
      ? t("left.overdue_working", { days: Math.max(1, -days) })
      : days === 0
        ? t("left.today")
        : t("left.working_days", { days });
  return (
    <Tag color={days <= 0 ? "error" : days <= 3 ? "warning" : "default"} className="left">
      {words}
    </Tag>
  );
}

/** What a case in a list is about; what only its holder knows stays a short id. */
export function useSubject(): (line: Schemas["CaseLine"]) => string {
  const { term } = useGlossary();
  return (line) => line.subject_title ?? line.matter ?? `${term("subject", line.subject_kind)} ${line.subject.slice(-6)}`;
}

export function useOrganisation(): (id: string | null | undefined) => string {
  const { data } = useQuery(organisations);
  return (id) => (id ? (data?.items.find((one) => one.id === id)?.name ?? id.slice(-6)) : "");
}

/** Who acted: the role and the organisation, once where both are called alike. */
export function useActor(name: (id: string) => string): (act: Schemas["ActView"]) => string {
  const { t } = useGlossary();
  const organisation = useOrganisation();
  return (act) =>
    act.actor === "law"
      ? t("case.by_law")
      : [...new Set([name(act.role), organisation(act.organisation)])].filter((part) => part !== "").join(t("list.dot"));
}

/** What the law does when a term runs out and nobody has acted. */
export function Ahead({ pack, foreseen }: { pack: string; foreseen: Schemas["Foreseen"] }) {
  const { t } = useGlossary();
  return (
    <span className="ahead">
      <Tooltip title={minuteOf(foreseen.at)}>
        <time dateTime={foreseen.at}>{minuteOf(foreseen.at)}</time>
      </Tooltip>{" "}
      <Law>{foreseen.act?.title ?? foreseen.outcome.title}</Law>
      {foreseen.effects.length > 0 && (
        <Law>
          {t("list.open")}
          {foreseen.effects.map((effect) => effect.title).join(t("list.separator"))}
          {t("list.close")}
        </Law>
      )}{" "}
      <Article pack={pack} id={foreseen.article} />
    </span>
  );
}
