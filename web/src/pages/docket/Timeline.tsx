/** What was done in a case, newest first: who, on which article, with which papers, and where it stands in the log. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Tag } from "antd";
import { useState } from "react";
import type { Schemas } from "../../api/client";
import { actPapers } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { minuteOf } from "../../parts/time";
import { Loaded } from "../../shell/Faults";
import { LetterOf } from "./Letters";
import { Article, Law, useActor } from "./parts";

interface Props {
  view: Schemas["CaseView"];
  name: (id: string) => string;
}

export function Timeline({ view, name }: Props) {
  const { t } = useGlossary();
  return (
    <section className="card" aria-labelledby="timeline" data-tour="timeline">
      <h2 id="timeline">{t("case.timeline")}</h2>
      <ol className="timeline">
        {view.timeline.toReversed().map((act) => (
          <Done key={act.id} act={act} pack={view.pack} name={name} />
        ))}
      </ol>
    </section>
  );
}

function Done({ act, pack, name }: { act: Schemas["ActView"]; pack: string; name: Props["name"] }) {
  const { t } = useGlossary();
  const who = useActor(name);
  const [open, setOpen] = useState(false);
  const byLaw = act.actor === "law";
  return (
    <li className={byLaw ? "by-law" : undefined}>
      <p>
        <strong lang="zh-CN">{act.title}</strong>{" "}
        {act.articles.map((article) => (
          <Article key={article} pack={pack} id={article} />
        ))}
        {act.expired && <Tag color="error">{t("case.expired")}</Tag>}
      </p>
      <p className="quiet">
        <time dateTime={act.at}>{minuteOf(act.at)}</time> <Law>{who(act)}</Law>{" "}
        {act.log_index === null || act.log_index === undefined ? (
          t("case.not_logged")
        ) : (
          <Link to="/evidence" search={{ act: act.id }}>
            {t("case.log_index", { index: act.log_index })}
          </Link>
        )}
        {t("list.dot")}
        <LetterOf act={act.id} name={act.title} />
      </p>
      {act.papers.length > 0 && (
        <>
          <button type="button" className="plain" aria-expanded={open} onClick={() => setOpen(!open)}>
            {t("case.act_papers", { count: act.papers.length })}
          </button>
          {open && <Contents id={act.id} name={name} />}
        </>
      )}
    </li>
  );
}

function Contents({ id, name }: { id: string; name: Props["name"] }) {
  const papers = useQuery(actPapers(id));
  return (
    <Loaded of={papers}>
      {(found) => (
        <dl className="contents" lang="zh-CN">
          {Object.entries(found).map(([paper, text]) => (
            <div key={paper}>
              <dt>{name(paper)}</dt>
              <dd>{textOf(text)}</dd>
            </div>
          ))}
        </dl>
      )}
    </Loaded>
  );
}

/** A signed paper is kept as JSON with its text inside; a reader wants the text. */
function textOf(paper: string): string {
  try {
    const parsed: unknown = JSON.parse(paper);
    if (typeof parsed === "object" && parsed !== null && "text" in parsed && typeof parsed.text === "string")
      return parsed.text;
  } catch {
    // A plain paper is no JSON.
  }
  return paper;
}
