/** Every act of the district, latest first: found by when, for whom, in which procedure, and whether a term had run out. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Tag } from "antd";
import type { Schemas } from "../../api/client";
import { type ActFilter, acts, mayDo, pack, packs, people } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { Select } from "../../parts/Select";
import { Table } from "../../parts/Table";
import { minuteOf } from "../../parts/time";
import { Loaded, Nothing } from "../../shell/Faults";
import { Article, Law } from "../docket/parts";
import { Days, instantOf, OfOrganisation, Onward, useExplorer } from "./filters";
import { placeText } from "./place";

const PAGE = 20;
const ACTORS = ["person", "client", "law", "platform"] as const;

export function Acts() {
  const { t } = useGlossary();
  const { search } = useExplorer();
  const filter: ActFilter = {
    from: instantOf(search.from),
    until: instantOf(search.until, 1),
    organisation: search.organisation,
    person: search.person,
    by: ACTORS.find((known) => known === search.by),
    procedure: search.procedure,
    action: search.procedure && search.action,
    missed: search.missed,
    breach: search.outcome === "breach" || undefined,
    before: search.before,
    limit: PAGE,
  };
  const found = useQuery({ ...acts(filter), placeholderData: (before) => before });
  return (
    <>
      <Filters />
      <section className="card">
        <Loaded of={found} rows={10}>
          {({ items, next }) =>
            items.length === 0 ? (
              <Nothing>{t("acts.nothing")}</Nothing>
            ) : (
              <>
                <Lines lines={items} />
                <Onward next={next ?? undefined} />
              </>
            )
          }
        </Loaded>
      </section>
    </>
  );
}

function Filters() {
  const { t, term } = useGlossary();
  const { search, set } = useExplorer();
  const ours = useQuery(packs).data?.find((line) => line.ours)?.id;
  const procedures = useQuery({ ...pack(ours ?? ""), enabled: ours !== undefined }).data?.procedures ?? [];
  const chosen = procedures.find((one) => one.id === search.procedure);
  const ending = search.missed ? (search.outcome === "breach" ? "breach" : "missed") : null;
  return (
    <div className="filters explorer-filters">
      <Days />
      <OfOrganisation />
      {search.organisation && <Who of={search.organisation} />}
      <Select
        className="narrow"
        allowClear
        aria-label={t("acts.by")}
        placeholder={t("acts.by")}
        value={search.by ?? null}
        options={ACTORS.map((value) => ({ value, label: term("actor", value) }))}
        onChange={(value) => set({ by: value ?? undefined })}
      />
      <Select
        className="wide"
        allowClear
        aria-label={t("cases.procedure")}
        placeholder={t("cases.procedure")}
        showSearch={{ optionFilterProp: "label" }}
        value={search.procedure ?? null}
        options={procedures.map(({ id, title }) => ({ value: id, label: title }))}
        onChange={(value) => set({ procedure: value ?? undefined, action: undefined })}
      />
      {chosen && (
        <Select
          className="wide"
          allowClear
          aria-label={t("acts.what")}
          placeholder={t("acts.what")}
          showSearch={{ optionFilterProp: "label" }}
          value={search.action ?? null}
          options={chosen.acts.map(({ id, title }) => ({ value: id, label: title }))}
          onChange={(value) => set({ action: value ?? undefined })}
        />
      )}
      <Select
        className="narrow"
        allowClear
        aria-label={t("acts.terms")}
        placeholder={t("acts.terms")}
        value={ending}
        options={[
          { value: "missed", label: t("acts.only_missed") },
          { value: "breach", label: t("acts.only_breach") },
        ]}
        onChange={(value) => set({ missed: value ? true : undefined, outcome: value === "breach" ? "breach" : undefined })}
      />
    </div>
  );
}

/** One of an organisation's people, for who may know them; the address carries the id alone. */
function Who({ of }: { of: string }) {
  const { t } = useGlossary();
  const { search, set } = useExplorer();
  const allowed = useQuery(mayDo("read_people")).data === true;
  const known = useQuery({ ...people({ organisation: of, offset: 0, limit: 100 }), enabled: allowed }).data?.items ?? [];
  if (!allowed) return null;
  return (
    <Select
      className="wide"
      allowClear
      aria-label={t("acts.person")}
      placeholder={t("acts.person")}
      showSearch={{ optionFilterProp: "label" }}
      value={search.person ?? null}
      options={known.map(({ id, name, login }) => ({ value: id, label: `${name}${t("list.open")}${login}${t("list.close")}` }))}
      onChange={(value) => set({ person: value ?? undefined })}
    />
  );
}

function Lines({ lines }: { lines: Schemas["Acts"]["items"] }) {
  const { t } = useGlossary();
  return (
    <Table
      label={t("acts.table")}
      columns={[
        t("calls.at"),
        t("acts.who"),
        t("acts.what"),
        t("acts.case"),
        t("law.article"),
        { number: t("evidence.index") },
      ]}
    >
      {lines.map((line) => (
        <Row key={line.id} line={line} />
      ))}
    </Table>
  );
}

function Row({ line }: { line: Schemas["Acts"]["items"][number] }) {
  const { t, term } = useGlossary();
  return (
    <tr>
      <td className="number-left">
        {minuteOf(line.at)}
        {minuteOf(line.recorded_at) !== minuteOf(line.at) && (
          <small className="quiet below">{t("acts.recorded", { at: minuteOf(line.recorded_at) })}</small>
        )}
      </td>
      <td lang="zh-CN">
        {line.organisation?.name ?? (line.by === "law" ? t("case.by_law") : term("actor", line.by))}
        {line.organisation && <small className="quiet below">{line.role_title}</small>}
      </td>
      <td>
        <Law>{line.action_title}</Law>
        {line.expired && (
          <Tag color={line.outcome === "breach" ? "error" : "warning"} className="after">
            {t("case.expired")}
          </Tag>
        )}
        <small className="quiet below" lang="zh-CN">
          {line.procedure_title}
          {line.from !== line.to && `${t("list.dot")}${t("acts.became", { state: line.to_title })}`}
        </small>
      </td>
      <td>
        <Link to="/cases/$id" params={{ id: line.case }} lang="zh-CN">
          {line.subject_title ?? `${term("subject", line.subject_kind)} ${line.subject.slice(-6)}`}
        </Link>
      </td>
      <td>
        <span className="article-row">
          {line.articles.map((article) => (
            <Article key={article} pack={line.pack} id={article} />
          ))}
        </span>
      </td>
      <td className="number">
        {line.log === null ? (
          <span className="quiet">{t("case.not_logged")}</span>
        ) : (
          <Link to="/evidence" search={{ entry: placeText(line.log) }} aria-label={t("calls.proof", { index: line.log.index })}>
            {line.log.index}
          </Link>
        )}
      </td>
    </tr>
  );
}
