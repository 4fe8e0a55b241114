/** What happened to an entry: each act with who did it, on which article, what it changed, and where it is proven. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Tag } from "antd";
import type { Schemas } from "../../api/client";
import { history, packs } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { List } from "../../parts/List";
import { minuteOf } from "../../parts/time";
import { Article, Law, useOrganisation } from "../docket/parts";
import { Changes } from "./Changes";
import { useNames } from "./Entry";

export function History({ view }: { view: Schemas["EntryView"] }) {
  const { t } = useGlossary();
  return (
    <section className="card">
      <h2>{t("entry_view.history")}</h2>
      <List query={(offset, limit) => history(view.id, offset, limit)} rows={10} empty={t("history.nothing")}>
        {({ items }) => (
          <ol className="timeline">
            {items.map((line) => (
              <Line key={line.act} line={line} organisation={view.organisation} />
            ))}
          </ol>
        )}
      </List>
    </section>
  );
}

function Line({ line, organisation }: { line: Schemas["HistoryLine"]; organisation: string }) {
  const { t, term } = useGlossary();
  const name = useOrganisation();
  const names = useNames(organisation);
  const ours = useQuery(packs).data?.find((pack) => pack.ours)?.id ?? "";
  // The first version is the whole entry; it is read where the entry is read.
  const first = line.version === 1;
  return (
    <li className={line.actor === "law" ? "by-law" : ""}>
      <p className="history-line">
        <strong>
          <Law>{line.title}</Law>
        </strong>
        {line.version !== null && <Tag color="processing">{t("catalogue.version_number", { number: line.version })}</Tag>}
        {line.narrowed && <Tag color="warning">{t("catalogue.narrowed")}</Tag>}
        {line.articles.map((article) => (
          <Article key={article} pack={ours} id={article} />
        ))}
      </p>
      <p className="quiet history-line">
        <span className="number">{minuteOf(line.at)}</span>
        <Law>{line.organisation ? name(line.organisation) : term("actor", line.actor)}</Law>
        <Link to="/cases/$id" params={{ id: line.case }}>
          <Law>{line.procedure_title}</Law>
        </Link>
        <Link to="/evidence" search={{ act: line.act }}>
          {line.log_index === null ? t("evidence.show") : t("case.log_index", { index: line.log_index })}
        </Link>
      </p>
      {line.changes.length > 0 && (
        <details open={!first}>
          <summary>{t(first ? "history.first" : "catalogue.what_changed")}</summary>
          <Changes changes={line.changes} names={names} />
        </details>
      )}
    </li>
  );
}
