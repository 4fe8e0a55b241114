/** The auditor's explorer of an act: what is proven about it, under which checkpoints, and the file that proves it offline. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Button, Input } from "antd";
import type { Schemas } from "../../api/client";
import { actEvidence } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { Scroll } from "../../parts/Scroll";
import { Loaded, Nothing } from "../../shell/Faults";

export function Evidence() {
  const { t } = useGlossary();
  const { act } = useSearch({ from: "/shell/evidence" });
  const navigate = useNavigate({ from: "/evidence" });
  const wanted = act?.trim();
  const valid = wanted !== undefined && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(wanted);
  const found = useQuery({ ...actEvidence(wanted ?? ""), enabled: valid });
  return (
    <div className="page">
      <header className="page-head">
        <h1>{t("nav.evidence")}</h1>
        <p className="quiet">{t("evidence.lead")}</p>
      </header>
      <Input.Search
        key={act}
        className="id-field"
        aria-label={t("evidence.act")}
        placeholder={t("evidence.act")}
        defaultValue={act}
        enterButton={t("evidence.show")}
        onSearch={(typed) => void navigate({ search: { act: typed.trim() || undefined } })}
      />
      {!wanted && <Nothing>{t("evidence.how")}</Nothing>}
      {wanted && !valid && <Nothing>{t("evidence.not_an_id")}</Nothing>}
      {valid && (
        <Loaded of={found} rows={10}>
          {(file) => <Proof act={wanted} file={file} />}
        </Loaded>
      )}
    </div>
  );
}

function Proof({ act, file }: { act: string; file: Schemas["Evidence"] }) {
  const { t } = useGlossary();
  const name = `evidence-${act}.json`;
  return (
    <div className="stack">
      <section className="card stack">
        <h2>{t("evidence.place")}</h2>
        <dl className="facts">
          <div>
            <dt>{t("evidence.log")}</dt>
            <dd>
              <code>{file.origin}</code>
            </dd>
          </div>
          <div>
            <dt>{t("evidence.index")}</dt>
            <dd>{file.index}</dd>
          </div>
          <div>
            <dt>{t("evidence.size")}</dt>
            <dd>{file.sm3.size}</dd>
          </div>
        </dl>
        <p>
          <Button type="primary" onClick={() => save(name, JSON.stringify(file, null, 2))}>
            {t("evidence.download")}
          </Button>
        </p>
        <p className="quiet">{t("evidence.verify")}</p>
        <code className="command">gongshu verify {name}</code>
      </section>
      <section className="card">
        <h2>{t("evidence.leaf")}</h2>
        <p className="quiet">{t("evidence.leaf_lead")}</p>
        <Scroll className="code" label={t("evidence.leaf")}>
          <pre>{leafText(file.leaf)}</pre>
        </Scroll>
      </section>
      <Tree title={t("evidence.sm3")} proof={file.sm3} />
      <Tree title={t("evidence.sha256")} proof={file.sha256} />
    </div>
  );
}

function Tree({ title, proof }: { title: string; proof: Schemas["TreeProof"] }) {
  const { t } = useGlossary();
  return (
    <section className="card stack">
      <h2>{title}</h2>
      <dl className="elements">
        <div>
          <dt>{t("evidence.root")}</dt>
          <dd>
            <code>{proof.root}</code>
          </dd>
        </div>
        <div>
          <dt>{t("evidence.path", { count: proof.path.length })}</dt>
          <dd>
            {proof.path.map((hash) => (
              <code key={hash} className="hash">
                {hash}
              </code>
            ))}
          </dd>
        </div>
      </dl>
      <details>
        <summary>{t("evidence.checkpoint")}</summary>
        <pre className="code">{proof.checkpoint}</pre>
      </details>
    </section>
  );
}

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
