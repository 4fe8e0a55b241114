/** What changed since the reader was last here, by others and by the law. */
import { Link } from "@tanstack/react-router";
import type { Schemas } from "../../api/client";
import { changes } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { List } from "../../parts/List";
import { minuteOf } from "../../parts/time";
import { Law } from "./parts";

export function Changes({ since }: { since: string }) {
  const { t } = useGlossary();
  return (
    <section className="card" aria-labelledby="changes" data-tour="changes">
      <div className="card-head">
        <h2 id="changes">{t("home.changes")}</h2>
        <span className="quiet">{t("home.changes_since", { since: minuteOf(since) })}</span>
      </div>
      <List
        query={(offset, limit) => changes(since, offset, limit)}
        rows={6}
        empty={<p className="quiet">{t("home.no_changes")}</p>}
      >
        {({ items }) => (
          <ul className="changes">
            {items.map((change) => (
              <One key={change.id} change={change} />
            ))}
          </ul>
        )}
      </List>
    </section>
  );
}

function One({ change }: { change: Schemas["Paged_Change"]["items"][number] }) {
  const { t } = useGlossary();
  return (
    <li>
      <time dateTime={change.at} className="number quiet">
        {minuteOf(change.at)}
      </time>
      <span>
        <Link to="/cases/$id" params={{ id: change.case }}>
          <Law>{change.subject_title ?? change.procedure_title}</Law>
        </Link>
        <small>
          <Law>
            {change.role_title}
            {t("list.colon")}
            {change.title}
          </Law>
          {change.from_title !== change.to_title && (
            <Law>
              {t("list.comma")}
              {t("home.changed_to", { state: change.to_title })}
            </Law>
          )}{" "}
          {change.article}
        </small>
      </span>
      {change.by_me && <small className="quiet">{t("home.by_me")}</small>}
    </li>
  );
}
