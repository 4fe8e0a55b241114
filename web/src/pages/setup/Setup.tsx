/**
 * The first page of a real district: whoever holds the code that its server printed names the district and its three
 * administrators. It works once. Nothing typed here is kept as a draft: half of it is secret.
 */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Alert, Button, Form } from "antd";
import { useState } from "react";
import { client, Failure, type Schemas, take } from "../../api/client";
import { setupStanding } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { TextField } from "../../parts/Form";
import { useChange } from "../../parts/useChange";
import { Fault, Loaded } from "../../shell/Faults";
import { LookSwitches } from "../../shell/Shell";
import "./setup.css";

const ROLES = ["system_administrator", "security_administrator", "audit_administrator"] as const;
const SHORTEST = 10;

export function Setup() {
  const { t } = useGlossary();
  const standing = useQuery(setupStanding);
  return (
    <div className="login">
      <div className="login-switches">
        <LookSwitches />
      </div>
      <main className="login-card setup">
        <img src={`${import.meta.env.BASE_URL}favicon.svg`} alt="" width={44} height={44} />
        <h1>{t("setup.title")}</h1>
        <Loaded of={standing}>
          {(found) => (found.needed ? <Work pack={found.pack} /> : <Done district={found.district} />)}
        </Loaded>
      </main>
    </div>
  );
}

function Done({ district }: { district: string | null }) {
  const { t } = useGlossary();
  return (
    <div className="stack">
      <Alert
        type="success"
        showIcon
        role="status"
        title={t("setup.done", { district: district ?? "" })}
        description={t("setup.done_next")}
      />
      <p>
        <Link to="/login" search={{}}>
          {t("setup.to_login")}
        </Link>
      </p>
    </div>
  );
}

type Typed = Record<string, string>;

function Work({ pack }: { pack: Schemas["PackLine"] | null }) {
  const { t, term } = useGlossary();
  const queries = useQueryClient();
  const [typed, setTyped] = useState<Typed>({});
  const of = (field: string) => typed[field]?.trim() ?? "";
  const write = (field: string, text: string) => setTyped((before) => ({ ...before, [field]: text }));
  const make = useChange(
    () =>
      take(
        client.POST("/api/v1/setup", {
          body: {
            code: of("code"),
            district: of("district"),
            area_code: of("area"),
            pack: pack?.id ?? null,
            administrators: ROLES.map((role) => ({
              role,
              name: of(`${role}.name`),
              login: of(`${role}.login`),
              password: typed[`${role}.password`] ?? "",
            })),
          },
        }),
      ),
    [],
  );
  const whole = ROLES.every(
    (role) => of(`${role}.name`) && of(`${role}.login`) && [...(typed[`${role}.password`] ?? "")].length >= SHORTEST,
  );
  const logins = ROLES.map((role) => of(`${role}.login`)).filter((login) => login !== "");
  const twice = new Set(logins).size < logins.length;
  const ready = of("code") && of("district") && /^\d{6}$/.test(of("area")) && whole && !twice;
  const text = (field: string, label: string, more: { hint?: string; secret?: boolean; limit?: number } = {}) => (
    <TextField
      id={`setup-${field}`}
      label={label}
      hint={more.hint}
      required
      type={more.secret ? "password" : "text"}
      autoComplete={more.secret ? "new-password" : "off"}
      spellCheck={false}
      maxLength={more.limit ?? 100}
      value={typed[field]}
      write={(value) => write(field, value)}
    />
  );
  return (
    <Form
      layout="vertical"
      onFinish={() =>
        ready &&
        !make.isPending &&
        make.mutate(undefined, { onSuccess: (answer) => queries.setQueryData(setupStanding.queryKey, answer) })
      }
    >
      <p className="quiet">{t("setup.lead")}</p>
      {pack && (
        <p>
          {t("setup.pack")} <strong lang="zh-CN">{pack.title}</strong>
        </p>
      )}
      {text("code", t("setup.code"), { hint: t("setup.code_hint") })}
      <div className="pair-two">
        {text("district", t("setup.district"))}
        {text("area", t("setup.area"), { hint: t("setup.area_hint"), limit: 6 })}
      </div>
      <h2>{t("setup.three")}</h2>
      <p className="quiet">{t("setup.three_hint")}</p>
      {ROLES.map((role) => (
        <fieldset key={role}>
          <legend>
            {term("role", role)} <small className="quiet">{term("admin_does", role)}</small>
          </legend>
          <div className="pair-three">
            {text(`${role}.name`, t("setup.name"))}
            {text(`${role}.login`, t("setup.login"), { limit: 64 })}
            {text(`${role}.password`, t("setup.password"), { secret: true, limit: 512 })}
          </div>
        </fieldset>
      ))}
      {twice && <p role="status">{t("setup.twice")}</p>}
      {make.error &&
        (make.error instanceof Failure && make.error.code === "not_authenticated" ? (
          <Alert type="error" showIcon role="alert" title={t("setup.wrong_code")} description={t("setup.wrong_code_next")} />
        ) : (
          <Fault error={make.error} />
        ))}
      <Button type="primary" size="large" block htmlType="submit" disabled={!ready} loading={make.isPending}>
        {t("setup.make")}
      </Button>
    </Form>
  );
}
