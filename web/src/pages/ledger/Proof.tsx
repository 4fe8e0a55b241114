/** What is proven about one leaf of the log, checked again in this browser, and the file that proves it to anybody offline. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Button, Segmented, Tag } from "antd";
import { useState } from "react";
import { Failure, type Schemas } from "../../api/client";
import { actEvidence, callEvidence, checkpoint, entryEvidence, loadEvidence, logKeys } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { Copy } from "../../parts/Copy";
import { minuteOf } from "../../parts/time";
import { Loaded, Nothing } from "../../shell/Faults";
import type { EvidenceCheck, TreeCheck } from "./check";
import { Leaf } from "./Leaf";
import { isId, type Place, placeText, readPlace } from "./place";
import { timeOf } from "./proof";
import type { LedgerSearch } from "./routes";
import { Signatures, Verdict, WitnessedPart } from "./Witnessed";

export function Proof({ search }: { search: LedgerSearch }) {
  const { t } = useGlossary();
  const { act, call, load, entry, service = "", place = "" } = search;
  const index = Number(place.split(":")[1] ?? Number.NaN);
  const at = readPlace(entry);
  const id = (act ?? call ?? load ?? entry ?? "").trim();
  const kind = act ? "act" : call ? "call" : load ? "load" : "entry";
  const valid =
    kind === "entry" ? at !== undefined : isId(id) && (kind !== "call" || (isId(service) && Number.isInteger(index)));
  const ofAct = useQuery({ ...actEvidence(id), enabled: valid && kind === "act" });
  const ofCall = useQuery({ ...callEvidence(id, service, index), enabled: valid && kind === "call" });
  const ofLoad = useQuery({ ...loadEvidence(id), enabled: valid && kind === "load" });
  const ofEntry = useQuery({
    ...entryEvidence(at?.class ?? "", at?.period ?? "", at?.index ?? 0),
    enabled: valid && kind === "entry",
  });
  if (!valid) return <Nothing>{t("evidence.not_an_id")}</Nothing>;
  if (at && ofEntry.error instanceof Failure && ofEntry.error.code === "not_found") return <NothingThere at={at} />;
  return (
    <Loaded of={{ act: ofAct, call: ofCall, load: ofLoad, entry: ofEntry }[kind]} rows={10}>
      {(file) => <Found name={`${kind}.evidence.json`} id={id} file={file} />}
    </Loaded>
  );
}

/** Nothing stands at that place; what does stand in that log, as far as it goes. */
function NothingThere({ at }: { at: Place }) {
  const { t, term } = useGlossary();
  const size = useQuery(checkpoint(at.class, at.period)).data?.size ?? 0;
  const log = `${term("shard", at.class)} ${at.period}`;
  return (
    <section className="card" role="alert">
      <Nothing>
        <p>{t("finder.nothing_there", { log, index: at.index.toLocaleString("en-US") })}</p>
        {size > 0 && (
          <p>
            <Link to="/evidence" search={{ entry: placeText({ ...at, index: size - 1 }) }}>
              {t("finder.last", { index: (size - 1).toLocaleString("en-US") })}
            </Link>
          </p>
        )}
      </Nothing>
    </section>
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
        <div className="card-head">
          <h2 id="place">{t("evidence.place")}</h2>
          <Neighbours file={file} />
        </div>
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
          {(found) => <Verdicts found={found} />}
        </Loaded>
        <SameKeys file={file} />
      </section>
      <Leaf leaf={file.leaf} />
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
          {(found) => <Way tree={found[tree]} proof={file[tree]} index={file.index} />}
        </Loaded>
      </section>
      <Loaded of={checked} rows={3}>
        {(found) => <WitnessedPart found={found.witnessed} of={file} />}
      </Loaded>
      <Offline name={name} file={file} />
    </div>
  );
}

/** Whether the keys in the file are those that the district publishes; that they are the log's, only a copy kept elsewhere can say. */
function SameKeys({ file }: { file: Schemas["Evidence"] }) {
  const { t } = useGlossary();
  const published = useQuery(logKeys).data;
  if (published === undefined) return null;
  const same = published.sm2_pem === file.keys.sm2_pem && published.ed25519_pem === file.keys.ed25519_pem;
  return (
    <ul>
      <Verdict holds={same} word={t("evidence.same_keys")} />
    </ul>
  );
}

/** The leaves before and after it. */
function Neighbours({ file }: { file: Schemas["Evidence"] }) {
  const { t } = useGlossary();
  const [shard, period] = file.origin.split("/").slice(-2);
  if (shard === undefined || period === undefined) return null;
  const entry = (index: number) => ({ entry: placeText({ class: shard, period, index }) });
  return (
    <nav className="neighbours" aria-label={t("evidence.neighbours")}>
      {file.index > 0 && (
        <Link to="/evidence" search={entry(file.index - 1)}>
          {t("evidence.before")}
        </Link>
      )}
      {file.index + 1 < file.sm3.size && (
        <Link to="/evidence" search={entry(file.index + 1)}>
          {t("evidence.after")}
        </Link>
      )}
    </nav>
  );
}

function Verdicts({ found: both }: { found: EvidenceCheck }) {
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
          <Verdict key={word} holds={holds} word={word} />
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

/** How anybody checks the file without this platform. */
function Offline({ name, file }: { name: string; file: Schemas["Evidence"] }) {
  const { t } = useGlossary();
  const witnessed = (file.witnessed?.witnesses ?? []).map((vkey) => ` --witness '${vkey}'`).join("");
  return (
    <section className="card stack" aria-labelledby="offline">
      <h2 id="offline">{t("evidence.offline")}</h2>
      <p>
        <Button type="primary" onClick={() => save(name, JSON.stringify(file, null, 2))}>
          {t("evidence.download")}
        </Button>
      </p>
      <p className="quiet">{t("evidence.verify")}</p>
      <Copy text={`gongshu verify ${name} --keys log-keys.json${witnessed}`} label={t("evidence.verify")} />
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

function save(name: string, text: string) {
  const address = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
