/** Terms that an amendment moves: which case, on which article, from which last day to which. */
import { Link } from "@tanstack/react-router";
import type { Schemas } from "../../api/client";
import { useGlossary } from "../../glossary";
import { Table } from "../../parts/Table";
import { lastDayOf } from "../../parts/time";

export function Moves({ of }: { of: Schemas["Moved"][] }) {
  const { t } = useGlossary();
  if (of.length === 0) return null;
  return (
    <Table columns={[t("admin.case"), t("admin.article"), { number: t("admin.before") }, { number: t("admin.after") }]}>
      {of.map((move) => (
        <tr key={`${move.case} ${move.clock}`}>
          <td>
            <Link to="/cases/$id" params={{ id: move.case }}>
              {move.title}
            </Link>{" "}
            <span className="quiet">{t("admin.case_number", { number: move.case.slice(-8) })}</span>
          </td>
          <td>
            {move.clock_title} <span className="quiet">{move.article}</span>
          </td>
          <td className="number">{lastDayOf(move.before)}</td>
          <td className="number">
            <strong>{lastDayOf(move.after)}</strong>
          </td>
        </tr>
      ))}
    </Table>
  );
}
