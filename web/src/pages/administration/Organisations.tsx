/** The organisations of the district: found by name, made and mended by the system administrator. */
import { useQuery } from "@tanstack/react-query";
import { Alert, Button, Form, Input, Tag } from "antd";
import { useState } from "react";
import { client, type Schemas, take } from "../../api/client";
import { organisationsPage, packs } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { SendForm, TextField } from "../../parts/Form";
import { List } from "../../parts/List";
import { CLEARABLE, Select } from "../../parts/Select";
import { Side } from "../../parts/Side";
import { Table } from "../../parts/Table";
import { minuteOf } from "../../parts/time";
import { useChange } from "../../parts/useChange";
import { useDraft } from "../../parts/useDraft";
import { Fault } from "../../shell/Faults";
import { Law } from "../docket/parts";
import { Frame, Sure, useRoles } from "./parts";

const KINDS = ["department", "street", "institution", "company", "municipal"] as const;

export function Organisations() {
  const { t, term } = useGlossary();
  const manages = useRoles().includes("system_administrator");
  const [text, setText] = useState("");
  const [shown, setShown] = useState<Schemas["Organisation"] | "new">();
  const [made, setMade] = useState<string>();
  const office = useOffice();
  return (
    <Frame
      word="admin.organisations"
      lead="admin.organisations_lead"
      action={
        manages && (
          <Button type="primary" onClick={() => setShown("new")}>
            {t("admin.organisation_new")}
          </Button>
        )
      }
    >
      {made && <Alert type="success" showIcon role="status" title={t("admin.organisation_made", { name: made })} />}
      <div className="filters">
        <Input
          className="wide"
          allowClear={CLEARABLE}
          aria-label={t("admin.organisation_search")}
          placeholder={t("admin.organisation_search")}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </div>
      <section className="card">
        <List query={(offset, limit) => organisationsPage(text.trim(), offset, limit)} empty={t("admin.organisation_nothing")}>
          {({ items }) => (
            <Table
              columns={[
                t("admin.name"),
                t("admin.code"),
                t("admin.kind"),
                t("admin.office"),
                t("admin.credit_code"),
                t("admin.signing_key"),
              ]}
            >
              {items.map((one) => (
                <tr key={one.id}>
                  <td>
                    <button type="button" className="plain cell" onClick={() => setShown(one)}>
                      <Law>{one.name}</Law>
                    </button>
                    {one.disabled && <Tag>{t("admin.disabled")}</Tag>}
                  </td>
                  <td>
                    <code>{one.code}</code>
                  </td>
                  <td>{term("org_kind", one.kind)}</td>
                  <td>
                    <Law>{one.office ? office(one.office) : t("value.none")}</Law>
                  </td>
                  <td className="code-cell">{one.credit_code ?? t("value.none")}</td>
                  <td>{t(one.signing_key ? "admin.key_there" : "admin.key_absent")}</td>
                </tr>
              ))}
            </Table>
          )}
        </List>
      </section>
      {shown === "new" && (
        <Side title={t("admin.organisation_new")} close={() => setShown(undefined)}>
          <OrganisationForm
            finish={({ name }) => {
              setShown(undefined);
              setMade(name);
            }}
          />
        </Side>
      )}
      {shown !== undefined && shown !== "new" && (
        <Side title={<Law>{shown.name}</Law>} close={() => setShown(undefined)}>
          <One organisation={shown} manages={manages} changed={setShown} />
        </Side>
      )}
    </Frame>
  );
}

/** Titles of the offices that the law of this district gives to organisations. */
export function useOffice(): (id: string) => string {
  const ours = useQuery(packs).data?.find((line) => line.ours);
  return (id) => ours?.roles.find((role) => role.id === id)?.title ?? id;
}

interface FormProps {
  /** The organisation to mend; absent where a new one is made. */
  of?: Schemas["Organisation"];
  finish: (organisation: Schemas["Organisation"]) => void;
}

