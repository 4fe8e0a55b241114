/** Why a date is what it is: the article behind it, the derivation day by day, and what the law does then. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Schemas } from "../../api/client";
import { explanation } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { minuteOf } from "../../parts/time";
import { Loaded } from "../../shell/Faults";
import { Ahead, Article, Days, Law } from "./parts";

export function Why({ line }: { line: Schemas["CaseLine"] }) {
  const { t } = useGlossary();
  const why = useQuery(explanation(line.id));
  return (
    <Loaded of={why}>
      {(found) => {
        // The date in the list names its place among the terms; the others that run follow it.
        const nearest = line.due ? found.clocks[line.due.run] : undefined;
        const others = found.clocks.filter((clock) => clock !== nearest && clock.status === "running" && clock.due);
        return (
          <div className="stack">
            {[...(nearest ? [nearest] : []), ...others].map((clock) => (
              <section key={`${clock.clock.id} ${clock.started_at}`} className="stack">
                <h3>
                  <Law>{clock.clock.title}</Law> <Article pack={found.pack} id={clock.article} />
                </h3>
                <blockquote lang="zh-CN">{clock.says}</blockquote>
                <p>
                  {t("clock.term")} <Law>{clock.term}</Law> {t("clock.since", { since: minuteOf(clock.started_at) })}
                </p>
                {clock.derivation && <Days derivation={clock.derivation} />}
              </section>
            ))}
            {found.ahead.length > 0 && (
              <section className="stack">
                <h3>{t("home.ahead")}</h3>
                {found.ahead.map((foreseen) => (
                  <p key={foreseen.clock.id}>
                    <Ahead pack={found.pack} foreseen={foreseen} />
                  </p>
                ))}
              </section>
            )}
            <Link to="/cases/$id" params={{ id: line.id }}>
              {t("home.open_case")}
            </Link>
          </div>
        );
      }}
    </Loaded>
  );
}
