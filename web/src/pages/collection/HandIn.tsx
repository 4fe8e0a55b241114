/** Handing in a file for an entry: dropped or chosen, sent with its progress, worked on, and answered. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { Alert, Button, Input } from "antd";
import { useEffect, useState } from "react";
import type { Schemas } from "../../api/client";
import { entry } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { Table } from "../../parts/Table";
import { Loaded } from "../../shell/Faults";
import { useOrganisation } from "../docket/parts";
import "./collection.css";
import { Loads } from "./Data";
import { Drop } from "./Drop";
import { HandInFault, Progress, Refused } from "./parts";
import { isWorkbook, READ, sizeOf } from "./upload";
import { type Stage, type Underway, useHandIn } from "./useHandIn";
import type { LoadProgress } from "./watch";

export function HandIn() {
  const { entry: id } = useParams({ from: "/shell/collection/$entry" });
  const found = useQuery(entry(id));
  return (
    <div className="page">
      <Loaded of={found} rows={12}>
        {(view) => <Whole view={view} />}
      </Loaded>
    </div>
  );
}

function Whole({ view }: { view: Schemas["EntryView"] }) {
  const { t } = useGlossary();
  const organisation = useOrganisation();
  const navigate = useNavigate();
  const hand = useHandIn(view.id);
  const { stage } = hand;
  useEffect(() => {
    if (stage.kind === "done")
      void navigate({ to: "/collection/loads/$id", params: { id: stage.id }, search: { fresh: true } });
  }, [stage, navigate]);
  return (
    <>
      <header className="page-head">
        <p className="crumbs">
          <Link to="/collection">{t("nav.collection")}</Link>
          <Link to="/catalogue/$id" params={{ id: view.id }} lang="zh-CN">
            {view.title}
          </Link>
        </p>
        <h1>{t("collection.hand_in")}</h1>
        <p className="quiet">
          <span lang="zh-CN">{`${organisation(view.organisation)}${t("list.dot")}${view.title}`}</span>
        </p>
      </header>
      <section className="card stack" aria-label={t("collection.hand_in")}>
        <StageShown stage={stage} hand={hand} />
      </section>
      <Expected view={view} />
      <Loads entry={view.id} />
    </>
  );
}

function StageShown({ stage, hand }: { stage: Stage; hand: ReturnType<typeof useHandIn> }) {
  const { t } = useGlossary();
  switch (stage.kind) {
    case "asking":
    case "done":
      return <Progress part={null} label={t("collection.asking")} />;
    case "sending":
      return (
        <Way underway={stage.underway}>
          <p role="status">{t("collection.sending", { sent: sizeOf(stage.sent), size: sizeOf(stage.underway.size) })}</p>
          <Progress
            part={stage.underway.size === 0 ? 1 : stage.sent / stage.underway.size}
            label={t("collection.sending_label")}
          />
          <div>
            <Button onClick={hand.stop}>{t("collection.stop")}</Button>
          </div>
        </Way>
      );
    case "working":
      return (
        <Way underway={stage.underway}>
          <Reading progress={hand.progress} />
        </Way>
      );
    case "lost":
      return (
        <>
          <Alert
            type="warning"
            showIcon
            role="alert"
            title={t("collection.lost", { name: stage.underway.name })}
            description={t("collection.lost_next")}
            action={
              <Button type="primary" onClick={() => hand.again(stage.underway)}>
                {t("collection.again")}
              </Button>
            }
          />
          <div>
            <Button onClick={hand.reset}>{t("collection.other_file")}</Button>
          </div>
        </>
      );
    case "choose_again":
      return (
        <>
          <Alert
            type="info"
            showIcon
            role="status"
            title={t("collection.choose_again", { name: stage.underway.name, size: sizeOf(stage.underway.size) })}
            description={t("collection.choose_again_next")}
            action={<Button onClick={hand.reset}>{t("collection.forget")}</Button>}
          />
          <Choose choose={hand.choose} />
        </>
      );
    case "refused":
      return (
        <>
          <Refused reason={stage.load.fault_reason} sentence={stage.load.fault} />
          <Choose choose={hand.choose} />
        </>
      );
    case "failed":
      return (
        <>
          <HandInFault error={stage.error} />
          <Choose choose={hand.choose} />
        </>
      );
    case "free":
      return <Choose choose={hand.choose} />;
  }
}

/** Reading: how far the district is in the file, and how many rows it has seen. */
function Reading({ progress }: { progress: LoadProgress | undefined }) {
  const { t, term } = useGlossary();
  const reading = progress?.state === "running" && progress.total ? progress : undefined;
  return (
    <>
      <p role="status">{t("collection.working")}</p>
      <Progress
        part={reading?.total ? Math.min(1, reading.bytes / reading.total) : null}
        label={t("collection.working_label")}
      />
      {reading && (
        <p className="quiet number">
          {term("load_phase", reading.phase ?? "store")}{" "}
          {t("collection.rows_read", { rows: reading.rows.toLocaleString("en-US") })}
        </p>
      )}
    </>
  );
}

function Way({ underway, children }: { underway: Underway; children: React.ReactNode }) {
  return (
    <div className="stack way">
      <p>
        <strong>{underway.name}</strong> <span className="quiet number">{sizeOf(underway.size)}</span>
      </p>
      {children}
    </div>
  );
}

function Choose({ choose }: { choose: (file: File, sheet: string | undefined) => void }) {
  const { t } = useGlossary();
  const [file, setFile] = useState<File>();
  const [sheet, setSheet] = useState("");
  return (
    <>
      <Drop file={file} choose={setFile} accept={READ} hint={t("collection.forms")} />
      {file && isWorkbook(file.name) && (
        <div className="field">
          <label htmlFor="sheet">{t("collection.sheet")}</label>
          <Input
            id="sheet"
            className="wide"
            value={sheet}
            placeholder={t("collection.sheet_first")}
            onChange={(event) => setSheet(event.target.value)}
          />
        </div>
      )}
      {file && (
        <div>
          <Button type="primary" onClick={() => choose(file, sheet.trim() || undefined)}>
            {t("collection.start")}
          </Button>
        </div>
      )}
    </>
  );
}

/** What the file's header must say, so that nobody has to hand in to learn it. */
function Expected({ view }: { view: Schemas["EntryView"] }) {
  const { t, term } = useGlossary();
  const items = (view.published ?? view.draft)?.items ?? [];
  const optional = items.filter((item) => !item.required).length;
  return (
    <section className="card">
      <details>
        <summary>{t("collection.expected", { columns: items.length, required: items.length - optional })}</summary>
        <p className="quiet">{t("collection.expected_hint")}</p>
        <Table
          label={t("collection.expected_columns")}
          columns={[
            t("item.code"),
            t("item.name"),
            t("item.kind"),
            { number: t("item.length") },
            t("item.required"),
            t("item.meaning"),
          ]}
        >
          {items.map((item) => (
            <tr key={item.code}>
              <td>
                <code>{item.code}</code>
              </td>
              <td lang="zh-CN">{item.name}</td>
              <td>{term("kind", item.kind)}</td>
              <td className="number">{item.length ?? t("value.none")}</td>
              <td>{t(item.required ? "value.yes" : "value.no")}</td>
              <td lang="zh-CN">{item.meaning}</td>
            </tr>
          ))}
        </Table>
      </details>
    </section>
  );
}
