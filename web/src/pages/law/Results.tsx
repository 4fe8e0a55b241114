/** What was found in a book, kind by kind: articles with their text, terms, procedures and acts. */
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Book } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { Nothing } from "../../shell/Faults";
import { Article } from "../docket/parts";
import { findIn } from "./find";
import { Marked, Text } from "./Text";

/** Lines of one kind that are shown at once; whoever needs more types another word. */
const MOST = 30;

export function Results({ book, typed }: { book: Book; typed: string }) {
  const { t, term } = useGlossary();
  const { words, articles, procedures, acts, terms } = findIn(book, typed);
  const total = articles.length + procedures.length + acts.length + terms.length;
  if (total === 0) return <Nothing>{t("law.nothing_found")}</Nothing>;
  const go = (id: string, title: string, act?: string) => (
    <Link
      to="/law/$pack/$procedure"
      params={{ pack: book.id, procedure: id }}
      hash={act ? `act-${act}` : undefined}
      lang="zh-CN"
    >
      <Marked text={title} words={words} />
    </Link>
  );
  return (
    <div className="results">
      <p role="status">{t("law.found", { total })}</p>
      <Group title={t("law.terms")} count={terms.length}>
        {terms.slice(0, MOST).map(({ procedure, clock }) => (
          <li key={`${procedure.id} ${clock.id}`}>
            {go(procedure.id, clock.title)}{" "}
            <strong>
              {clock.amount} {term("unit", clock.unit)}
            </strong>{" "}
            <Article pack={book.id} id={clock.article} /> <small lang="zh-CN">{procedure.title}</small>
          </li>
        ))}
      </Group>
      <Group title={t("law.procedures")} count={procedures.length}>
        {procedures.slice(0, MOST).map((one) => (
          <li key={one.id}>
            {go(one.id, one.title)} <Article pack={book.id} id={one.article} />
          </li>
        ))}
      </Group>
      <Group title={t("law.acts")} count={acts.length}>
        {acts.slice(0, MOST).map(({ procedure, act }) => (
          <li key={`${procedure.id} ${act.id}`}>
            {go(procedure.id, act.title, act.id)} <Article pack={book.id} id={act.article} />{" "}
            <small lang="zh-CN">{procedure.title}</small>
          </li>
        ))}
      </Group>
      {articles.length > 0 && (
        <h2>
          {t("law.articles")} <small>{articles.length}</small>
        </h2>
      )}
      {articles.map((one) => (
        <article key={one.id} className="card">
          <h3>
            <Link to="/law" search={{ pack: book.id, article: one.id }}>
              <code>{one.id}</code>{" "}
              <span lang="zh-CN">
                <Marked text={one.title} words={words} />
              </span>
            </Link>
          </h3>
          <Text pack={book.id} text={one.paraphrase} words={words} />
        </article>
      ))}
    </div>
  );
}

function Group({ title, count, children }: { title: string; count: number; children: ReactNode }) {
  const { t } = useGlossary();
  if (count === 0) return null;
  return (
    <section className="card">
      <h2>
        {title} <small>{count}</small>
      </h2>
      <ul className="over">{children}</ul>
      {count > MOST && <p className="quiet">{t("law.more", { count: count - MOST })}</p>}
    </section>
  );
}
