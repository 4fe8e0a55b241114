/** What is proven about an act or a call, checked again in this browser, and the file that proves it to anybody offline. */
import { useQuery } from "@tanstack/react-query";
import { Button, Segmented, Tag } from "antd";
import { useState } from "react";
import type { Schemas } from "../../api/client";
import { actEvidence, callEvidence, loadEvidence } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { Copy } from "../../parts/Copy";
import { Scroll } from "../../parts/Scroll";
import { minuteOf } from "../../parts/time";
import { Loaded, Nothing } from "../../shell/Faults";
import { isId } from "./Acts";
import type { TreeCheck } from "./check";
import { timeOf } from "./proof";
import type { LedgerSearch } from "./routes";

export function Proof({ search }: { search: LedgerSearch }) {
  const { t } = useGlossary();
  const { act, call, load, service = "", place = "" } = search;
  const index = Number(place.split(":")[1] ?? Number.NaN);
  const id = (act ?? call ?? load ?? "").trim();
  const kind = act ? "act" : call ? "call" : "load";
  const valid = isId(id) && (kind !== "call" || (isId(service) && Number.isInteger(index)));
  const ofAct = useQuery({ ...actEvidence(id), enabled: valid && kind === "act" });
  const ofCall = useQuery({ ...callEvidence(id, service, index), enabled: valid && kind === "call" });
  const ofLoad = useQuery({ ...loadEvidence(id), enabled: valid && kind === "load" });
  if (!valid) return <Nothing>{t("evidence.not_an_id")}</Nothing>;
  return (
    <Loaded of={{ act: ofAct, call: ofCall, load: ofLoad }[kind]} rows={10}>
      {(file) => <Found name={`${kind}.evidence.json`} id={id} file={file} />}
    </Loaded>
  );
}

