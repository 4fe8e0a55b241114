/**
 * A new holiday notice, or an amended pack: written or uploaded, tried on the running cases first, then made law.
 *
 * A preview writes nothing. Whoever makes the amendment has seen the preview of exactly this text: changing a letter takes the
 * preview away.
 */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Alert, Button, Form, Segmented } from "antd";
import { useState } from "react";
import { client, type Schemas, take } from "../../api/client";
import { useGlossary } from "../../glossary";
import { TextField } from "../../parts/Form";
import { dayOf } from "../../parts/time";
import { useChange } from "../../parts/useChange";
import { useDraft } from "../../parts/useDraft";
import { Fault, Nothing } from "../../shell/Faults";
import { Law, useNow } from "../docket/parts";
import { Moves } from "./Moves";
import { calendarFile, NoticeEditor, readNotice } from "./Notice";
import { Frame } from "./parts";

const LARGEST = 1_000_000;

export function Amend() {
  return (
    <Frame word="admin.amend" lead="admin.amend_lead" roles={["system_administrator"]}>
      <Work />
    </Frame>
  );
}

function Work() {
  const { t } = useGlossary();
  const queries = useQueryClient();
  const next = Number(dayOf(useNow()).slice(0, 4)) + 1;
  const { typed, write, forget } = useDraft("amendment", { mode: "notice", title: "", path: "", text: "", notice: "" });
  const notice = readNotice(typed.notice ?? "", next, t("admin.festivals").split(" "));
  const byNotice = typed.mode !== "file";
  const amendment: Schemas["Amendment"] = byNotice
    ? { title: notice.title.trim(), files: { [`calendar/${notice.year}.md`]: calendarFile(notice, t("admin.notice_head")) } }
    : { title: (typed.title ?? "").trim(), files: { [(typed.path ?? "").trim()]: typed.text ?? "" } };
  const now = JSON.stringify(amendment);
  const [tried, setTried] = useState<string>();
  const preview = useMutation({
    mutationFn: () => take(client.POST("/api/v1/amendments/preview", { body: amendment })),
    onSuccess: () => setTried(now),
  });
  const make = useChange(() => take(client.POST("/api/v1/amendments", { body: amendment })), []);
  const go = () =>
    make.mutate(undefined, {
      onSuccess: () => {
        forget();
        preview.reset();
        // Every term may have moved, and the packs are others.
        void queries.invalidateQueries();
      },
    });
  const ready = amendment.title !== "" && Object.entries(amendment.files).every(([path, text]) => path !== "" && text !== "");
  const seen = preview.data && tried === now ? preview.data : undefined;
  return (
    <div className="amend">
      <section className="card stack">
        <h2>{t("admin.amend_write")}</h2>
        <Segmented
          aria-label={t("admin.amend_how")}
          value={byNotice ? "notice" : "file"}
          options={[
            { value: "notice", label: t("admin.amend_notice") },
            { value: "file", label: t("admin.amend_file") },
          ]}
          onChange={(mode) => write("mode", mode)}
        />
        {byNotice ? (
          <NoticeEditor value={notice} change={(value) => write("notice", JSON.stringify(value))} />
        ) : (
          <FileFields typed={typed} write={write} />
        )}
        <div>
          <Button
            type={seen ? "default" : "primary"}
            loading={preview.isPending}
            disabled={!ready}
            onClick={() => preview.mutate()}
          >
            {t("admin.amend_preview")}
          </Button>
        </div>
        {preview.error && <Fault error={preview.error} />}
      </section>
      <section className="card stack" aria-live="polite">
        <h2>{t("admin.amend_effect")}</h2>
        {make.data && (
          <Alert
            type="success"
            showIcon
            role="status"
            title={t("admin.amend_made", { title: make.data.title })}
            description={<Link to="/administration/law">{t("admin.amend_see")}</Link>}
          />
        )}
        {seen ? (
          <>
            <Effect of={seen} />
            {make.error && <Fault error={make.error} />}
            <div>
              <Button type="primary" loading={make.isPending} onClick={go}>
                {t("admin.amend_make")}
              </Button>
            </div>
            <p className="quiet">{t("admin.amend_make_hint")}</p>
          </>
        ) : (
          !make.data && <Nothing>{t(preview.data ? "admin.amend_changed" : "admin.amend_first")}</Nothing>
        )}
      </section>
    </div>
  );
}

