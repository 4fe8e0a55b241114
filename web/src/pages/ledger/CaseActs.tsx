/** Acts case by case, each with its place in the log and the way to its proof: also for who reads only their own cases. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Segmented, Tag } from "antd";
import { useState } from "react";
import type { Schemas } from "../../api/client";
import { cases, oneCase, pack, packs } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { List } from "../../parts/List";
import { Select } from "../../parts/Select";
import { Table } from "../../parts/Table";
import { dayOf, minuteOf } from "../../parts/time";
import { Loaded } from "../../shell/Faults";
import { Article, DueTag, Law, useOrganisation, useSubject } from "../docket/parts";
import { useExplorer } from "./filters";

export function CaseActs() {
  const { t } = useGlossary();
  const { search, set } = useExplorer();
  const { procedure, page = 1, ended } = search;
  const ours = useQuery(packs).data?.find((line) => line.ours)?.id;
  const law = useQuery({ ...pack(ours ?? ""), enabled: ours !== undefined }).data;
  return (
    <>
      <div className="filters">
        <Select
          className="wide"
          aria-label={t("cases.procedure")}
          allowClear
          showSearch={{ optionFilterProp: "label" }}
          placeholder={t("cases.procedure")}
          value={procedure ?? null}
          options={(law?.procedures ?? []).map(({ id, title }) => ({ value: id, label: title }))}
          onChange={(value) => set({ procedure: value ?? undefined })}
        />
        <Segmented
          aria-label={t("cases.scope")}
          value={ended === "yes" ? "yes" : "no"}
          options={[
            { value: "no", label: t("cases.all") },
            { value: "yes", label: t("cases.ended") },
          ]}
          onChange={(value) => set({ ended: value === "yes" ? "yes" : undefined })}
        />
      </div>
      <section className="card">
        <List
          query={(offset, limit) => cases({ procedure, ended: ended === "yes", offset, limit })}
          at={{ page, go: (next) => set({ page: next }) }}
          empty={t("cases.nothing")}
        >
          {({ items }) => (
            <ul className="case-list">
              {items.map((line) => (
                <OneCase key={line.id} line={line} />
              ))}
            </ul>
          )}
        </List>
      </section>
    </>
  );
}

/** A case, folded; its acts are read when somebody opens it. */
function OneCase({ line }: { line: Schemas["CaseLine"] }) {
  const [open, setOpen] = useState(false);
  const subject = useSubject()(line);
  const found = useQuery({ ...oneCase(line.id), enabled: open });
  return (
    <li>
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>
          <strong lang="zh-CN">{subject}</strong> <Law>{line.title}</Law> <Tag>{line.state_title}</Tag>
          {line.due && <DueTag due={line.due} />}
          <span className="quiet number">{dayOf(line.opened_at)}</span>
        </summary>
        {open && <Loaded of={found}>{(view) => <Timeline view={view} />}</Loaded>}
      </details>
    </li>
  );
}

function Timeline({ view }: { view: Schemas["CaseView"] }) {
  const { t } = useGlossary();
  const organisation = useOrganisation();
  return (
    <Table
      className="dense"
      label={t("acts.of_case", { title: view.title })}
      columns={[t("calls.at"), t("acts.what"), t("acts.who"), t("law.article"), { number: t("evidence.index") }]}
    >
      {view.timeline.map((act) => (
        <tr key={act.id}>
          <td className="number-left">{minuteOf(act.at)}</td>
          <td lang="zh-CN">{act.title}</td>
          <td lang="zh-CN">{act.actor === "law" ? t("case.by_law") : organisation(act.organisation)}</td>
          <td>
            {act.articles.map((article) => (
              <Article key={article} pack={view.pack} id={article} />
            ))}
          </td>
          <td className="number">
            {act.log_index === null || act.log_index === undefined ? (
              <span className="quiet">{t("case.not_logged")}</span>
            ) : (
              <Link to="/evidence" search={{ act: act.id }} aria-label={t("calls.proof", { index: act.log_index })}>
                {act.log_index}
              </Link>
            )}
          </td>
        </tr>
      ))}
    </Table>
  );
}
