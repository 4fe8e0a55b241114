/** The rules of access in words, and why somebody may or may not do something. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { Alert, Button, Form, Input, Tag } from "antd";
import { useDeferredValue, useState } from "react";
import { client, type Schemas, take } from "../../api/client";
import { packs, people, policyBook } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { Select } from "../../parts/Select";
import { Table } from "../../parts/Table";
import { Fault, Loaded } from "../../shell/Faults";
import { Law, useOrganisation } from "../docket/parts";
import { useOffice } from "./Organisations";
import { Frame, useRoles } from "./parts";

type Kind = Schemas["PolicySubjectKind"];

const THINGS: Kind[] = ["entry", "request", "service", "load", "organisation"];

export function Policy() {
  const { t } = useGlossary();
  const book = useQuery(policyBook);
  return (
    <Frame word="admin.policy" lead="admin.policy_lead">
      <Loaded of={book} rows={10}>
        {(found) => (
          <>
            <Ask actions={found.actions} />
            <section className="card" aria-labelledby="rules">
              <h2 id="rules">{t("admin.policy_rules")}</h2>
              <Rules rules={found.rules} />
            </section>
          </>
        )}
      </Loaded>
    </Frame>
  );
}

/** What a rule says, in the reader's language. */
function useRuleWords(): (rule: Schemas["PolicyRule"]) => string {
  const { term } = useGlossary();
  return ({ id, because }) => term("rule", id, because);
}

function Ask({ actions }: { actions: Schemas["ActionLine"][] }) {
  const { t, term } = useGlossary();
  const mine = useRoles();
  const asksForOthers = mine.includes("security_administrator") || mine.includes("audit_administrator");
  const roles = useQuery(packs).data?.find((line) => line.ours)?.roles ?? [];
  const [person, setPerson] = useState<string>();
  const [action, setAction] = useState("read_case");
  const [role, setRole] = useState<string>();
  const [kind, setKind] = useState<Kind>("entry");
  const [subject, setSubject] = useState("");
  const on = actions.find((one) => one.id === action)?.on;
  const id = subject.trim();
  const ask = useMutation({
    mutationFn: () =>
      take(
        client.POST("/api/v1/policy/explanation", {
          body: {
            action,
            ...(person ? { person } : {}),
            ...(action === "speak" && role ? { role } : {}),
            ...(on === "platform" ? {} : { subject: { kind: on === "case" ? "case" : kind, id } }),
          },
        }),
      ),
  });
  const ready = (on === "platform" || id !== "") && (action !== "speak" || role !== undefined);
  return (
    <section className="card stack" aria-labelledby="ask">
      <h2 id="ask">{t("admin.policy_ask")}</h2>
      <Form layout="vertical" className="policy-ask" onFinish={() => ready && !ask.isPending && ask.mutate()}>
        {asksForOthers && <WhoField value={person} choose={setPerson} />}
        <Form.Item label={t("admin.policy_action")} htmlFor="policy-action">
          <Select
            id="policy-action"
            showSearch={{ optionFilterProp: "label" }}
            value={action}
            options={actions.map((one) => ({ value: one.id, label: term("action", one.id) }))}
            onChange={setAction}
          />
        </Form.Item>
        {action === "speak" && (
          <Form.Item label={t("admin.policy_role")} htmlFor="policy-role">
            <Select
              id="policy-role"
              showSearch={{ optionFilterProp: "label" }}
              value={role ?? null}
              options={roles.map(({ id: value, title }) => ({ value, label: title }))}
              onChange={setRole}
            />
          </Form.Item>
        )}
        {on === "thing" && (
          <Form.Item label={t("admin.policy_kind")} htmlFor="policy-kind">
            <Select
              id="policy-kind"
              value={kind}
              options={THINGS.map((value) => ({ value, label: term("policy_kind", value) }))}
              onChange={setKind}
            />
          </Form.Item>
        )}
        {on !== "platform" && (
          <Form.Item label={t("admin.policy_subject")} htmlFor="policy-subject" extra={t("admin.policy_subject_hint")}>
            <Input
              id="policy-subject"
              spellCheck={false}
              maxLength={36}
              value={subject}
              onChange={(event) => setSubject(event.target.value)}
            />
          </Form.Item>
        )}
        <Button type="primary" htmlType="submit" disabled={!ready} loading={ask.isPending}>
          {t("admin.policy_explain")}
        </Button>
      </Form>
      {ask.error && <Fault error={ask.error} />}
      {ask.data && <Answer of={ask.data} />}
    </section>
  );
}

