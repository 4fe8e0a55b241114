/** Acts: by their id, or case by case, each with its place in the log and the way to its proof. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Input, Pagination, Segmented, Select, Tag } from "antd";
import { useState } from "react";
import type { Schemas } from "../../api/client";
import { cases, oneCase, pack, packs } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { Scroll } from "../../parts/Scroll";
import { dayOf, minuteOf } from "../../parts/time";
import { Loaded, Nothing } from "../../shell/Faults";
import { Article, DueTag, Law, useOrganisation, useSubject } from "../docket/parts";

export const isId = (text: string) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);

const PAGE = 10;

export function Acts({ open }: { open: (act: string) => void }) {
  const { t } = useGlossary();
  const [wrong, setWrong] = useState(false);
  return (
    <>
      <Input.Search
        className="id-field"
        aria-label={t("evidence.act")}
        placeholder={t("evidence.act")}
        enterButton={t("evidence.show")}
        status={wrong ? "error" : ""}
        onSearch={(typed) => {
          const id = typed.trim();
          setWrong(id !== "" && !isId(id));
          if (isId(id)) open(id);
        }}
      />
      {wrong && (
        <p className="fault" role="alert">
          {t("evidence.not_an_id")}
        </p>
      )}
      <ByCase />
    </>
  );
}

function ByCase() {
  const { t } = useGlossary();
  const { procedure, page = 1, ended } = useSearch({ from: "/shell/evidence" });
  const navigate = useNavigate({ from: "/evidence" });
  const ours = useQuery(packs).data?.find((line) => line.ours)?.id;
  const law = useQuery({ ...pack(ours ?? ""), enabled: ours !== undefined }).data;
  const filter = { procedure, ended: ended === "yes", offset: (page - 1) * PAGE, limit: PAGE };
  const found = useQuery({ ...cases(filter), placeholderData: (before) => before });
  const go = (change: { procedure?: string | undefined; ended?: string | undefined; page?: number | undefined }) =>
    void navigate({ search: { view: "acts", procedure, ended, ...change } });
  return (
    <section className="card stack" aria-labelledby="by-case">
      <div className="card-head">
        <h2 id="by-case">{t("acts.by_case")}</h2>
        <div className="filters">
          <Select
            className="wide"
            aria-label={t("cases.procedure")}
            allowClear
            showSearch={{ optionFilterProp: "label" }}
            placeholder={t("cases.procedure")}
            value={procedure ?? null}
            options={(law?.procedures ?? []).map(({ id, title }) => ({ value: id, label: title }))}
            onChange={(value) => go({ procedure: value ?? undefined })}
          />
          <Segmented
            aria-label={t("cases.scope")}
            value={ended === "yes" ? "yes" : "no"}
            options={[
              { value: "no", label: t("cases.all") },
              { value: "yes", label: t("cases.ended") },
            ]}
            onChange={(value) => go({ ended: value === "yes" ? "yes" : undefined })}
          />
        </div>
      </div>
      <Loaded of={found} rows={8}>
        {({ items, total }) =>
          total === 0 ? (
            <Nothing>{t("cases.nothing")}</Nothing>
          ) : (
            <>
              <ul className="case-list">
                {items.map((line) => (
                  <OneCase key={line.id} line={line} />
                ))}
              </ul>
              <Pagination
                size="small"
                align="end"
                current={page}
                pageSize={PAGE}
                total={total}
                showSizeChanger={false}
                showTotal={(count) => t("table.total", { total: count })}
                onChange={(next) => go({ page: next })}
              />
            </>
          )
        }
      </Loaded>
    </section>
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
    <Scroll label={t("acts.of_case", { title: view.title })}>
      <table className="plain-table dense">
        <thead>
          <tr>
            <th scope="col">{t("calls.at")}</th>
            <th scope="col">{t("acts.what")}</th>
            <th scope="col">{t("acts.who")}</th>
            <th scope="col">{t("law.article")}</th>
            <th scope="col" className="number">
              {t("evidence.index")}
            </th>
          </tr>
        </thead>
        <tbody>
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
        </tbody>
      </table>
    </Scroll>
  );
}
