/**
 * What can be done in a case: each act with the state it leads to, and where it cannot be done now, why not.
 *
 * An act is sent once however often somebody clicks: the form makes one idempotency key when it opens and keeps it until the
 * district has answered. It says which version of the case it was written for; when somebody acted meanwhile the district
 * refuses it, the case is read again, and what was typed stays.
 */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Form, Input, InputNumber } from "antd";
import { useState } from "react";
import { client, Failure, type Schemas, take } from "../../api/client";
import { useGlossary } from "../../glossary";
import { forgetDraft, keepDraft, readDraft } from "../../parts/drafts";
import { Side } from "../../parts/Side";
import { Fault } from "../../shell/Faults";
import { Article, Law } from "./parts";

interface Props {
  view: Schemas["CaseView"];
  page: Schemas["ProcedurePage"] | undefined;
  name: (id: string) => string;
}

export function Acts({ view, page, name }: Props) {
  const { t } = useGlossary();
  const [chosen, setChosen] = useState<Schemas["PossibleAct"]>();
  const [done, setDone] = useState<Schemas["Receipt"]>();
  const mine = (act: Schemas["PossibleAct"]) => act.by.some((role) => view.my_roles.includes(role));
  const open = view.possible.filter((act) => mine(act) && !act.blocked);
  const blocked = view.possible.filter((act) => mine(act) && act.blocked);
  const others = view.possible.filter((act) => !mine(act));
  return (
    <section className="card" aria-labelledby="acts">
      <h2 id="acts">{t("acts.title")}</h2>
      {done && (
        <Alert
          type="success"
          showIcon
          role="status"
          closable={{ closeIcon: true, onClose: () => setDone(undefined), "aria-label": t("shell.close") }}
          title={t("acts.done", { state: name(done.state) })}
          description={
            done.log_index === null || done.log_index === undefined
              ? t("acts.log_soon")
              : t("case.log_index", { index: done.log_index })
          }
        />
      )}
      {open.length === 0 && <p className="quiet">{t("acts.none")}</p>}
      <ul className="acts">
        {open.map((act) => (
          <li key={act.act}>
            <Button type={act === open[0] ? "primary" : "default"} onClick={() => setChosen(act)}>
              <Law>{act.title}</Law>
            </Button>
            <LeadsTo act={act} view={view} name={name} />
          </li>
        ))}
      </ul>
      {blocked.length > 0 && (
        <details>
          <summary>{t("acts.blocked", { count: blocked.length })}</summary>
          <ul className="acts-blocked">
            {blocked.map((act) => (
              <li key={act.act}>
                <strong lang="zh-CN">{act.title}</strong> <Article pack={view.pack} id={act.article} />
                <Reasons blocked={act.blocked} name={name} />
              </li>
            ))}
          </ul>
        </details>
      )}
      {others.length > 0 && (
        <details>
          <summary>{t("acts.others", { count: others.length })}</summary>
          <ul className="acts-blocked">
            {others.map((act) => (
              <li key={act.act}>
                <Law>
                  {act.by.map(name).join(t("list.separator"))}
                  {t("list.colon")}
                  <strong>{act.title}</strong>
                </Law>{" "}
                <Article pack={view.pack} id={act.article} />
              </li>
            ))}
          </ul>
        </details>
      )}
      {chosen && (
        <Side close={() => setChosen(undefined)} title={<Law>{chosen.title}</Law>}>
          <ActForm
            key={chosen.act}
            view={view}
            act={chosen}
            line={page?.acts.find((act) => act.id === chosen.act)}
            name={name}
            finish={(receipt) => {
              setChosen(undefined);
              setDone(receipt);
            }}
          />
        </Side>
      )}
    </section>
  );
}

function LeadsTo({ act, view, name }: { act: Schemas["PossibleAct"]; view: Schemas["CaseView"]; name: Props["name"] }) {
  const { t } = useGlossary();
  return (
    <span className="leads">
      {act.to && act.to !== view.state ? (
        <>
          {t("acts.leads_to")} <Law>{name(act.to)}</Law>
        </>
      ) : (
        t("acts.stays")
      )}{" "}
      <Article pack={view.pack} id={act.article} />
    </span>
  );
}

/** Why an act cannot be done now, in the words of the law. */
function Reasons({ blocked, name }: { blocked: Schemas["Blocked"] | null | undefined; name: Props["name"] }) {
  const { t, term } = useGlossary();
  if (!blocked) return null;
  const lacking = [...blocked.missing, ...blocked.failed];
  return (
    <p className="quiet">
      {term("refusal", blocked.refusal)}
      {lacking.length > 0 && (
        <>
          {t("list.colon")}
          <Law>{lacking.map(name).join(t("list.separator"))}</Law>
        </>
      )}
    </p>
  );
}

