/** What happened to an entry: each act with who did it, on which article, what it changed, and where it is proven. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Pagination, Tag } from "antd";
import { useState } from "react";
import type { Schemas } from "../../api/client";
import { history, packs } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { minuteOf } from "../../parts/time";
import { Loaded, Nothing } from "../../shell/Faults";
import { Article, Law, useOrganisation } from "../docket/parts";
import { Changes } from "./Changes";
import { useNames } from "./Entry";

const PAGE = 10;

export function History({ view }: { view: Schemas["EntryView"] }) {
  const { t } = useGlossary();
  const [page, setPage] = useState(1);
  const found = useQuery({ ...history(view.id, (page - 1) * PAGE, PAGE), placeholderData: (before) => before });
  return (
    <section className="card">
      <h2>{t("entry_view.history")}</h2>
      <Loaded of={found}>
        {({ items, total }) =>
          total === 0 ? (
            <Nothing>{t("history.nothing")}</Nothing>
          ) : (
            <>
              <ol className="timeline">
                {items.map((line) => (
                  <Line key={line.act} line={line} organisation={view.organisation} />
                ))}
              </ol>
              {total > PAGE && (
                <Pagination
                  size="small"
                  align="end"
                  current={page}
                  pageSize={PAGE}
                  total={total}
                  showSizeChanger={false}
                  onChange={setPage}
                />
              )}
            </>
          )
        }
      </Loaded>
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