function Found({ name, id, file }: { name: string; id: string; file: Schemas["Evidence"] }) {
  const { t, term } = useGlossary();
  const [tree, setTree] = useState<"sm3" | "sha256">("sm3");
  const checked = useQuery({
    queryKey: ["evidence-check", id, file.sm3.size],
    queryFn: async () => (await import("./check")).checkEvidence(file),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <div className="stack">
      <section className="card stack" aria-labelledby="place">
        <h2 id="place">{t("evidence.place")}</h2>
        <dl className="facts">
          <div>
            <dt>{t("evidence.log")}</dt>
            <dd>
              <code>{file.origin}</code>
            </dd>
          </div>
          <div>
            <dt>{t("evidence.index")}</dt>
            <dd className="number">{file.index.toLocaleString("en-US")}</dd>
          </div>
          <div>
            <dt>{t("evidence.size")}</dt>
            <dd className="number">{file.sm3.size.toLocaleString("en-US")}</dd>
          </div>
        </dl>
        <Loaded of={checked} rows={2}>
          {(both) => <Verdicts both={both} />}
        </Loaded>
      </section>
      <section className="card stack" aria-labelledby="way">
        <div className="card-head">
          <h2 id="way">{t("evidence.way")}</h2>
          <Segmented
            aria-label={t("evidence.tree")}
            value={tree}
            options={(["sm3", "sha256"] as const).map((value) => ({ value, label: term("tree", value) }))}
            onChange={(value) => setTree(value === "sha256" ? "sha256" : "sm3")}
          />
        </div>
        <Loaded of={checked} rows={6}>
          {(both) => <Way tree={both[tree]} proof={file[tree]} index={file.index} />}
        </Loaded>
      </section>
      <section className="card" aria-labelledby="leaf">
        <h2 id="leaf">{t("evidence.leaf")}</h2>
        <p className="quiet">{t("evidence.leaf_lead")}</p>
        <Scroll className="code" label={t("evidence.leaf_text")}>
          <pre>{leafText(file.leaf)}</pre>
        </Scroll>
      </section>
      <Offline name={name} file={file} />
    </div>
  );
}

function Verdicts({ both }: { both: { sm3: TreeCheck; sha256: TreeCheck } }) {
  const { t, term } = useGlossary();
  const lines = (["sm3", "sha256"] as const).flatMap((tree): [string, boolean | null][] => {
    const found = both[tree];
    const of = (what: string) => `${term("tree", tree)}${t("list.colon")}${term("verdict", what)}`;
    return [
      [of("included"), found.included],
      [of("fits"), found.fits],
      [of("signed"), found.signed],
    ];
  });
  const whole = lines.every(([, holds]) => holds !== false);
  return (
    <div>
      <p role="status">
        <Tag color={whole ? "success" : "error"}>{t(whole ? "evidence.holds" : "evidence.fails")}</Tag>{" "}
        {t("evidence.checked_here")}
      </p>
      <ul className="verdicts">
        {lines.map(([word, holds]) => (
          <li key={word}>
            <Tag color={holds === null ? "default" : holds ? "success" : "error"}>
              {t(holds === null ? "evidence.cannot" : holds ? "evidence.yes" : "evidence.no")}
            </Tag>{" "}
            {word}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** The way from the leaf to the root, drawn from below: each node is made of the one under it and its neighbour. */
function Way({ tree, proof, index }: { tree: TreeCheck; proof: Schemas["TreeProof"]; index: number }) {
  const { t } = useGlossary();
  const { walk, note } = tree;
  const time = timeOf(note);
  if (walk === null) return <p className="fault">{t("evidence.no_way")}</p>;
  return (
    <>
      <ol className="way" aria-label={t("evidence.path", { count: walk.steps.length })}>
        <li className="root">
          <span>{t("evidence.checkpoint")}</span>
          <code>{proof.root}</code>
          <small>
            {t("evidence.root_of", { size: proof.size })}
            {time && `${t("list.comma")}${minuteOf(time)}`}
          </small>
        </li>
        {walk.steps.toReversed().map((step, at) => (
          <li key={step.node}>
            <span>{t(at === 0 ? "evidence.root" : "evidence.node")}</span>
            <code>{step.node}</code>
            <small>{t(step.left ? "evidence.with_left" : "evidence.with_right")}</small>
            <code className="sibling">{step.sibling}</code>
          </li>
        ))}
        <li className="leaf">
          <span>{t("evidence.leaf_hash", { index })}</span>
          <code>{walk.leaf}</code>
        </li>
      </ol>
      <details>
        <summary>{t("evidence.signatures", { count: note.signatures.length })}</summary>
        <Signatures note={note} />
        <pre className="code">{proof.checkpoint}</pre>
      </details>
    </>
  );
}

/** Who signed a checkpoint: the log, and whoever witnessed it. */
export function Signatures({ note }: { note: TreeCheck["note"] }) {
  const { t } = useGlossary();
  const witnesses = note.signatures.filter((one) => one.name !== note.origin);
  return (
    <ul className="over">
      {note.signatures.map((one) => (
        <li key={one.key + one.name}>
          <Tag>{t(one.name === note.origin ? "evidence.by_log" : "evidence.by_witness")}</Tag> <code>{one.name}</code>{" "}
          <span className="quiet">{t("evidence.key_id", { id: one.key })}</span>
        </li>
      ))}
      {witnesses.length === 0 && <li className="quiet">{t("evidence.no_witness")}</li>}
    </ul>
  );
}

/** How anybody checks the file without this platform. */
function Offline({ name, file }: { name: string; file: Schemas["Evidence"] }) {
  const { t } = useGlossary();
  return (
    <section className="card stack" aria-labelledby="offline">
      <h2 id="offline">{t("evidence.offline")}</h2>
      <p>
        <Button type="primary" onClick={() => save(name, JSON.stringify(file, null, 2))}>
          {t("evidence.download")}
        </Button>
      </p>
      <p className="quiet">{t("evidence.verify")}</p>
      <Copy text={`gongshu verify ${name} --keys log-keys.json`} label={t("evidence.verify")} />
      <p className="quiet">{t("evidence.openssl")}</p>
      <Copy text={`gongshu verify ${name} --openssl parts && cd parts && sh VERIFY.txt`} label={t("evidence.openssl")} />
      <p className="quiet">{t("evidence.signature_alone")}</p>
      <Copy text={SIGNATURES} label={t("evidence.signature_alone")} />
      <p className="quiet">{t("evidence.keys_lead")}</p>
    </section>
  );
}

/** As `VERIFY.txt` says it. */
const SIGNATURES = [
  "openssl pkeyutl -verify -pubin -inkey sm2.pem -rawin -digest sm3 -pkeyopt distid:1234567812345678 \\",
  "  -in checkpoint.sm3 -sigfile checkpoint.sm3.sig",
  "openssl pkeyutl -verify -pubin -inkey ed25519.pem -rawin -in checkpoint.sha256 -sigfile checkpoint.sha256.sig",
].join("\n");

/** The leaf as it was hashed, set apart in lines for reading. */
function leafText(leaf: string): string {
  try {
    const bytes = Uint8Array.from(atob(leaf), (letter) => letter.charCodeAt(0));
    return JSON.stringify(JSON.parse(new TextDecoder().decode(bytes)), null, 2);
  } catch {
    return leaf;
  }
}

function save(name: string, text: string) {
  const address = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
