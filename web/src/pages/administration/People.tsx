/** The people who can log in: made by the system administrator, given roles by the security administrator, read by the auditor. */
import { Button, Form, Input, Tag } from "antd";
import { useDeferredValue, useState } from "react";
import { client, type Schemas, take } from "../../api/client";
import { people } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { SendForm, TextField } from "../../parts/Form";
import { List } from "../../parts/List";
import { OrganisationSelect } from "../../parts/OrganisationSelect";
import { CLEARABLE, Select } from "../../parts/Select";
import { Side } from "../../parts/Side";
import { Table } from "../../parts/Table";
import { minuteOf } from "../../parts/time";
import { useChange } from "../../parts/useChange";
import { useDraft } from "../../parts/useDraft";
import { Law, useNow, useOrganisation } from "../docket/parts";
import { PersonPanel, WORK } from "./Person";
import { ADMINISTRATORS, Frame, Once, type Role, useRoles } from "./parts";

type Person = Schemas["Person"];

export function People() {
  const { t } = useGlossary();
  const manages = useRoles().includes("system_administrator");
  const [shown, setShown] = useState<Person | "new">();
  return (
    <Frame
      word="admin.people"
      lead="admin.people_lead"
      roles={ADMINISTRATORS}
      action={
        manages && (
          <Button type="primary" onClick={() => setShown("new")}>
            {t("admin.person_new")}
          </Button>
        )
      }
    >
      <Listed show={setShown} />
      {shown === "new" && (
        <Side title={t("admin.person_new")} close={() => setShown(undefined)}>
          <NewPerson />
        </Side>
      )}
      {shown !== undefined && shown !== "new" && (
        <Side title={<Law>{shown.name}</Law>} close={() => setShown(undefined)}>
          <PersonPanel person={shown} changed={setShown} />
        </Side>
      )}
    </Frame>
  );
}

function Listed({ show }: { show: (person: Person) => void }) {
  const { t, term } = useGlossary();
  const [organisation, setOrganisation] = useState<string>();
  const [role, setRole] = useState<Role>();
  const [text, setText] = useState("");
  const search = useDeferredValue(text.trim());
  const filter = { ...(organisation ? { organisation } : {}), ...(role ? { role } : {}), ...(search ? { search } : {}) };
  return (
    <>
      <div className="filters">
        <Input
          className="wide"
          allowClear={CLEARABLE}
          maxLength={100}
          aria-label={t("admin.person_search")}
          placeholder={t("admin.person_search")}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <Select
          className="narrow"
          aria-label={t("admin.role")}
          allowClear
          placeholder={t("admin.role")}
          value={role ?? null}
          options={[...WORK, ...ADMINISTRATORS].map((one) => ({ value: one, label: term("role", one) }))}
          onChange={(one) => setRole(one ?? undefined)}
        />
        <OrganisationSelect
          label={t("admin.organisation")}
          none={t("admin.organisation")}
          value={organisation}
          choose={setOrganisation}
        />
      </div>
      <section className="card">
        <List query={(offset, limit) => people({ ...filter, offset, limit })} empty={t("admin.person_nothing")}>
          {({ items }) => <PeopleTable lines={items} show={show} />}
        </List>
      </section>
    </>
  );
}

function PeopleTable({ lines, show }: { lines: Person[]; show: (person: Person) => void }) {
  const { t, term } = useGlossary();
  const organisation = useOrganisation();
  return (
    <Table columns={[t("admin.person"), t("admin.login"), t("admin.organisation"), t("admin.roles"), t("admin.state")]}>
      {lines.map((person) => (
        <tr key={person.id}>
          <td>
            <button type="button" className="plain cell" onClick={() => show(person)}>
              <Law>{person.name}</Law>
            </button>
          </td>
          <td>
            <code>{person.login}</code>
          </td>
          <td>
            <Law>{organisation(person.organisation)}</Law>
          </td>
          <td>{person.roles.map((role) => term("role", role)).join(t("list.separator")) || t("admin.no_role")}</td>
          <td>
            <PersonState of={person} />
          </td>
        </tr>
      ))}
    </Table>
  );
}

function PersonState({ of }: { of: Person }) {
  const { t } = useGlossary();
  const now = useNow();
  return (
    <>
      {of.disabled && <Tag color="error">{t("admin.disabled")}</Tag>}
      {of.password_given && <Tag>{t("admin.password_given")}</Tag>}
      {of.locked_until && of.locked_until > now && <Tag color="warning">{t("admin.locked")}</Tag>}
      {of.totp ? <Tag>{t("admin.totp_on")}</Tag> : <span className="quiet">{t("admin.totp_off")}</span>}
    </>
  );
}

function NewPerson() {
  const { t } = useGlossary();
  const { typed, write, forget } = useDraft("person.new", { name: "", login: "", organisation: "" });
  const save = useChange(
    () =>
      take(
        client.POST("/api/v1/people", {
          body: {
            name: (typed.name ?? "").trim(),
            login: (typed.login ?? "").trim(),
            organisation: typed.organisation ?? "",
          },
        }),
      ),
    ["people"],
  );
  const ready = [typed.name, typed.login, typed.organisation].every((text) => text?.trim());
  if (save.data) {
    return (
      <Once
        title={t("admin.person_made", { login: save.data.login })}
        value={save.data.one_time?.password ?? ""}
        hint={t("admin.password_once", { until: minuteOf(save.data.one_time?.valid_until ?? "") })}
      >
        <p>{t("admin.person_next")}</p>
      </Once>
    );
  }
  return (
    <SendForm
      sending={save}
      ready={ready}
      send={() => save.mutate(undefined, { onSuccess: forget })}
      act={t("admin.person_make")}
    >
      <TextField
        id="person-name"
        label={t("admin.person")}
        required
        maxLength={100}
        value={typed.name}
        write={(text) => write("name", text)}
      />
      <TextField
        id="person-login"
        label={t("admin.login")}
        hint={t("admin.login_hint")}
        required
        autoCapitalize="off"
        spellCheck={false}
        maxLength={64}
        value={typed.login}
        write={(text) => write("login", text)}
      />
      <Form.Item label={t("admin.organisation")} htmlFor="person-organisation" required>
        <OrganisationSelect
          id="person-organisation"
          value={typed.organisation}
          choose={(id) => write("organisation", id ?? "")}
        />
      </Form.Item>
      <p className="quiet">{t("admin.person_password")}</p>
    </SendForm>
  );
}
