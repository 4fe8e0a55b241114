/** A second factor: a secret for the person's authenticator, as a picture and as text, shown once. */
import { Button, QRCode } from "antd";
import { useState } from "react";
import { client, take } from "../../api/client";
import { useGlossary } from "../../glossary";
import { Fault } from "../../shell/Faults";
import { Once, useChange } from "./parts";

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
