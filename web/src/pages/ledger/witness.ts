/**
 * Cosignatures of witnesses (C2SP `tlog-cosignature`): somebody else than the log says, with a key of their own, that they have
 * seen this checkpoint and that it goes on from what they saw before.
 */
import { base64Of, bytesIn, join, type Note } from "./proof";

/** A witness's word under a checkpoint. `holds` is `null` where its key is not known, or this browser cannot check it. */
export interface Cosigned {
  name: string;
  /** When the witness signed. */
  at: string;
  holds: boolean | null;
}

/** A witness's verifier key: `NAME+HEXID+BASE64`, the last of a type and 32 bytes of Ed25519. */
interface WitnessKey {
  name: string;
  id: string;
  key: Uint8Array<ArrayBuffer>;
}

const COSIGNATURE = 4;

export function readWitnessKey(vkey: string): WitnessKey | undefined {
  const [, name, hex = "", base64 = ""] = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(vkey.trim()) ?? [];
  if (name === undefined) return undefined;
  const bytes = bytesIn(base64);
  if (bytes[0] !== COSIGNATURE || bytes.length !== 33) return undefined;
  const id = Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  return { name, id: base64Of(id), key: bytes.slice(1) };
}

/** Checks every cosignature under a note: eight bytes of seconds since 1970, then 64 of the signature over them and the text. */
export async function cosignatures(note: Note, vkeys: string[]): Promise<Cosigned[]> {
  const keys = vkeys.flatMap((vkey) => readWitnessKey(vkey) ?? []);
  const under = note.signatures.filter((one) => one.name !== note.origin && one.bytes.length === 72);
  return Promise.all(
    under.map(async ({ name, key, bytes }) => {
      const seconds = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0);
      const known = keys.find((one) => one.name === name && one.id === key);
      return {
        name,
        at: new Date(Number(seconds) * 1000).toISOString(),
        holds: known ? await verified(known.key, bytes.slice(8), seconds, note.text) : null,
      };
    }),
  );
}

async function verified(
  raw: Uint8Array<ArrayBuffer>,
  signature: Uint8Array<ArrayBuffer>,
  seconds: bigint,
  text: string,
): Promise<boolean | null> {
  const key = await crypto.subtle.importKey("raw", raw, { name: "Ed25519" }, false, ["verify"]).catch(() => null);
  if (key === null) return null;
  const message = new TextEncoder().encode(`cosignature/v1\ntime ${seconds}\n${text}`);
  return crypto.subtle.verify({ name: "Ed25519" }, key, signature, join([], message));
}
