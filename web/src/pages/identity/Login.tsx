/** Logging in: name, password, and the one-time code of those who have enrolled one. */
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Alert, Button, Form, Input } from "antd";
import { useState } from "react";
import { client, Failure, take } from "../../api/client";
import { me } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { LookSwitches } from "../../shell/Shell";

interface Typed {
  login: string;
  password: string;
  totp?: string;
}

export function Login() {
  const { t, term } = useGlossary();
  const { to } = useSearch({ from: "/login" });
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [failure, setFailure] = useState<Failure>();
  const [busy, setBusy] = useState(false);

  const enter = async ({ login, password, totp }: Typed) => {
    setBusy(true);
    setFailure(undefined);
    try {
      const code = totp?.replace(/\s/g, "") || null;
      await take(client.POST("/api/v1/sessions", { body: { login: login.trim(), password, totp: code } }));
      queries.clear();
      await queries.fetchQuery(me);
      // The way back was read off the address; the router takes it only as a path of this application.
      await navigate({ href: to ?? "/" });
    } catch (error) {
      setFailure(error instanceof Failure ? error : new Failure(undefined));
    } finally {
      setBusy(false);
    }
  };

  return (
    <div className="login">
      <div className="login-switches">
        <LookSwitches />
      </div>
      <main className="login-card">
        <img src={`${import.meta.env.BASE_URL}favicon.svg`} alt="" width={44} height={44} />
        <h1>{t("login.title")}</h1>
        <p className="quiet">{t("login.lead")}</p>
        {to !== undefined && <Alert type="info" showIcon title={t("login.back")} />}
        {failure && (
          <Alert
            type="error"
            showIcon
            role="alert"
            title={
              failure.code === "not_authenticated" ? t("login.wrong") : term("problem", failure.code, t("problem.unknown"))
            }
          />
        )}
        <Form<Typed> layout="vertical" requiredMark={false} onFinish={(typed) => void enter(typed)}>
          <Form.Item name="login" label={t("login.name")} rules={[{ required: true, message: t("login.name_missing") }]}>
            <Input size="large" autoComplete="username" autoCapitalize="off" spellCheck={false} />
          </Form.Item>
          <Form.Item
            name="password"
            label={t("login.password")}
            rules={[{ required: true, message: t("login.password_missing") }]}
          >
            <Input size="large" type="password" autoComplete="current-password" />
          </Form.Item>
          <Form.Item name="totp" label={t("login.totp")} extra={t("login.totp_hint")}>
            <Input size="large" inputMode="numeric" autoComplete="one-time-code" maxLength={8} />
          </Form.Item>
          <Button type="primary" size="large" htmlType="submit" block loading={busy}>
            {t("login.enter")}
          </Button>
        </Form>
      </main>
    </div>
  );
}