interface FormProps {
  view: Schemas["CaseView"];
  act: Schemas["PossibleAct"];
  line: Schemas["ActLine"] | undefined;
  name: Props["name"];
  finish: (receipt: Schemas["Receipt"]) => void;
}

function ActForm({ view, act, line, name, finish }: FormProps) {
  const { t } = useGlossary();
  const queries = useQueryClient();
  const draft = `${view.id}.${act.act}`;
  const [typed, setTyped] = useState(() => readDraft(draft));
  const [key, setKey] = useState(() => crypto.randomUUID());
  const [extension, setExtension] = useState<number | null>(null);
  // The version of the case that the person has before them. It moves only when they have been told of the change.
  const [version, setVersion] = useState(view.version);
  const papers = act.papers;
  const lacking = papers.filter((paper) => !typed[paper]?.trim());

  const send = useMutation({
    mutationFn: () =>
      take(
        client.POST("/api/v1/cases/{id}/acts", {
          params: { path: { id: view.id }, header: { "idempotency-key": key } },
          body: {
            act: act.act,
            role: act.by.find((role) => view.my_roles.includes(role)) ?? null,
            papers: Object.fromEntries(papers.map((paper) => [paper, typed[paper]?.trim() ?? ""])),
            extension,
            expected_version: version,
          },
        }),
      ),
    onSuccess: async (receipt) => {
      forgetDraft(draft);
      finish(receipt);
      await Promise.all(
        ["case", "cases", "notices", "entry", "entries"].map((noun) => queries.invalidateQueries({ queryKey: [noun] })),
      );
    },
    onError: (error) => {
      // Where nothing answered, the act may have been done: the same key finds that out. A refusal is an answer.
      if (error instanceof Failure && error.problem !== undefined) setKey(crypto.randomUUID());
      if (error instanceof Failure && error.code === "conflict")
        void queries.invalidateQueries({ queryKey: ["case", view.id] });
      // Acts are open to the public where the law says so; whoever's session has ended is refused as the public. Ask who we are.
      if (error instanceof Failure && error.problem !== undefined) void queries.invalidateQueries({ queryKey: ["me"] });
    },
  });

  const write = (paper: string, text: string) => {
    const next = { ...typed, [paper]: text };
    setTyped(next);
    keepDraft(draft, next);
  };
  const stale = view.version !== version;

  return (
    <Form layout="vertical" onFinish={() => !send.isPending && send.mutate()} className="stack">
      <LeadsTo act={act} view={view} name={name} />
      {line && line.effects.length > 0 && (
        <p>
          {t("acts.effects")} <Law>{line.effects.map((effect) => effect.title).join(t("list.separator"))}</Law>
        </p>
      )}
      {stale ? (
        <Alert
          type="warning"
          showIcon
          role="alert"
          title={t("acts.stale")}
          description={t("acts.stale_next", { state: view.state_title })}
          action={
            <Button
              onClick={() => {
                setVersion(view.version);
                send.reset();
              }}
            >
              {t("acts.stale_accept")}
            </Button>
          }
        />
      ) : (
        send.error && <Fault error={send.error} name={name} />
      )}
      {papers.length === 0 && <p className="quiet">{t("acts.no_papers")}</p>}
      {papers.map((paper) => (
        <Form.Item key={paper} label={<Law>{name(paper)}</Law>} htmlFor={`paper-${paper}`} required>
          <Input.TextArea
            id={`paper-${paper}`}
            rows={5}
            maxLength={20_000}
            value={typed[paper] ?? ""}
            onChange={(event) => write(paper, event.target.value)}
          />
        </Form.Item>
      ))}
      {line?.extends && (
        <Form.Item label={t("acts.extension")} htmlFor="extension" extra={t("acts.extension_hint")}>
          <InputNumber id="extension" min={1} max={1_000} precision={0} value={extension} onChange={setExtension} />
        </Form.Item>
      )}
      <Button type="primary" htmlType="submit" loading={send.isPending} disabled={lacking.length > 0 || stale}>
        {t("acts.confirm")}
      </Button>
      {lacking.length > 0 && (
        <p className="quiet" role="status">
          {t("acts.still_missing")} <Law>{lacking.map(name).join(t("list.separator"))}</Law>
        </p>
      )}
    </Form>
  );
}
