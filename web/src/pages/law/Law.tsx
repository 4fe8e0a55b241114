/** The law page: the packs with their articles and procedures, two districts side by side, and the year's calendar. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Select, Tag } from "antd";
import type { Schemas } from "../../api/client";
import { packs } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { Loaded, Nothing } from "../../shell/Faults";
import { BookView } from "./Book";
import { Calendar } from "./Calendar";
import { Compare } from "./Compare";
import "./law.css";

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
        <p className="quiet">
          {t("law.lead")} <Link to="/objections">{t("law.to_objections")}</Link>
        </p>
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
              <nav className="subnav" aria-label={t("nav.law")}>
                {VIEWS.map((key) => (
                  <Link
                    key={key}
                    to="/law"
                    search={{ pack: chosen.id, view: key, with: search.with }}
                    activeOptions={{ exact: true }}
                    aria-current={key === view ? "page" : undefined}
                    className={key === view ? "active" : ""}
                  >
                    {words[key]}
                  </Link>
                ))}
              </nav>
              {(view === "articles" || view === "procedures") && <BookView id={chosen.id} view={view} />}
              {view === "compare" && <Compare lines={lines} left={chosen.id} />}
              {view === "calendar" && <Calendar />}
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
