/** What the pages of collection share: the list of loads, a file's refusal in people's words, progress. */
import { Link } from "@tanstack/react-router";
import { Alert, Tag } from "antd";
import { Failure, type Schemas } from "../../api/client";
import { fill, useGlossary } from "../../glossary";
import { Table } from "../../parts/Table";
import { minuteOf } from "../../parts/time";
import { Fault } from "../../shell/Faults";

const STATE_COLOURS: Record<string, string> = { accepted: "success", running: "processing", refused: "error" };

export function LoadState({ of }: { of: string }) {
  const { term } = useGlossary();
  return <Tag color={STATE_COLOURS[of] ?? "default"}>{term("load_state", of)}</Tag>;
}

type Reason = Schemas["Reason"];

/** Says why a file was refused. */
function useRefusal(): (reason: Reason | null | undefined) => string {
  const { term, t } = useGlossary();
  return (reason) => {
    if (!reason) return t("problem.file_refused");
    const { content_is: content, ...values } = reason.values;
    const shown = content === undefined ? values : { ...values, content_is: term("content", content, t("content.other")) };
    return fill(term("refused", reason.code, t("problem.file_refused")), shown);
  };
}

/** Why a file was refused and what to do next: the reason in people's words, the district's own sentence one click away. */
export function Refused({ reason, sentence }: { reason: Reason | null | undefined; sentence: string | null }) {
  const { t, term } = useGlossary();
  const refusal = useRefusal();
  return (
    <Alert
      type="error"
      showIcon
      role="alert"
      title={refusal(reason)}
      description={
        <>
          <p>{reason ? term("refused_next", reason.code, t("refused_next.other")) : t("refused_next.other")}</p>
          <p>{t("refused.nothing_kept")}</p>
          <details>
            <summary>{t("fault.details")}</summary>
            <code lang="en">{sentence}</code>
          </details>
        </>
      }
    />
  );
}

/** What went wrong with handing in: the file's own fault in its words, anything else as everywhere. */
export function HandInFault({ error, again }: { error: unknown; again?: () => void }) {
  const problem = error instanceof Failure ? error.problem : undefined;
  if (problem?.code === "file_refused") return <Refused reason={problem.reasons?.[0]} sentence={problem.detail} />;
  return again ? <Fault error={error} again={again} /> : <Fault error={error} />;
}

/** How far something is; `null` = under way, nobody knows how far. */
export function Progress({ part, label }: { part: number | null; label: string }) {
  return (
    <div className="progress">
      {part === null ? <progress aria-label={label} /> : <progress aria-label={label} value={part} max={1} />}
      <span className="number">{part === null ? "" : `${Math.floor(part * 100)}%`}</span>
    </div>
  );
}

/** Loads of one entry, or of many: then each names its entry. */
type LoadsProps = { loads: Schemas["LoadView"][]; entries?: false } | { loads: Schemas["LoadLine"][]; entries: true };

export function LoadLines({ loads, entries = false }: LoadsProps) {
  const { t } = useGlossary();
  const refusal = useRefusal();
  return (
    <Table
      label={t("catalogue.loads")}
      columns={[
        t("load.at"),
        t("load.name"),
        entries && t("catalogue.entry"),
        t("load.state"),
        { number: t("load.rows_in") },
        { number: t("load.accepted") },
        { number: t("load.rejected") },
      ]}
    >
      {loads.map((load) => (
        <tr key={load.id}>
          <td className="number-left">{minuteOf(load.started_at)}</td>
          <td>
            <Link to="/collection/loads/$id" params={{ id: load.id }}>
              {load.name}
            </Link>
            {load.fault && <small className="quiet below">{refusal(load.fault_reason)}</small>}
          </td>
          {"entry_title" in load && (
            <td>
              <Link to="/catalogue/$id" params={{ id: load.entry }} search={{ view: "data" }} lang="zh-CN">
                {load.entry_title}
              </Link>
            </td>
          )}
          <td>
            <LoadState of={load.state} />
          </td>
          <td className="number">{load.rows_in.toLocaleString("en-US")}</td>
          <td className="number">{load.accepted.toLocaleString("en-US")}</td>
          <td className="number">{load.rejected.toLocaleString("en-US")}</td>
        </tr>
      ))}
    </Table>
  );
}
