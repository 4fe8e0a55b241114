/** One's own password: the present one, and twice the new one. Passwords are kept nowhere, not even as a draft. */
import { Alert, Button, Form, Input } from "antd";
import { useState } from "react";
import { client, take } from "../../api/client";
import { useGlossary } from "../../glossary";
import { Fault } from "../../shell/Faults";
import { useChange } from "./parts";

const SHORTEST = 10;

export function OwnPassword() {
  const { t } = useGlossary();
  const [typed, setTyped] = useState({ old: "", chosen: "", again: "" });
  const change = useChange(
    () => take(client.PUT("/api/v1/me/password", { body: { old: typed.old, new: typed.chosen } })),
    ["sessions", "people"],
  );
  const ready = typed.old !== "" && [...typed.chosen].length >= SHORTEST && typed.chosen === typed.again;
  const fields = [
    { field: "old", word: "account.password_old", complete: "current-password" },
    { field: "chosen", word: "account.password_new", complete: "new-password" },
    { field: "again", word: "account.password_again", complete: "new-password" },
  ] as const;
  return (
    <Form
      layout="vertical"
      className="own-password"
      onFinish={() =>
        ready &&
        !change.isPending &&
        change.mutate(undefined, { onSuccess: () => setTyped({ old: "", chosen: "", again: "" }) })
      }
    >
      {change.error && <Fault error={change.error} />}
      {change.isSuccess && <Alert type="success" showIcon role="status" title={t("account.password_done")} />}
      {fields.map(({ field, word, complete }) => (
        <Form.Item key={field} label={t(word)} htmlFor={`password-${field}`} required>
          <Input
            id={`password-${field}`}
            type="password"
            autoComplete={complete}
            value={typed[field]}
            onChange={(event) => setTyped({ ...typed, [field]: event.target.value })}
          />
        </Form.Item>
      ))}
      {typed.again !== "" && typed.again !== typed.chosen && <p role="status">{t("account.password_differs")}</p>}
      <Button htmlType="submit" disabled={!ready} loading={change.isPending}>
        {t("account.password_change")}
      </Button>
    </Form>
  );
}
