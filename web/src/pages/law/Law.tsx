/** The law page: the packs with their articles and procedures, two districts side by side, and the year's calendar. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Input, Select, Tabs, Tag } from "antd";
import { useEffect, useRef } from "react";
import type { Schemas } from "../../api/client";
import { type Book, pack, packs } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { Loaded, Nothing } from "../../shell/Faults";
import { Calendar } from "./Calendar";
import { Compare } from "./Compare";

const VIEWS = ["articles", "procedures", "compare", "calendar"] as const;

export function Law() {
  const { t } = useGlossary();
  const search = useSearch({ from: "/shell/law" });
  const navigate = useNavigate({ from: "/law" });
  const all = useQuery(packs);
  const view = VIEWS.find((known) => known === search.view) ?? "articles";
  const words = {
    articles: t("law.articles"),
    procedures: t("law.procedures"),
    compare: t("law.compare"),
    calendar: t("law.calendar"),
  };
  return (
    <div className="page">
      <header className="page-head">
        <h1>{t("nav.law")}</h1>
      </header>
      <Loaded of={all}>
        {(lines) => {
          const chosen = lines.find((line) => line.id === search.pack) ?? lines.find((line) => line.ours) ?? lines[0];
          if (chosen === undefined) return <Nothing>{t("law.no_packs")}</Nothing>;
          return (
            <>
              <PackHead
                lines={lines}
                chosen={chosen}
                choose={(id) => void navigate({ search: { ...search, pack: id, article: undefined } })}
              />
              <Tabs
                activeKey={view}
                items={VIEWS.map((key) => ({ key, label: words[key] }))}
                onChange={(key) => void navigate({ search: { pack: chosen.id, view: key, with: search.with } })}
              />
              {(view === "articles" || view === "procedures") && <BookView id={chosen.id} view={view} />}
              {view === "compare" && <Compare lines={lines} left={chosen.id} />}
              {view === "calendar" && <Calendar lines={lines} />}
            </>
          );
        }}
      </Loaded>
    </div>
  );
}

function PackHead({
  lines,
  chosen,
  choose,
}: {
  lines: Schemas["PackLine"][];
  chosen: Schemas["PackLine"];
  choose: (id: string) => void;
}) {
  const { t } = useGlossary();
  return (
    <div className="pack-head">
      <Select
        aria-label={t("law.pack")}
        className="wide"
        value={chosen.id}
        options={lines.map((line) => ({ value: line.id, label: line.title }))}
        onChange={choose}
      />
      <span lang="zh-CN">
        {chosen.number} {chosen.authority}
      </span>
      <span className="quiet">
        {chosen.until
          ? t("law.in_force_until", { from: chosen.from, until: chosen.until })
          : t("law.in_force", { from: chosen.from })}
      </span>
      {chosen.ours && <Tag color="processing">{t("law.ours")}</Tag>}
    </div>
  );
}

function BookView({ id, view }: { id: string; view: "articles" | "procedures" }) {
  const { t } = useGlossary();
  const search = useSearch({ from: "/shell/law" });
  const navigate = useNavigate({ from: "/law" });
  const book = useQuery(pack(id));
  const typed = (search.search ?? "").trim();
  return (
    <>
      <Input.Search
        className="wide"
        allowClear
        aria-label={t("law.search")}
        placeholder={t("law.search")}
        defaultValue={typed}
        onSearch={(text) => void navigate({ search: { pack: id, view, search: text.trim() || undefined } })}
      />
      <Loaded of={book} rows={12}>
        {(found) => (view === "articles" ? <Articles book={found} typed={typed} /> : <Procedures book={found} typed={typed} />)}
      </Loaded>
    </>
  );
}

function Articles({ book, typed }: { book: Book; typed: string }) {
  const { t } = useGlossary();
  const { article } = useSearch({ from: "/shell/law" });
  const shown = book.articles.filter((one) => [one.id, one.title, one.paraphrase].some((text) => text.includes(typed)));
  const here = useRef<HTMLElement>(null);
  const proceduresOf = (id: string) => book.procedures.filter((procedure) => procedure.article === id);
  const wanted = article !== undefined && book.articles.some((one) => one.id === article);
  // The article that was asked for, once the book is there.
  useEffect(() => {
    if (wanted) here.current?.scrollIntoView({ block: "center" });
  }, [wanted]);
  if (shown.length === 0) return <Nothing>{t("law.nothing_found")}</Nothing>;
  return (
    <div className="articles">
      {article !== undefined && !wanted && <p className="quiet">{t("law.article_elsewhere", { article })}</p>}
      {shown.map((one) => (
        <article
          key={one.id}
          className={one.id === article ? "card wanted" : "card"}
          ref={one.id === article ? here : undefined}
        >
          <h2>
            <code>{one.id}</code> <span lang="zh-CN">{one.title}</span>
          </h2>
          <div lang="zh-CN" className="paraphrase">
            {one.paraphrase.split(/\n{2,}/).map((part) => (
              <p key={part}>{part}</p>
            ))}
          </div>
          <p className="quiet">
            {t("law.rules", { rules: one.rules, scenarios: one.scenarios })}{" "}
            {proceduresOf(one.id).map((procedure) => (
              <Link
                key={procedure.id}
                to="/law/$pack/$procedure"
                params={{ pack: book.id, procedure: procedure.id }}
                lang="zh-CN"
                className="chip"
              >
                {procedure.title}
              </Link>
            ))}
          </p>
        </article>
      ))}
    </div>
  );
}

function Procedures({ book, typed }: { book: Book; typed: string }) {
  const { t, term } = useGlossary();
  const shown = book.procedures.filter((one) => [one.id, one.title, one.article].some((text) => text.includes(typed)));
  if (shown.length === 0) return <Nothing>{t("law.nothing_found")}</Nothing>;
  return (
    <section className="card">
      <table className="plain-table">
        <thead>
          <tr>
            <th scope="col">{t("law.procedure")}</th>
            <th scope="col">{t("law.article")}</th>
            <th scope="col" className="number">
              {t("law.states")}
            </th>
            <th scope="col" className="number">
              {t("law.acts")}
            </th>
            <th scope="col">{t("law.terms")}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((one) => (
            <tr key={one.id}>
              <td>
                <Link to="/law/$pack/$procedure" params={{ pack: book.id, procedure: one.id }} lang="zh-CN">
                  {one.title}
                </Link>
              </td>
              <td>
                <code>{one.article}</code>
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
        </tbody>
      </table>
    </section>
  );
}
