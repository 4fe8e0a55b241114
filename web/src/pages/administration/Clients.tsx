/** The systems that call the platform by themselves, each known by its SM2 key: registered, given another key, revoked. */
import { useQuery } from "@tanstack/react-query";
import { Alert, Button, Form, Tag } from "antd";
import { useState } from "react";
import { client, type Schemas, take } from "../../api/client";
import { clients, me } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { SendForm, TextField } from "../../parts/Form";
import { List } from "../../parts/List";
import { OrganisationSelect } from "../../parts/OrganisationSelect";
import { Side } from "../../parts/Side";
import { Table } from "../../parts/Table";
import { dayOf, minuteOf } from "../../parts/time";
import { useChange } from "../../parts/useChange";
import { useDraft } from "../../parts/useDraft";
import { Law, useNow, useOrganisation } from "../docket/parts";
import { Frame, useRoles } from "./parts";

type Client = Schemas["Client"];

export function Clients() {
  const { t } = useGlossary();
  const manages = useRoles().includes("system_administrator");
  const known = useQuery(me).data;
  const [chosen, setChosen] = useState<string>();
  const [shown, setShown] = useState<Client | "new">();
  const [made, setMade] = useState<string>();
  const of = manages ? chosen : (known?.organisation?.id ?? undefined);
  return (
    <Frame
      word="admin.clients"
      lead="admin.clients_lead"
      action={
        manages && (
          <Button type="primary" onClick={() => setShown("new")}>
            {t("admin.client_new")}
          </Button>
        )
      }
    >
      {made && <Alert type="success" showIcon role="status" title={made} />}
      {manages && (
        <div className="filters">
          <OrganisationSelect
            label={t("admin.organisation")}
            none={t("admin.organisation")}
            value={chosen}
            choose={setChosen}
          />
        </div>
      )}
      <section className="card">
        <List
          query={(offset, limit) => clients(of, offset, limit)}
          empty={t(manages ? "admin.client_nothing" : "admin.client_nothing_ours")}
        >
          {({ items }) => <ClientTable lines={items} show={setShown} />}
        </List>
      </section>
      {shown === "new" && (
        <Side title={t("admin.client_new")} close={() => setShown(undefined)}>
          <NewClient
            finish={({ name }) => {
              setShown(undefined);
              setMade(t("admin.client_made", { name }));
            }}
          />
        </Side>
      )}
      {shown !== undefined && shown !== "new" && (
        <Side title={<Law>{shown.name}</Law>} close={() => setShown(undefined)}>
          <One
            of={shown}
            manages={manages}
            finish={(what) => {
              setShown(undefined);
              setMade(what);
            }}
          />
        </Side>
      )}
    </Frame>
  );
}

function ClientTable({ lines, show }: { lines: Client[]; show: (of: Client) => void }) {
  const { t } = useGlossary();
  const organisation = useOrganisation();
  return (
    <Table columns={[t("admin.client"), t("admin.organisation"), t("admin.state"), t("admin.expires"), t("admin.last_used")]}>
      {lines.map((one) => (
        <tr key={one.id}>
          <td>
            <button type="button" className="plain cell" onClick={() => show(one)}>
              <Law>{one.name}</Law>
            </button>
          </td>
          <td>
            <Law>{organisation(one.organisation)}</Law>
          </td>
          <td>
            <ClientState of={one} />
          </td>
          <td className="number-left">{dayOf(one.expires_at)}</td>
          <td className="number-left">{one.last_used_at ? minuteOf(one.last_used_at) : t("admin.never")}</td>
        </tr>
      ))}
    </Table>
  );
}

function ClientState({ of }: { of: Client }) {
  const { t } = useGlossary();
  const now = useNow();
  if (of.revoked) return <Tag color="error">{t("admin.revoked")}</Tag>;
  if (of.expires_at <= now) return <Tag color="warning">{t("admin.expired")}</Tag>;
  return <Tag color="success">{t("admin.good")}</Tag>;
}

function KeyField({ id, value, write }: { id: string; value: string; write: (text: string) => void }) {
  const { t } = useGlossary();
  return (
    <TextField
      id={id}
      label={t("admin.public_key")}
      hint={t("admin.public_key_hint")}
      required
      rows={5}
      spellCheck={false}
      value={value}
      write={write}
    />
  );
}

