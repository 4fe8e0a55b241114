/** What is left of a case's nearest term and the day it ends; one press shows the article behind it and the derivation. */
import { useState } from "react";
import type { Schemas } from "../../api/client";
import { useGlossary } from "../../glossary";
import { Side } from "../../parts/Side";
import { DueTag } from "./parts";
import { Why } from "./Why";

export function Due({ line }: { line: Schemas["CaseLine"] }) {
  const { t } = useGlossary();
  const [open, setOpen] = useState(false);
  if (!line.due) return <span className="quiet">{t("left.none")}</span>;
  return (
    <>
      <button type="button" className="why" onClick={() => setOpen(true)} title={t("home.why_hint")}>
        <DueTag due={line.due} />
        <small>{line.due.last_day}</small>
      </button>
      {open && (
        <Side close={() => setOpen(false)} title={t("home.why")}>
          <Why line={line} />
        </Side>
      )}
    </>
  );
}
