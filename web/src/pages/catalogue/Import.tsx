/**
 * The catalogue in Excel: the empty form, a filled-in form that is looked through first and taken over afterwards, and the same
 * form back with its faults in red. Nothing is taken over that has a fault, and nothing without being looked through.
 */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Alert, Button } from "antd";
import { useRef, useState } from "react";
import { Failure } from "../../api/client";
import { useGlossary } from "../../glossary";
import { Table } from "../../parts/Table";
import { Fault } from "../../shell/Faults";
import { Drop } from "../collection/Drop";
import { sizeOf } from "../collection/upload";
import "./catalogue.css";
import { type Imported, markedForm, sendForm } from "./form";

const FAULTS_SHOWN = 100;

export function Import() {
  const { t } = useGlossary();
  const queries = useQueryClient();
  const [file, setFile] = useState<File>();
  const key = useRef(crypto.randomUUID());
  const trial = useMutation({ mutationFn: (chosen: File) => sendForm(chosen, true, crypto.randomUUID()) });
  // A form is taken over once, however often an impatient hand clicks.
  const under = useRef(false);
  const takeOver = useMutation({
    mutationFn: (chosen: File) => sendForm(chosen, false, key.current),
    onSettled: () => {
      under.current = false;
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: ["entries"] }),
  });
  const take = (chosen: File) => {
    if (under.current) return;
    under.current = true;
    takeOver.mutate(chosen);
  };
  const choose = (chosen: File) => {
    key.current = crypto.randomUUID();
    setFile(chosen);
    takeOver.reset();
    trial.mutate(chosen);
  };
  const looked = trial.data;
  const done = takeOver.data?.imported ? takeOver.data : undefined;
  const faults = takeOver.data && !takeOver.data.imported ? takeOver.data : looked;
  return (
    <div className="page">
      <header className="page-head">
        <p className="crumbs">
          <Link to="/catalogue">{t("nav.catalogue")}</Link>
        </p>
        <h1>{t("catalogue.import")}</h1>
        <p className="quiet">{t("import.lead")}</p>
      </header>
      <section className="card stack">
        <div className="card-head flush">
          <h2>{t("import.first")}</h2>
          <a className="as-button" href="/api/v1/entries/template.xlsx" download>
            {t("import.template")}
          </a>
        </div>
        <p className="quiet">{t("import.template_hint")}</p>
      </section>
      <section className="card stack" aria-labelledby="import-file">
        <h2 id="import-file">{t("import.second")}</h2>
        <Drop file={file} choose={choose} accept={[".xlsx"]} hint={t("import.limits")} />
        {trial.isPending && (
          <p role="status" aria-busy="true">
            {t("import.looking", { name: file?.name ?? "", size: sizeOf(file?.size ?? 0) })}
          </p>
        )}
        {trial.isError && <FormFault error={trial.error} again={() => file && trial.mutate(file)} />}
        {takeOver.isError && <FormFault error={takeOver.error} again={() => file && take(file)} />}
        {done === undefined && looked && faults && file && (
          <Looked of={faults} file={file} pending={takeOver.isPending} takeOver={() => take(file)} />
        )}
        {done && <Done of={done} />}
      </section>
    </div>
  );
}

/** What is no form is told in people's words; anything else as everywhere. */
function FormFault({ error, again }: { error: unknown; again: () => void }) {
  const { t } = useGlossary();
  if (error instanceof Failure && error.problem?.code === "file_refused")
    return <Alert type="error" showIcon role="alert" title={t("import.no_form")} description={t("import.no_form_next")} />;
  if (error instanceof Failure && error.problem?.code === "limit_exceeded")
    return <Alert type="error" showIcon role="alert" title={t("import.too_large")} description={t("import.limits")} />;
  return <Fault error={error} again={again} />;
}

interface LookedProps {
  of: Imported;
  file: File;
  pending: boolean;
  takeOver: () => void;
}

function Looked({ of, file, pending, takeOver }: LookedProps) {
  const { t } = useGlossary();
  const counts = { entries: of.entries, fresh: of.new, changed: of.changed, items: of.items };
  if (of.entries === 0 && of.faults.length === 0)
    return <Alert type="warning" showIcon role="status" title={t("import.empty")} description={t("import.empty_next")} />;
  return (
    <>
      <Alert
        type={of.faults.length > 0 ? "warning" : "success"}
        showIcon
        role="status"
        title={of.faults.length > 0 ? t("import.faults", { count: of.faults.length }) : t("import.fine")}
        description={
          <>
            <p>{t("import.counts", counts)}</p>
            {of.faults.length === 0 && of.incomplete > 0 && <p>{t("import.incomplete", { count: of.incomplete })}</p>}
          </>
        }
      />
      {of.faults.length === 0 ? (
        <div>
          <Button type="primary" loading={pending} onClick={takeOver}>
            {t("import.take_over", { count: of.entries })}
          </Button>
        </div>
      ) : (
        <Faults of={of} file={file} />
      )}
    </>
  );
}

function Faults({ of, file }: { of: Imported; file: File }) {
  const { t } = useGlossary();
  const marked = useMutation({ mutationFn: () => markedForm(file) });
  return (
    <>
      <div className="filters">
        <Button type="primary" loading={marked.isPending} onClick={() => marked.mutate()}>
          {t("import.marked")}
        </Button>
        <span className="quiet">{t("import.marked_hint")}</span>
      </div>
      {marked.isError && <Fault error={marked.error} again={() => marked.mutate()} />}
      <Table
        label={t("import.faults", { count: of.faults.length })}
        columns={[t("import.sheet"), t("import.cell"), t("import.told")]}
      >
        {of.faults.slice(0, FAULTS_SHOWN).map((fault) => (
          <tr key={`${fault.sheet} ${fault.cell} ${fault.code}`}>
            <td lang="zh-CN">{fault.sheet}</td>
            <td>
              <code>{fault.cell}</code>
            </td>
            <td lang="zh-CN">{fault.told}</td>
          </tr>
        ))}
      </Table>
      {of.faults.length > FAULTS_SHOWN && (
        <p className="quiet">{t("import.more_faults", { count: of.faults.length - FAULTS_SHOWN })}</p>
      )}
    </>
  );
}

function Done({ of }: { of: Imported }) {
  const { t } = useGlossary();
  return (
    <Alert
      type="success"
      showIcon
      role="status"
      title={t("import.done", { count: of.entries })}
      description={
        <>
          <p>{of.incomplete > 0 ? t("import.incomplete", { count: of.incomplete }) : t("import.all_complete")}</p>
          <p>
            <Link to="/catalogue" search={{ status: "draft" }}>
              {t("import.see_drafts")}
            </Link>
          </p>
        </>
      }
    />
  );
}
