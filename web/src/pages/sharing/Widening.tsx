/** Asking for a wider use of a service, the provider's consent, and the reason why it is not called (acts on the service's case). */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Alert, Button } from "antd";
import { useState } from "react";
import { client, type Schemas, take } from "../../api/client";
import { me, oneCase } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { SendForm, TextField } from "../../parts/Form";
import { Side } from "../../parts/Side";
import { useChange } from "../../parts/useChange";
import { useDraft } from "../../parts/useDraft";
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

const TOUCHED = ["service", "services", "case", "cases"];

function Widen({ view, items, close }: Props & { close: () => void }) {
  const { t } = useGlossary();
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
  const send = useChange(async (_: undefined, key) => {
    const params = { path: { id: view.id } };
    await take(client.POST("/api/v1/services/{id}/widening", { params, body, headers: { "idempotency-key": key } }));
    forget();
  }, TOUCHED);
  return (
    <SendForm
      sending={send}
      ready={!nothing && body.statement !== ""}
      send={() => send.mutate(undefined, { onSuccess: close })}
      act={t("widening.send")}
    >
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
      <TextField
        id="widening-purposes"
        label={t("widening.purposes")}
        hint={t("widening.one_a_line")}
        rows={2}
        value={typed.purposes}
        write={(text) => write("purposes", text)}
      />
      {view.grant.row_scope && (
        <TextField
          id="widening-rows"
          label={t("widening.rows")}
          hint={t("widening.one_a_line")}
          rows={2}
          value={typed.row_values}
          write={(text) => write("row_values", text)}
        />
      )}
      <TextField
        id="widening-statement"
        label={t("widening.statement")}
        required
        rows={4}
        maxLength={4_000}
        value={typed.statement}
        write={(text) => write("statement", text)}
      />
    </SendForm>
  );
}

function Idle({ id, close }: { id: string; close: () => void }) {
  const { t } = useGlossary();
  const { typed, write, forget } = useDraft(`idle.${id}`, {});
  const reason = (typed.reason ?? "").trim();
  const send = useChange(async (_: undefined, key) => {
    const params = { path: { id } };
    const headers = { "idempotency-key": key };
    await take(client.POST("/api/v1/services/{id}/idle-reason", { params, body: { reason }, headers }));
    forget();
  }, TOUCHED);
  return (
    <SendForm
      sending={send}
      ready={reason !== ""}
      send={() => send.mutate(undefined, { onSuccess: close })}
      act={t("idle.send")}
    >
      <p className="quiet">{t("idle.lead")}</p>
      <TextField
        id="idle-reason"
        label={t("idle.reason")}
        required
        rows={5}
        maxLength={4_000}
        value={typed.reason}
        write={(text) => write("reason", text)}
      />
    </SendForm>
  );
}