function OrganisationForm({ of, finish }: FormProps) {
  const { t, term } = useGlossary();
  const roles = useQuery(packs).data?.find((line) => line.ours)?.roles ?? [];
  const { typed, write, forget } = useDraft(`organisation.${of?.id ?? "new"}`, {
    code: of?.code ?? "",
    name: of?.name ?? "",
    kind: of?.kind ?? "department",
    credit_code: of?.credit_code ?? "",
    office: of?.office ?? "",
  });
  const save = useChange(() => {
    const body = {
      code: (typed.code ?? "").trim(),
      name: (typed.name ?? "").trim(),
      kind: KINDS.find((kind) => kind === typed.kind) ?? "department",
      credit_code: typed.credit_code?.trim() || null,
      office: typed.office || null,
    };
    return of
      ? take(client.PUT("/api/v1/organisations/{id}", { params: { path: { id: of.id } }, body }))
      : take(client.POST("/api/v1/organisations", { body }));
  }, ["organisations"]);
  const ready = [typed.name, typed.code].every((text) => text?.trim());
  const send = () =>
    save.mutate(undefined, {
      onSuccess: (answer) => {
        forget();
        finish(answer);
      },
    });
  return (
    <SendForm sending={save} ready={ready} send={send} act={t("admin.save")}>
      <TextField
        id="organisation-name"
        label={t("admin.name")}
        required
        maxLength={200}
        value={typed.name}
        write={(text) => write("name", text)}
      />
      <TextField
        id="organisation-code"
        label={t("admin.code")}
        hint={t("admin.code_hint")}
        required
        disabled={of !== undefined}
        maxLength={32}
        value={typed.code}
        write={(text) => write("code", text)}
      />
      <Form.Item label={t("admin.kind")} htmlFor="organisation-kind">
        <Select
          id="organisation-kind"
          value={typed.kind ?? ""}
          options={KINDS.map((kind) => ({ value: kind, label: term("org_kind", kind) }))}
          onChange={(kind) => write("kind", kind)}
        />
      </Form.Item>
      <Form.Item label={t("admin.office")} htmlFor="organisation-office" extra={t("admin.office_hint")}>
        <Select
          id="organisation-office"
          allowClear
          showSearch={{ optionFilterProp: "label" }}
          value={typed.office || null}
          options={roles.map(({ id, title }) => ({ value: id, label: title }))}
          onChange={(office) => write("office", office ?? "")}
        />
      </Form.Item>
      <TextField
        id="organisation-credit"
        label={t("admin.credit_code")}
        hint={t("admin.credit_code_hint")}
        maxLength={18}
        value={typed.credit_code}
        write={(text) => write("credit_code", text)}
      />
    </SendForm>
  );
}

interface OneProps {
  organisation: Schemas["Organisation"];
  manages: boolean;
  changed: (organisation: Schemas["Organisation"]) => void;
}

function One({ organisation, manages, changed }: OneProps) {
  const { t, term } = useGlossary();
  const office = useOffice();
  if (manages) {
    return (
      <div className="stack">
        <OrganisationForm key={organisation.id} of={organisation} finish={changed} />
        <Key organisation={organisation} changed={changed} />
        <Shut organisation={organisation} changed={changed} />
      </div>
    );
  }
  return (
    <div className="stack">
      <dl className="contents">
        <div>
          <dt>{t("admin.code")}</dt>
          <dd>{organisation.code}</dd>
        </div>
        <div>
          <dt>{t("admin.kind")}</dt>
          <dd>{term("org_kind", organisation.kind)}</dd>
        </div>
        <div>
          <dt>{t("admin.office")}</dt>
          <dd lang="zh-CN">{organisation.office ? office(organisation.office) : t("value.none")}</dd>
        </div>
        <div>
          <dt>{t("admin.credit_code")}</dt>
          <dd>{organisation.credit_code ?? t("value.none")}</dd>
        </div>
      </dl>
      {organisation.signing_key && <pre className="code">{organisation.signing_key}</pre>}
    </div>
  );
}

/** Closing an organisation, and opening it again. */
function Shut({ organisation, changed }: Omit<OneProps, "manages">) {
  const { t } = useGlossary();
  const path = { params: { path: { id: organisation.id } } };
  const change = useChange(
    () =>
      take(
        organisation.disabled
          ? client.POST("/api/v1/organisations/{id}/enable", path)
          : client.POST("/api/v1/organisations/{id}/disable", path),
      ),
    ["organisations", "people", "clients"],
  );
  return (
    <section className="stack divided">
      <h3>{t(organisation.disabled ? "admin.organisation_open" : "admin.organisation_close")}</h3>
      <p className="quiet">{t(organisation.disabled ? "admin.organisation_open_hint" : "admin.organisation_close_hint")}</p>
      {change.error && <Fault error={change.error} />}
      <Sure
        word={organisation.disabled ? "admin.organisation_open" : "admin.organisation_close"}
        danger={!organisation.disabled}
        busy={change.isPending}
        go={() => change.mutate(undefined, { onSuccess: changed })}
      />
    </section>
  );
}

/** The key with which an organisation signs its commitments: the district holds its public half only. */
function Key({ organisation, changed }: Omit<OneProps, "manages">) {
  const { t } = useGlossary();
  const { typed, write, forget } = useDraft(`signing-key.${organisation.id}`, { key: "" });
  const save = useChange(
    (key: string) =>
      take(
        client.PUT("/api/v1/organisations/{id}/signing-key", {
          params: { path: { id: organisation.id } },
          body: { public_key: key },
        }),
      ),
    ["organisations"],
  );
  const key = typed.key ?? "";
  const send = () =>
    save.mutate(key, {
      onSuccess: (answer) => {
        forget();
        changed(answer);
      },
    });
  return (
    <SendForm
      sending={save}
      ready={key.trim() !== ""}
      send={send}
      act={t("admin.signing_key_set")}
      as="plain"
      className="stack divided"
    >
      <h3>{t("admin.signing_key")}</h3>
      <p className="quiet">{t("admin.signing_key_hint")}</p>
      {organisation.signing_key_since && (
        <p className="quiet">{t("admin.key_since", { since: minuteOf(organisation.signing_key_since) })}</p>
      )}
      {organisation.signing_key ? <pre className="code">{organisation.signing_key}</pre> : <p>{t("admin.key_absent")}</p>}
      <TextField
        id="organisation-key"
        label={t("admin.signing_key_new")}
        rows={4}
        spellCheck={false}
        value={key}
        write={(text) => write("key", text)}
      />
    </SendForm>
  );
}
