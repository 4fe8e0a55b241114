/** A procedure of a pack: its picture, its acts, its terms, and the stories that test it. */
import { useQuery } from "@tanstack/react-query";
import { Link, useLocation, useParams } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import type { Schemas } from "../../api/client";
import { procedure, procedureGraph } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { Table } from "../../parts/Table";
import { Loaded } from "../../shell/Faults";
import { Graph } from "../docket/Graph";
import { Article } from "../docket/parts";
import "./law.css";

export function Procedure() {
  const { t } = useGlossary();
  const { pack, procedure: id } = useParams({ from: "/shell/law/$pack/$procedure" });
  const page = useQuery(procedure(pack, id));
  const graph = useQuery(procedureGraph(pack, id));
  return (
    <div className="page">
      <Loaded of={page} rows={12}>
        {(found) => (
          <>
            <header className="page-head">
              <p className="crumbs">
                <Link to="/law" search={{ pack, view: "procedures" }}>
                  {t("law.procedures")}
                </Link>
              </p>
              <h1>
                <span lang="zh-CN">{found.title}</span> <Article pack={pack} id={found.article} />
              </h1>
            </header>
            <section className="card">
              <h2>{t("case.graph")}</h2>
              <Loaded of={graph}>{(svg) => <Graph svg={svg} label={found.title} />}</Loaded>
            </section>
            <ActTable page={found} />
            <Clocks page={found} />
            <Stories page={found} />
          </>
        )}
      </Loaded>
    </div>
  );
}

function ActTable({ page }: { page: Schemas["ProcedurePage"] }) {
  const { t } = useGlossary();
  // The act that the address names; the browser's own mark follows only addresses that it has loaded itself.
  const wanted = useLocation().hash;
  const here = useRef<HTMLTableRowElement>(null);
  useEffect(() => {
    if (wanted !== "") here.current?.scrollIntoView({ block: "center" });
  }, [wanted]);
  const titles = (names: Schemas["Name"][]) => names.map((name) => name.title).join(t("list.separator"));
  return (
    <section className="card">
      <h2>{t("law.acts")}</h2>
      <Table
        label={t("law.acts")}
        columns={[
          t("law.act"),
          t("law.by"),
          t("law.from"),
          t("law.to"),
          t("case.papers"),
          t("law.conditions"),
          t("law.article"),
        ]}
      >
        {page.acts.map((act) => (
          <tr
            key={`${act.id} ${act.article}`}
            id={`act-${act.id}`}
            lang="zh-CN"
            className={wanted === `act-${act.id}` ? "wanted-row" : undefined}
            ref={wanted === `act-${act.id}` ? here : undefined}
          >
            <td>{act.title}</td>
            <td className="short-words">{titles(act.by)}</td>
            <td>{titles(act.from)}</td>
            <td>{act.to?.title}</td>
            <td>{titles(act.papers)}</td>
            <td>
              {titles(act.guards)}
              {act.unless.length > 0 && (
                <>
                  {" "}
                  {t("law.unless")} {titles(act.unless)}
                </>
              )}
            </td>
            <td>
              <Article pack={page.pack} id={act.article} />
            </td>
          </tr>
        ))}
      </Table>
    </section>
  );
}

function Clocks({ page }: { page: Schemas["ProcedurePage"] }) {
  const { t } = useGlossary();
  if (page.clocks.length === 0) return null;
  return (
    <section className="card">
      <h2>{t("law.terms")}</h2>
      <ul className="over">
        {page.clocks.map((clock) => (
          <li key={clock.id} lang="zh-CN">
            <strong>{clock.title}</strong> {clock.terms.find((one) => one.running)?.text ?? clock.terms.at(-1)?.text}{" "}
            {clock.act?.title ?? clock.outcome.title} <Article pack={page.pack} id={clock.article} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Stories({ page }: { page: Schemas["ProcedurePage"] }) {
  const { t } = useGlossary();
  if (page.scenarios.length === 0) return null;
  return (
    <section className="card">
      <h2>{t("law.stories", { count: page.scenarios.length })}</h2>
      {page.scenarios.map((story) => (
        <details key={`${story.file}:${story.line}`} lang="zh-CN">
          <summary>
            {story.title} <code>{story.article}</code>
          </summary>
          <ol>
            {story.sentences.map((sentence, index) => (
              <li key={index}>{sentence}</li>
            ))}
          </ol>
        </details>
      ))}
    </section>
  );
}
