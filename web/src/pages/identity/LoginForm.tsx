/** Name, password, and the one-time code of those who have enrolled one: on the login page, and over a page whose session ended. */
import { Alert, Button, Form, Input } from "antd";
import { type ReactNode, useState } from "react";
import { client, Failure, take } from "../../api/client";
import { useGlossary } from "../../glossary";

interface Typed {
  login: string;
  password: string;
  totp?: string;
  chosen?: string;
}

export function LoginForm({ entered, children }: { entered: () => Promise<void>; children?: ReactNode }) {
  const { t, term } = useGlossary();
  const [failure, setFailure] = useState<Failure>();
  const [busy, setBusy] = useState(false);
  // A password that somebody else has given opens the door once, together with one of the person's own.
  const [choosing, setChoosing] = useState(false);

  const enter = async ({ login, password, totp, chosen }: Typed) => {
    if (busy) return;
    setBusy(true);
    setFailure(undefined);
    try {
      const code = totp?.replace(/\s/g, "") || null;
      await take(
        client.POST("/api/v1/sessions", {
          body: { login: login.trim(), password, totp: code, ...(choosing && chosen ? { new_password: chosen } : {}) },
        }),
      );
      await entered();
    } catch (error) {
      const failed = error instanceof Failure ? error : new Failure(undefined);
      const asks = failed.problem?.fields?.some(({ path }) => path === "new_password") ?? false;
      if (asks) setChoosing(true);
      // The first time it is no mistake: the field has only just appeared.
      setFailure(asks && !choosing ? undefined : failed);
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
        {choosing && (
          <Form.Item
            name="chosen"
            label={t("login.choose")}
            extra={t("login.choose_hint")}
            rules={[{ required: true, min: 10, message: t("login.choose_short") }]}
          >
            <Input size="large" type="password" autoComplete="new-password" autoFocus />
          </Form.Item>
        )}
        {children}
        <Button type="primary" size="large" htmlType="submit" block loading={busy}>
          {t("login.enter")}
        </Button>
      </Form>
    </>
  );
}
