/** What a case about sharing is about: the request beside what the catalogue says, and whether its commitment holds. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Tag } from "antd";
import type { Schemas } from "../../api/client";
import { commitment, entry, procedure, service, sharingRequest } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { Table } from "../../parts/Table";
import { dayOf } from "../../parts/time";
import { Loaded } from "../../shell/Faults";
import { Article } from "../docket/parts";
import { wordOf } from "./ElementFields";
import { askedPapers, GROUPS, supplements } from "./elements";
import "./sharing.css";

export function ServiceLine({ id }: { id: string }) {
  const { t, term } = useGlossary();
  const found = useQuery(service(id)).data;
  if (!found) return null;
  return (
    <section className="card" aria-labelledby="panel">
      <h2 id="panel">{t("service.title")}</h2>
      <p>
        <Tag>{term("service_status", found.status)}</Tag>{" "}
        {t("service.calls_so_far", { calls: found.calls, refused: found.refused })}{" "}
        <Link to="/sharing/services/$id" params={{ id }}>
          {t("service.open")}
        </Link>
      </p>
    </section>
  );
}

export function Request({ view }: { view: Schemas["CaseView"] }) {
  const { t } = useGlossary();
  const found = useQuery(sharingRequest(view.subject));
  return (
    <section className="card stack" aria-labelledby="panel">
      <h2 id="panel">{t("request.panel")}</h2>
      <Loaded of={found} rows={6}>
        {(request) => (
          <>
            {supplements(view) && (
              <p>
                <Link to="/sharing/supplement/$id" params={{ id: request.id }} className="call">
                  {t("supplement.go")}
                </Link>
              </p>
            )}
            <Lacking view={view} />
            <Fields request={request} />
            <Elements request={request} />
            <Commitment request={request} />
            {request.service && (
              <p>
                <Link to="/sharing/services/$id" params={{ id: request.service }}>
                  {t("service.open")}
                </Link>
              </p>
            )}
          </>
        )}
      </Loaded>
    </section>
  );
}

/** Papers that the case's own law asks of a request and that do not lie in it. */
function Lacking({ view }: { view: Schemas["CaseView"] }) {
  const { t } = useGlossary();
  const page = useQuery(procedure(view.pack, view.procedure)).data;
  const titles = new Map(page?.requirements.flatMap((one) => one.papers.map((paper) => [paper.id, paper.title])));
  const lacking = [...askedPapers(page)].filter(([paper, asked]) => asked.always && !view.papers.includes(paper));
  if (view.ended || lacking.length === 0) return null;
  return (
    <p className="note">
      {t("request.still_lacks")}{" "}
      {lacking.map(([paper, asked]) => (
        <span key={paper} className="pair" lang="zh-CN">
          {titles.get(paper)} <Article pack={view.pack} id={asked.article} />
        </span>
      ))}
    </p>
  );
}

/** The fields that are asked for, each with what the catalogue says of it. */
function Fields({ request }: { request: Schemas["RequestView"] }) {
  const { t, term } = useGlossary();
  const found = useQuery(entry(request.entry)).data;
  const says = found?.published;
  const asked = request.elements.items ?? [];
  const items = asked.map((code) => says?.items?.find((item) => item.code === code) ?? { code, name: code });
  return (
    <>
      <p>
        <Link to="/catalogue/$id" params={{ id: request.entry }} lang="zh-CN">
          {request.title}
        </Link>{" "}
        {found && <Tag>{term("sharing", found.sharing)}</Tag>} {says?.grade && <Tag>{term("grade", says.grade)}</Tag>}
      </p>
      {says?.sharing?.conditions && (
        <blockquote lang="zh-CN">
          {t("basket.conditions")}
          {says.sharing.conditions}
        </blockquote>
      )}
      <Table
        label={t("request.asked_items")}
        className="dense"
        columns={[t("item.name"), t("item.code"), t("item.marks"), t("request.grade"), t("item.mask")]}
      >
        {items.map((item) => (
          <tr key={item.code}>
            <td lang="zh-CN">{item.name}</td>
            <td>
              <code>{item.code}</code>
            </td>
            <td>
              {"key" in item && item.key && <Tag color="processing">{t("item.key")}</Tag>}
              {"sensitive" in item && item.sensitive && <Tag color="warning">{t("item.sensitive")}</Tag>}
            </td>
            <td>{term("grade", ("grade" in item && item.grade) || says?.grade || "", t("value.none"))}</td>
            <td>{"mask" in item && item.mask ? term("mask", item.mask.split("(")[0] ?? item.mask) : t("request.in_clear")}</td>
          </tr>
        ))}
      </Table>
    </>
  );
}

function Elements({ request }: { request: Schemas["RequestView"] }) {
  const { t, term } = useGlossary();
  const { elements } = request;
  const rows = elements.row_scope
    ? `${elements.row_scope.column}${t("list.colon")}${elements.row_scope.values.slice(0, 20).join(t("list.separator"))}`
    : t("request.all_rows");
  const lines: [string, string][] = GROUPS.flatMap((group) => group.fields).flatMap((field): [string, string][] => {
    const value = elements[field.name];
    if (field.name === "scenario_kind" && value === "none") return [];
    if (field.shown && !value) return [];
    const text = typeof value === "string" || typeof value === "number" ? String(value) : "";
    return [[field.name, text === "" ? "" : wordOf(term, field.name, text)]];
  });
  return (
    <dl className="contents">
      {lines.map(([name, text]) => (
        <div key={name}>
          <dt>{term("request", name)}</dt>
          <dd>{text === "" ? <span className="quiet">{t("request.not_stated")}</span> : <span lang="zh-CN">{text}</span>}</dd>
        </div>
      ))}
      <div>
        <dt>{t("request.rows")}</dt>
        <dd lang="zh-CN">{rows}</dd>
      </div>
    </dl>
  );
}

function Commitment({ request }: { request: Schemas["RequestView"] }) {
  const { t } = useGlossary();
  const given = request.elements.commitment;
  const verified = useQuery({ ...commitment(request.id), enabled: given !== null && given !== undefined });
  if (!given)
    return (
      <p>
        <Tag color="warning">{t("commitment.none")}</Tag>
      </p>
    );
  return (
    <details>
      <summary>
        {verified.isSuccess && <Tag color="success">{t("commitment.holds")}</Tag>}
        {verified.isError && <Tag color="error">{t("commitment.fails")}</Tag>} {t("commitment.show")}
      </summary>
      <blockquote className="commitment" lang="zh-CN">
        {given.text}
      </blockquote>
      <p className="quiet">{t("commitment.signed", { day: dayOf(request.created_at) })}</p>
      <code className="hash">{given.signature}</code>
    </details>
  );
}
