/** One person: which roles, with the separation of duties in the form itself; a new second factor; the sessions that run. */
import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { type FormEvent, useState } from "react";
import { client, type Schemas, take } from "../../api/client";
import { me } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { minuteOf } from "../../parts/time";
import { useChange } from "../../parts/useChange";
import { Fault } from "../../shell/Faults";
import { useNow, useOrganisation } from "../docket/parts";
import { ADMINISTRATORS, Once, type Role, Sure, useRoles } from "./parts";
import { SessionList } from "./SessionList";
import { Enrolment } from "./Totp";

type Person = Schemas["Person"];

interface Props {
  person: Person;
  changed: (person: Person) => void;
}

/** The roles of those who work with data and cases. */
export const WORK: Role[] = ["data_executive", "chief_data_officer", "officer"];

export function PersonPanel({ person, changed }: Props) {
  const { t, term } = useGlossary();
  const organisation = useOrganisation();
  const now = useNow();
  const mine = useRoles();
  const known = useQuery(me).data;
  const secures = mine.includes("security_administrator");
  const own = known?.person === person.id;
  return (
    <div className="stack">
      <dl className="contents">
        <div>
          <dt>{t("admin.login")}</dt>
          <dd>
            <code>{person.login}</code>
          </dd>
        </div>
        <div>
          <dt>{t("admin.organisation")}</dt>
          <dd lang="zh-CN">{organisation(person.organisation)}</dd>
        </div>
        <div>
          <dt>{t("admin.roles")}</dt>
          <dd>{person.roles.map((role) => term("role", role)).join(t("list.separator")) || t("admin.no_role")}</dd>
        </div>
        {person.last_login && (
          <div>
            <dt>{t("admin.last_login")}</dt>
            <dd>{minuteOf(person.last_login)}</dd>
          </div>
        )}
        {person.disabled && (
          <div>
            <dt>{t("admin.state")}</dt>
            <dd>{t("admin.disabled")}</dd>
          </div>
        )}
        {person.locked_until && person.locked_until > now && (
          <div>
            <dt>{t("admin.locked")}</dt>
            <dd>{t("admin.locked_until", { until: minuteOf(person.locked_until) })}</dd>
          </div>
        )}
      </dl>
      {mine.includes("system_administrator") && !own && <Shut person={person} changed={changed} />}
      {secures && !own && <Password person={person} changed={changed} />}
      {secures && !own && <RolesForm person={person} changed={changed} />}
      {own && <p className="quiet">{t("admin.roles_own")}</p>}
      {!secures && !own && <p className="quiet">{t("admin.roles_by")}</p>}
      {secures && !own && (
        <section className="stack divided">
          <h3>{t("admin.totp")}</h3>
          <p className="quiet">{t("admin.totp_for_other")}</p>
          <Enrolment person={person.id} enrolled={person.totp} />
        </section>
      )}
      {secures && (
        <section className="stack divided">
          <h3>{t("admin.sessions_of")}</h3>
          <SessionList whose={{ person: person.id }} />
        </section>
      )}
    </div>
  );
}

/** Shutting somebody out, and letting them in again. */
function Shut({ person, changed }: Props) {
  const { t } = useGlossary();
  const path = { params: { path: { id: person.id } } };
  const change = useChange(
    () =>
      take(
        person.disabled ? client.POST("/api/v1/people/{id}/enable", path) : client.POST("/api/v1/people/{id}/disable", path),
      ),
    ["people", "sessions"],
  );
  return (
    <section className="stack divided">
      <h3>{t(person.disabled ? "admin.person_enable" : "admin.person_disable")}</h3>
      <p className="quiet">{t(person.disabled ? "admin.person_enable_hint" : "admin.person_disable_hint")}</p>
      {change.error && <Fault error={change.error} />}
      <Sure
        word={person.disabled ? "admin.person_enable" : "admin.person_disable"}
        danger={!person.disabled}
        busy={change.isPending}
        go={() => change.mutate(undefined, { onSuccess: changed })}
      />
    </section>
  );
}

/** A password for one time for whoever lost theirs, and another try for whoever typed it wrong too often. */
function Password({ person, changed }: Props) {
  const { t } = useGlossary();
  const now = useNow();
  const path = { params: { path: { id: person.id } } };
  const reset = useChange(() => take(client.POST("/api/v1/people/{id}/password", path)), ["people", "sessions"]);
  const unlock = useChange(() => take(client.POST("/api/v1/people/{id}/unlock", path)), ["people"]);
  return (
    <section className="stack divided">
      <h3>{t("admin.password_reset")}</h3>
      <p className="quiet">{t("admin.password_reset_hint")}</p>
      {(reset.error ?? unlock.error) && <Fault error={reset.error ?? unlock.error} />}
      {reset.data ? (
        <Once
          title={t("admin.password_new")}
          value={reset.data.password}
          hint={t("admin.password_once", { until: minuteOf(reset.data.valid_until) })}
        />
      ) : (
        <Sure word="admin.password_reset" busy={reset.isPending} go={() => reset.mutate(undefined)} />
      )}
      {person.locked_until && person.locked_until > now && (
        <div>
          <Button loading={unlock.isPending} onClick={() => unlock.mutate(undefined, { onSuccess: changed })}>
            {t("admin.unlock")}
          </Button>
        </div>
      )}
    </section>
  );
}

/** Offices beside one another, and at most one of the three administrators: what excludes each other cannot be chosen together. */
function RolesForm({ person, changed }: Props) {
  const { t, term } = useGlossary();
  const [chosen, setChosen] = useState<Role[]>(person.roles);
  const save = useChange(
    () => take(client.PUT("/api/v1/people/{id}/roles", { params: { path: { id: person.id } }, body: { roles: chosen } })),
    ["people"],
  );
  const same = chosen.length === person.roles.length && chosen.every((role) => person.roles.includes(role));
  const administrator = ADMINISTRATORS.find((role) => chosen.includes(role));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!same && !save.isPending) save.mutate(undefined, { onSuccess: changed });
  };
  return (
    <form className="stack divided" onSubmit={submit}>
      <h3>{t("admin.roles")}</h3>
      {save.error && <Fault error={save.error} />}
      <fieldset>
        <legend>{t("admin.roles_work")}</legend>
        {WORK.map((role) => (
          <label key={role} className="choice">
            <input
              type="checkbox"
              checked={chosen.includes(role)}
              onChange={({ target }) => setChosen(target.checked ? [...chosen, role] : chosen.filter((one) => one !== role))}
            />
            <span>
              {term("role", role)} <small className="quiet">{term("role_does", role)}</small>
            </span>
          </label>
        ))}
      </fieldset>
      <fieldset>
        <legend>{t("admin.roles_three")}</legend>
        {[undefined, ...ADMINISTRATORS].map((role) => (
          <label key={role ?? "none"} className="choice">
            <input
              type="radio"
              name="administrator"
              checked={administrator === role}
              onChange={() => {
                const rest = chosen.filter((one) => !ADMINISTRATORS.includes(one));
                setChosen(role ? [...rest, role] : rest);
              }}
            />
            <span>
              {role ? term("role", role) : t("admin.role_none")}{" "}
              {role && <small className="quiet">{term("admin_does", role)}</small>}
            </span>
          </label>
        ))}
      </fieldset>
      <p className="quiet">{t("admin.rule_exclude")}</p>
      <div>
        <Button type="primary" htmlType="submit" disabled={same} loading={save.isPending}>
          {t("admin.roles_save")}
        </Button>
      </div>
    </form>
  );
}
