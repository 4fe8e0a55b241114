/** Asking for a wider use of a service, the provider's consent, and the reason why it is not called (acts on the service's case). */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Alert, Button, Form, Input } from "antd";
import { useRef, useState } from "react";
import { client, Failure, type Schemas, take } from "../../api/client";
import { me, oneCase } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { Side } from "../../parts/Side";
import { useDraft } from "../../parts/useDraft";
import { useSingle } from "../../parts/useSingle";
import { Fault } from "../../shell/Faults";
import { Article, Law } from "../docket/parts";
import { ItemChoice } from "./AddToBasket";
import { valuesIn } from "./elements";

interface Props {
  view: Schemas["ServiceView"];
  items: Schemas["Item"][];
}

/** What can be done about a service now, drawn from its case: the forms of this page, and the way to the others. */
export function Widening({ view, items }: Props) {
  const { t } = useGlossary();
  const us = useQuery(me).data?.organisation?.id;
  const found = useQuery({ ...oneCase(view.case ?? ""), enabled: view.case !== null }).data;
  const [open, setOpen] = useState<"widen" | "idle">();
  const mine = (found?.possible ?? []).filter((act) => !act.blocked && act.by.some((role) => found?.my_roles.includes(role)));
  const widens = mine.find((act) => act.papers.includes("widening_statement"));
  const justifies = mine.find((act) => act.act === "justify_idle");
  const others = mine.filter((act) => act !== widens && act !== justifies);
  if (!found || (mine.length === 0 && !view.widening)) return null;
  return (
    <section className="card stack" aria-labelledby="widening">
      <h2 id="widening">{t("widening.title")}</h2>
      {view.widening && <Wider widening={view.widening} items={items} provider={us === view.grant.provider} case={found} />}
      <ul className="acts">
        {widens && (
          <li>
            <Button onClick={() => setOpen("widen")}>
              <Law>{widens.title}</Law>
            </Button>
            <Article pack={found.pack} id={widens.article} />
          </li>
        )}
        {justifies && (
          <li>
            <Button onClick={() => setOpen("idle")}>
              <Law>{justifies.title}</Law>
            </Button>
            <Article pack={found.pack} id={justifies.article} />
          </li>
        )}
      </ul>
      {others.length > 0 && (
        <p>
          <Link to="/cases/$id" params={{ id: found.id }}>
            {t("widening.more")}
          </Link>{" "}
          <Law>{others.map((act) => act.title).join(t("list.separator"))}</Law>
        </p>
      )}
      {open === "widen" && (
        <Side title={<Law>{widens?.title}</Law>} close={() => setOpen(undefined)}>
          <Widen view={view} items={items} close={() => setOpen(undefined)} />
        </Side>
      )}
      {open === "idle" && (
        <Side title={<Law>{justifies?.title}</Law>} close={() => setOpen(undefined)}>
          <Idle id={view.id} close={() => setOpen(undefined)} />
        </Side>
      )}
    </section>
  );
}

/** The wider use that was asked for; the provider answers it on the case. */
function Wider({
  widening,
  items,
  provider,
  case: found,
}: {
  widening: Schemas["Widening"];
  items: Schemas["Item"][];
  provider: boolean;
  case: Schemas["CaseView"];
}) {
  const { t } = useGlossary();
  const names = (widening.items ?? []).map((code) => items.find((item) => item.code === code)?.name ?? code);
  const rows: [string, string][] = [
    [t("widening.items"), names.join(t("list.separator"))],
    [t("widening.purposes"), (widening.purposes ?? []).join(t("list.separator"))],
    [t("widening.rows"), (widening.row_values ?? []).join(t("list.separator"))],
    [t("widening.statement"), widening.statement ?? ""],
  ];
  return (
    <>
      <Alert type="info" showIcon title={t(provider ? "widening.asked_of_us" : "widening.asked")} />
      <dl className="contents">
        {rows
          .filter(([, text]) => text !== "")
          .map(([word, text]) => (
            <div key={word}>
              <dt>{word}</dt>
              <dd lang="zh-CN">{text}</dd>
            </div>
          ))}
      </dl>
      {provider && (
        <p>
          <Link to="/cases/$id" params={{ id: found.id }} className="call">
            {t("widening.answer")}
          </Link>
        </p>
      )}
    </>
  );
}

