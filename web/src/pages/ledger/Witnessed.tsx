/** Who signed a checkpoint: the log itself, and witnesses that stand outside it. */
import { Tag } from "antd";
import type { Schemas } from "../../api/client";
import { useGlossary } from "../../glossary";
import { Copy } from "../../parts/Copy";
import { minuteOf } from "../../parts/time";
import type { EvidenceCheck } from "./check";
import type { Note } from "./proof";

/** The signatures under a note, as they stand there. */
export function Signatures({ note }: { note: Note }) {
  const { t } = useGlossary();
  return (
    <ul className="over">
      {note.signatures.map((one) => (
        <li key={one.key + one.name}>
          <Tag>{t(one.name === note.origin ? "evidence.by_log" : "evidence.by_witness")}</Tag> <code>{one.name}</code>{" "}
          <span className="quiet">{t("evidence.key_id", { id: one.key })}</span>
        </li>
      ))}
    </ul>
  );
}

/** What a witness has seen of the leaf: its way into the tree that the witness signed, and the witness's own signature. */
export function WitnessedPart({ found, of }: { found: EvidenceCheck["witnessed"]; of: Schemas["Evidence"] }) {
  const { t, term } = useGlossary();
  return (
    <section className="card stack" aria-labelledby="witnessed">
      <h2 id="witnessed">{t("witness.title")}</h2>
      {found === undefined || !of.witnessed ? (
        <p className="quiet">{t("witness.none_yet")}</p>
      ) : (
        <>
          <p className="quiet">{t("witness.proves")}</p>
          <ul className="verdicts">
            <Verdict holds={found.included && found.fits} word={t("witness.included", { size: of.witnessed.size })} />
            <Verdict holds={found.signed} word={`${term("tree", "sha256")}${t("list.colon")}${term("verdict", "signed")}`} />
            {found.by.map((one) => (
              <Verdict
                key={one.name + one.at}
                holds={one.holds}
                word={t("witness.signed", { name: one.name, at: minuteOf(one.at) })}
              />
            ))}
          </ul>
          <p className="quiet">{t("witness.keys")}</p>
          {of.witnessed.witnesses.map((vkey) => (
            <Copy key={vkey} text={vkey} label={t("witness.key")} />
          ))}
          <details>
            <summary>{t("witness.note")}</summary>
            <Signatures note={found.note} />
            <pre className="code">{of.witnessed.checkpoint}</pre>
          </details>
        </>
      )}
    </section>
  );
}

export function Verdict({ holds, word }: { holds: boolean | null; word: string }) {
  const { t } = useGlossary();
  return (
    <li>
      <Tag color={holds === null ? "default" : holds ? "success" : "error"}>
        {t(holds === null ? "evidence.cannot" : holds ? "evidence.yes" : "evidence.no")}
      </Tag>{" "}
      {word}
    </li>
  );
}
