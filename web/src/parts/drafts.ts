/**
 * What somebody has typed and not yet handed in. It stays in this tab, so that a refused act, an ended session or a lost
 * connection loses nothing; logging out forgets it, because the machine may be shared.
 */
const PREFIX = "gongshu.draft.";
const OWNER = "gongshu.drafts-of";

export function readDraft(key: string): Record<string, string> {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(PREFIX + key) ?? "{}");
    if (typeof kept !== "object" || kept === null) return {};
    return Object.fromEntries(Object.entries(kept).filter((pair): pair is [string, string] => typeof pair[1] === "string"));
  } catch {
    return {};
  }
}

export function keepDraft(key: string, values: Record<string, string>): void {
  sessionStorage.setItem(PREFIX + key, JSON.stringify(values));
}

export function forgetDraft(key: string): void {
  sessionStorage.removeItem(PREFIX + key);
}

/** Drafts belong to whoever typed them: when somebody else logs in at this tab, they are forgotten. */
export function keepDraftsFor(person: string): void {
  if (sessionStorage.getItem(OWNER) !== person) forgetDrafts();
  sessionStorage.setItem(OWNER, person);
}

export function forgetDrafts(): void {
  for (const key of Object.keys(sessionStorage)) if (key.startsWith(PREFIX)) sessionStorage.removeItem(key);
}