/** Sends an act once: the key stays until the district has answered. */
function useOnce(id: string, close: () => void, send: (key: string) => Promise<unknown>) {
  const queries = useQueryClient();
  const key = useRef<string>(undefined);
  return useMutation({
    mutationFn: () => {
      key.current ??= crypto.randomUUID();
      return send(key.current);
    },
    onSuccess: async () => {
      await Promise.all(
        ["service", "services", "case", "cases"].map((noun) => queries.invalidateQueries({ queryKey: [noun] })),
      );
      close();
    },
    onError: (error) => {
      if (error instanceof Failure && error.problem !== undefined) key.current = undefined;
      void queries.invalidateQueries({ queryKey: ["service", id] });
    },
  });
}

function Widen({ view, items, close }: Props & { close: () => void }) {
  const { t } = useGlossary();
  const once = useSingle();
  const { typed, write, forget } = useDraft(`widening.${view.id}`, {});
  const more = items.filter((item) => !view.grant.fields.some((field) => field.name === item.code));
  const chosen = (typed.items ?? "").split(",").filter((code) => code !== "");
  const body: Schemas["Widening"] = {
    items: chosen,
    purposes: valuesIn(typed.purposes),
    row_values: valuesIn(typed.row_values),
    statement: (typed.statement ?? "").trim(),
  };
  const nothing = chosen.length + valuesIn(typed.purposes).length + valuesIn(typed.row_values).length === 0;
  const send = useOnce(view.id, close, async (key) => {
    const path = { id: view.id };
    await take(client.POST("/api/v1/services/{id}/widening", { params: { path }, body, headers: { "idempotency-key": key } }));
    forget();
  });
  return (
    <Form layout="vertical" className="stack" onFinish={() => once(() => send.mutateAsync())}>
      <p className="quiet">{t("widening.lead")}</p>
      {more.length > 0 && (
        <>
          <h3>{t("widening.items")}</h3>
          <ItemChoice
            items={more}
            chosen={chosen}
            legend={t("widening.items")}
            toggle={(code, on) =>
              write(
                "items",
                more
                  .map((item) => item.code)
                  .filter((one) => (one === code ? on : chosen.includes(one)))
                  .join(","),
              )
            }
          />
        </>
      )}
      <Form.Item label={t("widening.purposes")} htmlFor="widening-purposes" extra={t("widening.one_a_line")}>
        <Input.TextArea
          id="widening-purposes"
          rows={2}
          value={typed.purposes ?? ""}
          onChange={(event) => write("purposes", event.target.value)}
        />
      </Form.Item>
      {view.grant.row_scope && (
        <Form.Item label={t("widening.rows")} htmlFor="widening-rows" extra={t("widening.one_a_line")}>
          <Input.TextArea
            id="widening-rows"
            rows={2}
            value={typed.row_values ?? ""}
            onChange={(event) => write("row_values", event.target.value)}
          />
        </Form.Item>
      )}
      <Form.Item label={t("widening.statement")} htmlFor="widening-statement" required>
        <Input.TextArea
          id="widening-statement"
          rows={4}
          maxLength={4_000}
          value={typed.statement ?? ""}
          onChange={(event) => write("statement", event.target.value)}
        />
      </Form.Item>
      {send.error && <Fault error={send.error} />}
      <Button type="primary" htmlType="submit" loading={send.isPending} disabled={nothing || body.statement === ""}>
        {t("widening.send")}
      </Button>
    </Form>
  );
}

function Idle({ id, close }: { id: string; close: () => void }) {
  const { t } = useGlossary();
  const once = useSingle();
  const { typed, write, forget } = useDraft(`idle.${id}`, {});
  const reason = (typed.reason ?? "").trim();
  const send = useOnce(id, close, async (key) => {
    const params = { path: { id } };
    const headers = { "idempotency-key": key };
    await take(client.POST("/api/v1/services/{id}/idle-reason", { params, body: { reason }, headers }));
    forget();
  });
  return (
    <Form layout="vertical" className="stack" onFinish={() => once(() => send.mutateAsync())}>
      <p className="quiet">{t("idle.lead")}</p>
      <Form.Item label={t("idle.reason")} htmlFor="idle-reason" required>
        <Input.TextArea
          id="idle-reason"
          rows={5}
          maxLength={4_000}
          value={typed.reason ?? ""}
          onChange={(event) => write("reason", event.target.value)}
        />
      </Form.Item>
      {send.error && <Fault error={send.error} />}
      <Button type="primary" htmlType="submit" loading={send.isPending} disabled={reason === ""}>
        {t("idle.send")}
      </Button>
    </Form>
  );
}
