/** Cases by what is left of their terms: the article behind each date, what the law does then, and a mark to act on several. */
import { Link } from "@tanstack/react-router";
import type { Schemas } from "../../api/client";
import { useGlossary } from "../../glossary";
import { Table } from "../../parts/Table";
import { Due } from "./Due";
import { Article, Law, useSubject } from "./parts";

type Line = Schemas["CaseLine"];

/** The cases marked, with the procedure that they follow: only cases of one procedure are acted on together. */
export type Picked = Map<string, string>;

interface Props {
  lines: Line[];
  picked: Picked;
  pick: (picked: Picked) => void;
  most: number;
}

const kindOf = (line: Line) => `${line.pack} ${line.procedure}`;

export function DueTable({ lines, picked, pick, most }: Props) {
  const { t } = useGlossary();
  const kind = picked.values().next().value;
  const fits = (line: Line) => picked.has(line.id) || ((kind === undefined || kind === kindOf(line)) && picked.size < most);
  const toggle = (line: Line) => {
    const next = new Map(picked);
    if (!next.delete(line.id)) next.set(line.id, kindOf(line));
    pick(next);
  };
  return (
    <Table
      className="due-table"
      columns={[
        { hidden: t("home.column_pick"), className: "pick" },
        t("home.column_left"),
        t("home.column_case"),
        t("home.column_state"),
        t("home.column_next"),
      ]}
    >
      {lines.map((line) => (
        <Row key={line.id} line={line} marked={picked.has(line.id)} mark={fits(line) ? () => toggle(line) : undefined} />
      ))}
    </Table>
  );
}

interface RowProps {
  line: Line;
  marked: boolean;
  /** Absent where the case cannot be acted on together with those marked. */
  mark: (() => void) | undefined;
}

function Row({ line, marked, mark }: RowProps) {
  const { t } = useGlossary();
  const subject = useSubject()(line);
  const { due } = line;
  return (
    <tr className={marked ? "marked" : undefined}>
      <td className="pick">
        <input
          type="checkbox"
          checked={marked}
          disabled={mark === undefined}
          title={mark === undefined ? t("home.pick_other") : undefined}
          aria-label={t("home.pick", { subject })}
          onChange={() => mark?.()}
        />
      </td>
      <td className="due-cell">
        <Due line={line} />
      </td>
      <td>
        <Link to="/cases/$id" params={{ id: line.id }} className="case-link">
          <Law>{subject}</Law>
        </Link>
        <small lang="zh-CN">{line.title}</small>
      </td>
      <td>
        <Law>{line.state_title}</Law>
      </td>
      <td>
        {due ? (
          <>
            <Law>{due.outcome_title}</Law> <Article pack={line.pack} id={due.article} />
          </>
        ) : (
          <span className="quiet">{t("home.no_term")}</span>
        )}
      </td>
    </tr>
  );
}
