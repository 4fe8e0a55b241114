/**
 * A second factor: a secret for the person's authenticator, as a picture and as text, shown once. One's own counts only
 * after its first code, so that a picture that was not scanned locks nobody out.
 */
import { Alert, Button, QRCode } from "antd";
import { useState } from "react";
import { client, take } from "../../api/client";
import { useGlossary } from "../../glossary";
import { SendForm, TextField } from "../../parts/Form";
import { useChange } from "../../parts/useChange";
import { Fault } from "../../shell/Faults";
import { Once } from "./parts";

export function Enrolment({ person, enrolled }: { person: string; enrolled: boolean }) {
  const { t } = useGlossary();
  const [sure, setSure] = useState(false);
  const enrol = useChange(
    () => take(client.POST("/api/v1/people/{id}/totp", { params: { path: { id: person } } })),
    ["people", "me"],
  );
  if (enrol.data) {
    return (
      <Once title={t("admin.totp_new")} value={enrol.data.secret} hint={t("admin.totp_scan")}>
        <QRCode type="svg" value={enrol.data.url} size={176} bordered={false} color="#000" bgColor="#fff" />
      </Once>
    );
  }
  return (
    <div className="stack">
      {enrol.error && <Fault error={enrol.error} />}
      {enrolled && (
        <label className="choice">
          <input type="checkbox" checked={sure} onChange={({ target }) => setSure(target.checked)} />
          <span>{t("admin.totp_replace")}</span>
        </label>
      )}
      <div>
        <Button loading={enrol.isPending} disabled={enrolled && !sure} onClick={() => enrol.mutate()}>
          {t(enrolled ? "admin.totp_again" : "admin.totp_enrol")}
        </Button>
      </div>
    </div>
  );
}

/** One's own second factor. */
export function OwnEnrolment() {
  const { t } = useGlossary();
  const [code, setCode] = useState("");
  const begin = useChange(() => take(client.POST("/api/v1/me/totp")), []);
  const confirm = useChange(
    (pending: string) =>
      take(client.POST("/api/v1/me/totp/confirmation", { body: { pending, code: code.replace(/\s/g, "") } })),
    ["people", "me"],
  );
  if (confirm.data) return <Alert type="success" showIcon role="status" title={t("account.totp_done")} />;
  if (begin.data === undefined) {
    return (
      <div className="stack">
        {begin.error && <Fault error={begin.error} />}
        <div>
          <Button loading={begin.isPending} onClick={() => begin.mutate(undefined)}>
            {t("admin.totp_enrol")}
          </Button>
        </div>
      </div>
    );
  }
  const { pending, secret, url } = begin.data;
  return (
    <div className="stack">
      <Once title={t("admin.totp_new")} value={secret} hint={t("account.totp_code_hint")}>
        <QRCode type="svg" value={url} size={176} bordered={false} color="#000" bgColor="#fff" />
      </Once>
      <SendForm
        sending={confirm}
        ready={/^\s*(\d\s*){6}$/.test(code)}
        send={() => confirm.mutate(pending)}
        act={t("account.totp_confirm")}
      >
        <TextField
          id="totp-code"
          label={t("account.totp_code")}
          required
          className="narrow"
          inputMode="numeric"
          autoComplete="one-time-code"
          maxLength={8}
          value={code}
          write={setCode}
        />
      </SendForm>
    </div>
  );
}
