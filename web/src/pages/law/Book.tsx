/** The book of a pack: its articles to read with what rests on each, its procedures, and what is found in all of it. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Input } from "antd";
import { useEffect, useRef } from "react";
import type { Schemas } from "../../api/client";
import { type Book, pack } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { CLEARABLE } from "../../parts/Select";
import { Table } from "../../parts/Table";
import { Loaded, Nothing } from "../../shell/Faults";
import { Article } from "../docket/parts";
import { Results } from "./Results";
import { Text } from "./Text";

export function BookView({ id, view }: { id: string; view: "articles" | "procedures" }) {
  const { t } = useGlossary();
  const search = useSearch({ from: "/shell/law" });
  const navigate = useNavigate({ from: "/law" });
  const book = useQuery(pack(id));
  const typed = (search.search ?? "").trim();
  return (
    <>
      <search>
        <Input.Search
          key={typed}
          className="law-search"
          allowClear={CLEARABLE}
          aria-label={t("law.search")}
          placeholder={t("law.search")}
          defaultValue={typed}
          onSearch={(text) => void navigate({ search: { pack: id, view, search: text.trim() || undefined } })}
        />
      </search>
      <Loaded of={book} rows={12}>
        {(found) => {
          if (typed !== "") return <Results book={found} typed={typed} />;
          return view === "articles" ? <Articles book={found} /> : <Procedures book={found} />;
        }}
      </Loaded>
    </>
  );
}

function Articles({ book }: { book: Book }) {
  const { t } = useGlossary();
  const { article } = useSearch({ from: "/shell/law" });
  const here = useRef<HTMLElement>(null);
  const wanted = article !== undefined && book.articles.some((one) => one.id === article);
  // The article that was asked for, once the book is there; `article` is named because another may be asked for later.
  useEffect(() => {
    if (wanted && article) here.current?.scrollIntoView({ block: "start" });
  }, [wanted, article]);
  return (
    <div className="book">
      <nav className="contents-list" aria-label={t("law.contents")}>
        <ol>
          {book.articles.map((one) => (
            <li key={one.id}>
              <Link
                to="/law"
                search={{ pack: book.id, article: one.id }}
                aria-current={one.id === article ? "true" : undefined}
              >
                <code>{one.id}</code> <span lang="zh-CN">{one.title}</span>
              </Link>
            </li>
          ))}
        </ol>
      </nav>
      <div className="articles">
        {article !== undefined && !wanted && <p className="quiet">{t("law.article_elsewhere", { article })}</p>}
        {book.articles.map((one) => (
          <article
            key={one.id}
            className={one.id === article ? "card wanted" : "card"}
            ref={one.id === article ? here : undefined}
          >
            <h2>
              <code>{one.id}</code> <span lang="zh-CN">{one.title}</span>
            </h2>
            <Text pack={book.id} text={one.paraphrase} />
            <Resting book={book} article={one} />
          </article>
        ))}
      </div>
    </div>
  );
}

/** What rests on an article: the procedures, acts and terms that name it. */
function Resting({ book, article }: { book: Book; article: Schemas["ArticleView"] }) {
  const { t, term } = useGlossary();
  const procedures = book.procedures.filter((one) => one.article === article.id);
  const acts = book.procedures.flatMap((procedure) =>
    procedure.acts.filter((act) => act.article === article.id).map((act) => ({ procedure, act })),
  );
  const clocks = book.procedures.flatMap((procedure) =>
    procedure.clocks.filter((clock) => clock.article === article.id).map((clock) => ({ procedure, clock })),
  );
  return (
    <footer className="resting">
      {procedures.length > 0 && (
        <p>
          {t("law.procedures_here")}{" "}
          {procedures.map((procedure) => (
            <Go key={procedure.id} pack={book.id} id={procedure.id}>
              {procedure.title}
            </Go>
          ))}
        </p>
      )}
      {clocks.length > 0 && (
        <p>
          {t("law.terms_here")}{" "}
          {clocks.map(({ procedure, clock }) => (
            <Go key={`${procedure.id} ${clock.id}`} pack={book.id} id={procedure.id}>
              {clock.title} {clock.amount} {term("unit", clock.unit)}
            </Go>
          ))}
        </p>
      )}
      {acts.length > 0 && (
        <details>
          <summary>{t("law.acts_here", { count: acts.length })}</summary>
          {acts.map(({ procedure, act }) => (
            <Go key={`${procedure.id} ${act.id}`} pack={book.id} id={procedure.id} act={act.id}>
              {procedure.title}
              {t("list.colon")}
              {act.title}
            </Go>
          ))}
        </details>
      )}
      <small className="quiet">
        {article.nothing_to_compute
          ? t("law.nothing_to_compute")
          : t("law.rules", { rules: article.rules, scenarios: article.scenarios })}
      </small>
    </footer>
  );
}

/** A way to a procedure of the pack, at one of its acts. */
function Go({ pack: packId, id, act, children }: { pack: string; id: string; act?: string; children: React.ReactNode }) {
  return (
    <Link
      to="/law/$pack/$procedure"
      params={{ pack: packId, procedure: id }}
      hash={act ? `act-${act}` : undefined}
      lang="zh-CN"
      className="chip"
    >
      {children}
    </Link>
  );
}

function Procedures({ book }: { book: Book }) {
  const { t, term } = useGlossary();
  if (book.procedures.length === 0) return <Nothing>{t("law.nothing_found")}</Nothing>;
  return (
    <section className="card">
      <Table
        label={t("law.procedures")}
        columns={[t("law.procedure"), t("law.article"), { number: t("law.states") }, { number: t("law.acts") }, t("law.terms")]}
      >
        {book.procedures.map((one) => (
          <tr key={one.id}>
            <td>
              <Link to="/law/$pack/$procedure" params={{ pack: book.id, procedure: one.id }} lang="zh-CN">
                {one.title}
              </Link>
            </td>
            <td>
              <Article pack={book.id} id={one.article} />
            </td>
            <td className="number">{one.states.length}</td>
            <td className="number">{one.acts.length}</td>
            <td>
              {one.clocks.map((clock) => (
                <span key={clock.id} className="term">
                  <span lang="zh-CN">{clock.title}</span> {clock.amount} {term("unit", clock.unit)}
                </span>
              ))}
            </td>
          </tr>
        ))}
      </Table>
    </section>
  );
}
