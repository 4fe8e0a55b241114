/**
 * The form of one act: the papers it asks for, what may be stated with it, by how much it extends a term, and what it leads to.
 *
 * An act is sent once however often somebody clicks: the form makes one idempotency key when it opens and keeps it until the
 * district has answered. It says which version of the case it was written for; when somebody acted meanwhile the district
 * refuses it, the form shows what was done, and what was typed stays.
 */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Form, InputNumber } from "antd";
import { useState } from "react";
import { client, Failure, type Schemas, take } from "../../api/client";
import { me, rehearsal } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { minuteOf } from "../../parts/time";
import { useDraft } from "../../parts/useDraft";
import { Fault } from "../../shell/Faults";
import { LeadsTo } from "./Acts";
import { ActFields, bodyOf, Dues } from "./Facts";
import { DraftLetter } from "./Letters";
import { Article, Law, useActor } from "./parts";

interface Props {
  view: Schemas["CaseView"];
  act: Schemas["PossibleAct"];
  line: Schemas["ActLine"] | undefined;
  name: (id: string) => string;
  finish: (receipt: Schemas["Receipt"]) => void;
}

/** What an act changes elsewhere, read again once it is done. */
export const TOUCHED = ["case", "cases", "changes", "notices", "entry", "entries", "service", "sharing-request", "state"];

export function ActForm({ view, act, line, name, finish }: Props) {
  const { t } = useGlossary();
  const queries = useQueryClient();
  const { typed, write, forget } = useDraft(`${view.id}.${act.act}`, {});
  const [key, setKey] = useState(() => crypto.randomUUID());
  // What the person has before them. It moves only when they have been told of the change.
  const [seen, setSeen] = useState({ version: view.version, acts: view.timeline.length });
  const lacking = act.paper_forms.filter((paper) => !typed[paper.id]?.trim());
  const stale = view.version !== seen.version;
  const body = bodyOf(view, act, typed, seen.version);

  const send = useMutation({
    mutationFn: () =>
      take(
        client.POST("/api/v1/cases/{id}/acts", {
          params: { path: { id: view.id }, header: { "idempotency-key": key } },
          body,
        }),
      ),
    onSuccess: async (receipt) => {
      forget();
      finish(receipt);
      await Promise.all(TOUCHED.map((noun) => queries.invalidateQueries({ queryKey: [noun] })));
    },
    onError: async (error) => {
      if (!(error instanceof Failure) || error.problem === undefined) return;
      // Where nothing answered, the act may have been done: the same key finds that out. A refusal is an answer.
      setKey(crypto.randomUUID());
      if (error.code === "conflict") void queries.invalidateQueries({ queryKey: ["case", view.id] });
      // Acts are open to the public where the law says so; whoever's session has ended is refused as the public. Ask who we are.
      // Whoever logs in again finds the form as it was, without a refusal that was never meant for them.
      await queries.fetchQuery({ ...me, staleTime: 0 }).catch(() => send.reset());
    },
  });

  return (
    <Form layout="vertical" onFinish={() => !send.isPending && send.mutate()} className="stack">
      <LeadsTo act={act} view={view} name={name} line={line} />
      {stale && (
        <Changed
          view={view}
          since={seen.acts}
          name={name}
          accept={() => {
            setSeen({ version: view.version, acts: view.timeline.length });
            send.reset();
          }}
        />
      )}
      {!stale && send.error && <Fault error={send.error} name={name} />}
      {act.paper_forms.length === 0 && act.facts.length === 0 && <p className="quiet">{t("acts.no_papers")}</p>}
      <ActFields act={act} typed={typed} write={write} />
      {act.extension && (
        <ExtensionField room={act.extension} value={body.extension ?? null} write={(text) => write("extension ", text)} />
      )}
      {lacking.length === 0 && !stale && !send.error && <Rehearsed id={view.id} body={body} name={name} />}
      <div className="filters">
        <Button type="primary" htmlType="submit" loading={send.isPending} disabled={lacking.length > 0 || stale}>
          {t("acts.confirm")}
        </Button>
        <DraftLetter view={view} body={body} ready={lacking.length === 0 && !stale} />
      </div>
      {lacking.length > 0 && (
        <p className="quiet" role="status">
          {t("acts.still_missing")} <Law>{lacking.map((paper) => paper.title).join(t("list.separator"))}</Law>
        </p>
      )}
    </Form>
  );
}

interface RehearsedProps {
  id: string;
  body: Schemas["ActBody"];
  name: Props["name"];
}

/** The dry run of what is on the form: where the case would stand, and which dates would change. */
function Rehearsed({ id, body, name }: RehearsedProps) {
  const { t } = useGlossary();
  const { data, error } = useQuery(rehearsal(id, body));
  // Who one is may have changed while the form was open; only a refusal of the act itself is worth saying here.
  if (error instanceof Failure && error.problem?.refusal) return <Fault error={error} name={name} />;
  if (!data) return null;
  return (
    <section className="rehearsed" aria-live="polite" aria-label={t("acts.rehearsed")}>
      <p>
        {t("acts.rehearsed")} <strong lang="zh-CN">{data.state_title}</strong>
        {data.ended && ` ${t("acts.rehearsed_ends")}`}
      </p>
      <Dues of={data.due} name={name} />
    </section>
  );
}

interface ExtensionProps {
  room: Schemas["ExtensionRoom"];
  value: number | null;
  write: (text: string) => void;
}

function ExtensionField({ room, value, write }: ExtensionProps) {
  const { t, term } = useGlossary();
  const unit = term("unit", room.unit);
  return (
    <Form.Item
      label={
        <>
          {t("acts.extension")} <Law>{room.title}</Law>
        </>
      }
      htmlFor="extension"
      extra={t("acts.extension_room", { most: room.most, unit, left: room.left })}
    >
      <InputNumber
        id="extension"
        min={1}
        max={room.most}
        precision={0}
        placeholder={String(room.most)}
        suffix={unit}
        value={value}
        onChange={(days) => write(days === null ? "" : String(days))}
      />
    </Form.Item>
  );
}

interface ChangedProps {
  view: Schemas["CaseView"];
  /** How many acts the person had seen. */
  since: number;
  name: (id: string) => string;
  accept: () => void;
}

/** Somebody else decided meanwhile: what they did, and where the case stands now. */
function Changed({ view, since, name, accept }: ChangedProps) {
  const { t } = useGlossary();
  const who = useActor(name);
  return (
    <Alert
      type="warning"
      showIcon
      role="alert"
      title={t("acts.stale")}
      description={
        <>
          <ul className="changed">
            {view.timeline.slice(since).map((act) => (
              <li key={act.id}>
                <time dateTime={act.at}>{minuteOf(act.at)}</time>{" "}
                <Law>
                  {who(act)}
                  {t("list.colon")}
                  <strong>{act.title}</strong>
                </Law>{" "}
                {act.articles[0] && <Article pack={view.pack} id={act.articles[0]} />}
              </li>
            ))}
          </ul>
          <p>{t("acts.stale_next", { state: view.state_title })}</p>
          <Button size="small" onClick={accept}>
            {t("acts.stale_accept")}
          </Button>
        </>
      }
    />
  );
}
