/** The state of a form whose text fields stay in the tab until they are handed in; see `drafts.ts`. Never for secrets. */
import { useState } from "react";
import { forgetDraft, keepDraft, readDraft } from "./drafts";

export function useDraft(key: string, first: Record<string, string>) {
  const [typed, setTyped] = useState<Record<string, string>>(() => ({ ...first, ...readDraft(key) }));
  return {
    typed,
    write: (field: string, text: string) =>
      setTyped((before) => {
        const next = { ...before, [field]: text };
        keepDraft(key, next);
        return next;
      }),
    /** Forgets what was kept, once it is handed in. What the form shows stays. */
    forget: () => forgetDraft(key),
  };
}
