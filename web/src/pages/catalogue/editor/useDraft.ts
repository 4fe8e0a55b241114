/**
 * The draft under the hand: what was typed is kept in the tab until the district has it. It remembers which version of the
 * entry it grew from, so that somebody else's change meanwhile is noticed and neither is overwritten unseen.
 */
import { useCallback, useState } from "react";
import { forgetDraft, keepDraft, readDraft } from "../../../parts/drafts";
import { type Elements, whole } from "./elements";

interface Kept {
  draft: Elements;
  /** The version of the entry from which this was written; `null` before the first saving. */
  version: number | null;
  dirty: boolean;
}

function kept(key: string): Kept | undefined {
  const { state } = readDraft(key);
  if (state === undefined) return undefined;
  try {
    const read = JSON.parse(state) as Kept;
    return { draft: whole(read.draft), version: read.version, dirty: true };
  } catch {
    return undefined;
  }
}

/** Lays what is typed down under the key where another editor will find it. */
export function carry(key: string, draft: Elements, version: number) {
  keepDraft(key, { state: JSON.stringify({ draft, version, dirty: true }) });
}

export function useDraft(key: string, first: () => Elements, version: number | null) {
  const [state, setState] = useState<Kept>(() => kept(key) ?? { draft: first(), version, dirty: false });
  const [full, setFull] = useState(false);
  const change = useCallback(
    (of: (draft: Elements) => Elements) =>
      setState((before) => {
        const next = { ...before, draft: of(before.draft), dirty: true };
        try {
          keepDraft(key, { state: JSON.stringify(next) });
        } catch {
          // The tab's store is full. What was typed stays on the page, and the page says that only saving keeps it.
          setFull(true);
        }
        return next;
      }),
    [key],
  );
  /** The district has `saved` now. What was typed while it was being saved is not saved. */
  const settle = useCallback(
    (saved: Elements, now: number) => {
      setState((before) => {
        const same = before.draft === saved;
        if (same) forgetDraft(key);
        return { ...before, version: now, dirty: !same };
      });
    },
    [key],
  );
  const rebase = useCallback((now: number) => setState((before) => ({ ...before, version: now })), []);
  const discard = useCallback(
    (to: Elements, now: number | null) => {
      forgetDraft(key);
      setState({ draft: to, version: now, dirty: false });
    },
    [key],
  );
  return { ...state, full, change, settle, rebase, discard };
}
