/** Terms that an amendment moves: which case, on which article, from which last day to which. */
import { Link } from "@tanstack/react-router";
import type { Schemas } from "../../api/client";
import { useGlossary } from "../../glossary";
import { lastDayOf } from "../../parts/time";

export function Moves({ of }: { of: Schemas["Moved"][] }) {
  const { t } = useGlossary();
  if (of.length === 0) return null;
  return (
    <table className="plain-table">
      <thead>
        <tr>
          <th scope="col">{t("admin.case")}</th>
          <th scope="col">{t("admin.article")}</th>
          <th scope="col" className="number">
            {t("admin.before")}
          </th>
          <th scope="col" className="number">
            {t("admin.after")}
          </th>
        </tr>
      </thead>
      <tbody>
        {of.map((move) => (
          <tr key={`${move.case} ${move.clock}`}>
            <td>
              <Link to="/cases/$id" params={{ id: move.case }}>
                {t("admin.case_number", { number: move.case.slice(-8) })}
              </Link>
            </td>
            <td>{move.article}</td>
            <td className="number">{lastDayOf(move.before)}</td>
            <td className="number">
              <strong>{lastDayOf(move.after)}</strong>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
