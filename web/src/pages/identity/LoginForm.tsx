/** Name, password, and the one-time code of those who have enrolled one: on the login page, and over a page whose session ended. */
import { Alert, Button, Form, Input } from "antd";
import { type ReactNode, useState } from "react";
import { client, Failure, take } from "../../api/client";
import { useGlossary } from "../../glossary";

interface Typed {
  login: string;
  password: string;
  totp?: string;
}

export function LoginForm({ entered, children }: { entered: () => Promise<void>; children?: ReactNode }) {
  const { t, term } = useGlossary();
  const [failure, setFailure] = useState<Failure>();
  const [busy, setBusy] = useState(false);

  const enter = async ({ login, password, totp }: Typed) => {
    if (busy) return;
    setBusy(true);
    setFailure(undefined);
    try {
      const code = totp?.replace(/\s/g, "") || null;
      await take(client.POST("/api/v1/sessions", { body: { login: login.trim(), password, totp: code } }));
      await entered();
    } catch (error) {
      setFailure(error instanceof Failure ? error : new Failure(undefined));
    } finally {
      setBusy(false);
    }
  };

  return (
    <>
      {failure && (
        <Alert
          type="error"
          showIcon
          role="alert"
          title={failure.code === "not_authenticated" ? t("login.wrong") : term("problem", failure.code, t("problem.unknown"))}
          description={
            failure.code === "not_authenticated" ? undefined : term("problem_next", failure.code, t("problem_next.unknown"))
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
        {children}
        <Button type="primary" size="large" htmlType="submit" block loading={busy}>
          {t("login.enter")}
        </Button>
      </Form>
    </>
  );
}