interface FieldsProps {
  typed: Record<string, string>;
  write: (field: string, text: string) => void;
}

function FileFields({ typed, write }: FieldsProps) {
  const { t } = useGlossary();
  const [tooLarge, setTooLarge] = useState(false);
  const read = async (file: File) => {
    setTooLarge(file.size > LARGEST);
    if (file.size > LARGEST) return;
    write("text", await file.text());
    if (!typed.path?.trim()) write("path", `calendar/${file.name}`);
  };
  return (
    <Form layout="vertical" component="div">
      <TextField
        id="amend-title"
        label={t("admin.amend_title")}
        required
        maxLength={200}
        value={typed.title}
        write={(text) => write("title", text)}
      />
      <TextField
        id="amend-path"
        label={t("admin.amend_path")}
        hint={t("admin.amend_path_hint")}
        required
        spellCheck={false}
        value={typed.path}
        write={(text) => write("path", text)}
      />
      <Form.Item label={t("admin.amend_upload")} htmlFor="amend-upload">
        <input
          id="amend-upload"
          type="file"
          accept=".md,text/markdown,text/plain"
          onChange={(event) => {
            const file = event.target.files?.[0];
            if (file) void read(file);
          }}
        />
      </Form.Item>
      {tooLarge && <Alert type="error" showIcon role="alert" title={t("admin.amend_too_large")} />}
      <TextField
        id="amend-text"
        label={t("admin.amend_text")}
        required
        rows={16}
        spellCheck={false}
        className="source"
        value={typed.text}
        write={(text) => write("text", text)}
      />
    </Form>
  );
}

function Effect({ of }: { of: Schemas["AmendmentPreview"] }) {
  const { t, term } = useGlossary();
  const { days, values, rules } = of.changes;
  return (
    <div className="stack">
      <dl className="figures">
        <div>
          <dt>{t("admin.effect_days")}</dt>
          <dd>{days.length}</dd>
        </div>
        <div>
          <dt>{t("admin.effect_rules")}</dt>
          <dd>{values.length + rules.length}</dd>
        </div>
        <div>
          <dt>{t("admin.effect_terms")}</dt>
          <dd>{of.moved}</dd>
        </div>
      </dl>
      {days.length + values.length + rules.length === 0 && <p>{t("admin.effect_none")}</p>}
      {days.length > 0 && (
        <ul className="chips">
          {days.slice(0, 60).map((day) => (
            <li key={day.date}>
              <span className="number">{day.date}</span> {t(day.is_working ? "admin.day_working" : "admin.day_rest")}
            </li>
          ))}
          {days.length > 60 && <li>{t("admin.effect_more", { count: days.length - 60 })}</li>}
        </ul>
      )}
      {values.map((value) => (
        <p key={`${value.pack} ${value.value} ${value.article}`}>
          {value.article} <Law>{value.before.join(t("list.separator"))}</Law> →{" "}
          <Law>{value.after.join(t("list.separator"))}</Law>
        </p>
      ))}
      {rules.length > 0 && (
        <ul className="chips">
          {rules.map((rule) => (
            <li key={`${rule.pack} ${rule.rule}`}>
              {term("rule_fate", rule.change)} <code>{rule.rule}</code>
            </li>
          ))}
        </ul>
      )}
      {of.moved > of.moves.length && <p className="quiet">{t("admin.effect_first", { count: of.moves.length })}</p>}
      <Moves of={of.moves} />
    </div>
  );
}