function NewClient({ finish }: { finish: (made: Client) => void }) {
  const { t } = useGlossary();
  const inAYear = dayOf(new Date(Date.parse(useNow()) + 365 * 86_400_000).toISOString());
  const { typed, write, forget } = useDraft("client.new", { organisation: "", name: "", key: "", until: inAYear });
  const save = useChange(
    () =>
      take(
        client.POST("/api/v1/clients", {
          body: {
            organisation: typed.organisation ?? "",
            name: (typed.name ?? "").trim(),
            public_key: typed.key ?? "",
            expires_at: `${typed.until}T23:59:59+08:00`,
          },
        }),
      ),
    ["clients"],
  );
  const ready = [typed.organisation, typed.name, typed.key, typed.until].every((text) => text?.trim());
  const send = () =>
    save.mutate(undefined, {
      onSuccess: (made) => {
        forget();
        finish(made);
      },
    });
  return (
    <SendForm sending={save} ready={ready} send={send} act={t("admin.client_register")}>
      <Form.Item label={t("admin.organisation")} htmlFor="client-organisation" required>
        <OrganisationSelect
          id="client-organisation"
          value={typed.organisation}
          choose={(id) => write("organisation", id ?? "")}
        />
      </Form.Item>
      <TextField
        id="client-name"
        label={t("admin.client")}
        required
        maxLength={200}
        value={typed.name}
        write={(text) => write("name", text)}
      />
      <KeyField id="client-key" value={typed.key ?? ""} write={(text) => write("key", text)} />
      <TextField
        id="client-until"
        label={t("admin.expires")}
        required
        type="date"
        className="narrow"
        value={typed.until}
        write={(text) => write("until", text)}
      />
    </SendForm>
  );
}

function One({ of, manages, finish }: { of: Client; manages: boolean; finish: (what: string) => void }) {
  const { t } = useGlossary();
  const organisation = useOrganisation();
  return (
    <div className="stack">
      <dl className="contents">
        <div>
          <dt>{t("admin.organisation")}</dt>
          <dd lang="zh-CN">{organisation(of.organisation)}</dd>
        </div>
        <div>
          <dt>{t("admin.state")}</dt>
          <dd>
            <ClientState of={of} />
          </dd>
        </div>
        <div>
          <dt>{t("admin.expires")}</dt>
          <dd>{dayOf(of.expires_at)}</dd>
        </div>
        <div>
          <dt>{t("admin.client_id")}</dt>
          <dd>
            <code>{of.id}</code>
          </dd>
        </div>
      </dl>
      <pre className="code">{of.public_key}</pre>
      {manages && !of.revoked && <Rotate of={of} finish={finish} />}
      {manages && !of.revoked && <Revoke of={of} finish={finish} />}
    </div>
  );
}

function Rotate({ of, finish }: { of: Client; finish: (what: string) => void }) {
  const { t } = useGlossary();
  const { typed, write, forget } = useDraft(`client.${of.id}`, { key: "" });
  const save = useChange(
    () =>
      take(client.PUT("/api/v1/clients/{id}/key", { params: { path: { id: of.id } }, body: { public_key: typed.key ?? "" } })),
    ["clients"],
  );
  const send = () =>
    save.mutate(undefined, {
      onSuccess: () => {
        forget();
        finish(t("admin.client_rotated", { name: of.name }));
      },
    });
  return (
    <SendForm
      sending={save}
      ready={Boolean(typed.key?.trim())}
      send={send}
      act={t("admin.client_rotate")}
      as="plain"
      className="stack divided"
    >
      <h3>{t("admin.client_rotate")}</h3>
      <p className="quiet">{t("admin.client_rotate_hint")}</p>
      <KeyField id="client-new-key" value={typed.key ?? ""} write={(text) => write("key", text)} />
    </SendForm>
  );
}

/** Revoking cannot be taken back, so it asks for the name. */
function Revoke({ of, finish }: { of: Client; finish: (what: string) => void }) {
  const { t } = useGlossary();
  const [name, setName] = useState("");
  const revoke = useChange(() => take(client.DELETE("/api/v1/clients/{id}", { params: { path: { id: of.id } } })), ["clients"]);
  const sure = name.trim() === of.name;
  return (
    <SendForm
      sending={revoke}
      ready={sure}
      send={() => revoke.mutate(undefined, { onSuccess: () => finish(t("admin.client_revoked", { name: of.name })) })}
      act={t("admin.client_revoke")}
      as="danger"
      className="stack divided"
    >
      <h3>{t("admin.client_revoke")}</h3>
      <p className="quiet">{t("admin.client_revoke_hint")}</p>
      <TextField id="client-revoke" label={t("admin.client_revoke_name")} value={name} write={setName} />
    </SendForm>
  );
}