function WhoField({ value, choose }: { value: string | undefined; choose: (id: string | undefined) => void }) {
  const { t } = useGlossary();
  const [text, setText] = useState("");
  const search = useDeferredValue(text.trim());
  const found = useQuery({ ...people({ search, offset: 0, limit: 20 }), placeholderData: (before) => before });
  return (
    <Form.Item label={t("admin.policy_who")} htmlFor="policy-who">
      <Select
        id="policy-who"
        allowClear
        showSearch={{ filterOption: false, onSearch: setText }}
        placeholder={t("admin.policy_self")}
        value={value ?? null}
        options={(found.data?.items ?? []).map(({ id, name, login }) => ({ value: id, label: `${name} ${login}` }))}
        onChange={(id) => choose(id ?? undefined)}
      />
    </Form.Item>
  );
}

function Answer({ of }: { of: Schemas["Verdict"] }) {
  const { t, term } = useGlossary();
  const say = useRuleWords();
  const organisation = useOrganisation();
  const office = useOffice();
  const roles = of.who.roles.map((role) => term("role", role)).join(t("list.separator"));
  const why = of.who.disabled ? t("admin.policy_shut") : of.rule ? say(of.rule) : t("admin.policy_no_rule");
  return (
    <Alert
      type={of.allowed ? "success" : "warning"}
      showIcon
      role="status"
      title={t(of.allowed ? "admin.policy_allowed" : "admin.policy_denied")}
      description={
        <div className="stack">
          <p>
            {why}{" "}
            {of.rule?.rests_on.map((ground) => (
              <Tag key={ground}>{ground}</Tag>
            ))}
          </p>
          <p className="quiet">
            {t("admin.policy_known")}{" "}
            <Law>
              {[organisation(of.who.organisation), of.who.office ? office(of.who.office) : "", roles]
                .filter((part) => part !== "")
                .join(t("list.dot"))}
            </Law>
          </p>
          {!of.allowed && of.would_allow.length > 0 && (
            <div>
              <p>{t("admin.policy_would")}</p>
              <ul className="bulleted">
                {of.would_allow.map((rule) => (
                  <li key={rule.id}>{say(rule)}</li>
                ))}
              </ul>
            </div>
          )}
        </div>
      }
    />
  );
}

function Rules({ rules }: { rules: Schemas["PolicyRule"][] }) {
  const { t, term } = useGlossary();
  const say = useRuleWords();
  // Of an action `speak:provider` the part before the colon is the action.
  const actions = (about: string[]) => [...new Set(about.map((one) => term("action", one.split(":")[0] ?? one)))];
  return (
    <Table
      className="rules"
      columns={[t("admin.policy_rule"), t("admin.policy_about"), t("admin.policy_ground"), t("admin.policy_effect")]}
    >
      {rules.map((rule) => (
        <tr key={rule.id}>
          <td>{say(rule)}</td>
          <td>{actions(rule.about).join(t("list.separator"))}</td>
          <td>{rule.rests_on.join(t("list.separator")) || t("admin.policy_own")}</td>
          <td>
            <Tag color={rule.allows ? "success" : "error"}>
              {t(rule.allows ? "admin.policy_allows" : "admin.policy_forbids")}
            </Tag>
          </td>
        </tr>
      ))}
    </Table>
  );
}
