/** One's own password: the present one, and twice the new one. Passwords are kept nowhere, not even as a draft. */
import { Alert } from "antd";
import { useState } from "react";
import { client, take } from "../../api/client";
import { useGlossary } from "../../glossary";
import { SendForm, TextField } from "../../parts/Form";
import { useChange } from "../../parts/useChange";

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
    <SendForm
      sending={change}
      ready={ready}
      send={() => change.mutate(undefined, { onSuccess: () => setTyped({ old: "", chosen: "", again: "" }) })}
      act={t("account.password_change")}
      as="plain"
      className="own-password"
    >
      {change.isSuccess && <Alert type="success" showIcon role="status" title={t("account.password_done")} />}
      {fields.map(({ field, word, complete }) => (
        <TextField
          key={field}
          id={`password-${field}`}
          label={t(word)}
          required
          type="password"
          autoComplete={complete}
          value={typed[field]}
          write={(text) => setTyped({ ...typed, [field]: text })}
        />
      ))}
      {typed.again !== "" && typed.again !== typed.chosen && <p role="status">{t("account.password_differs")}</p>}
    </SendForm>
  );
}
