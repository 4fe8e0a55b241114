/**
 * Checks an evidence file in this browser: both ways from the leaf to the root, both roots against their checkpoints, both
 * signatures. It loads the arithmetic of SM2 and SM3, so pages load it when somebody looks at a proof.
 *
 * The keys are those that the file brings along; whether they are the log's own, only who has them from elsewhere can say.
 */
import { sm2, sm3 } from "sm-crypto-v2";
import type { Schemas } from "../../api/client";
import { bytesIn, type Digest, type Note, readNote, type Walk, walk } from "./proof";
import { type Cosigned, cosignatures } from "./witness";

const hex = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const unhex = (text: string) => Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

const SM3: Digest = async (bytes) => unhex(sm3(bytes));
const SHA256: Digest = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));

/** What was found about one tree. `signed` is `null` where this browser cannot check that kind of signature. */
export interface TreeCheck {
  walk: Walk | null;
  note: Note;
  included: boolean;
  fits: boolean;
  signed: boolean | null;
}

/** What was found about an evidence file. `witnessed` is absent where no witness had seen the leaf when the file was made. */
export interface EvidenceCheck {
  sm3: TreeCheck;
  sha256: TreeCheck;
  witnessed: (TreeCheck & { by: Cosigned[] }) | undefined;
}

export async function checkEvidence(file: Schemas["Evidence"]): Promise<EvidenceCheck> {
  const seen = file.witnessed;
  const tree = seen && (await checkTree(file, seen, SHA256, (note) => signedWithEd25519(note, file)));
  return {
    sm3: await checkTree(file, file.sm3, SM3, (note) => signedWithSm2(note, file)),
    sha256: await checkTree(file, file.sha256, SHA256, (note) => signedWithEd25519(note, file)),
    witnessed: tree && seen ? { ...tree, by: await cosignatures(tree.note, seen.witnesses) } : undefined,
  };
}

async function checkTree(
  file: Schemas["Evidence"],
  proof: Schemas["TreeProof"],
  digest: Digest,
  verify: (note: Note) => Promise<boolean | null>,
): Promise<TreeCheck> {
  const note = readNote(proof.checkpoint);
  const found = await walk(digest, file.leaf, file.index, proof.size, proof.path).catch(() => null);
  return {
    walk: found,
    note,
    included: found?.root === proof.root,
    fits: note.root === proof.root && note.size === proof.size && note.origin === file.origin,
    signed: await verify(note).catch(() => false),
  };
}

/** The public key inside a PEM: an uncompressed point stands last in it. */
function pem(text: string): Uint8Array<ArrayBuffer> {
  return bytesIn(text.replace(/-----[^-]+-----|\s/g, ""));
}

/** The signature by the key whose verifier key (`NAME+HEXID+BASE64`) is given. */
function ofKey(note: Note, vkey: string): Uint8Array<ArrayBuffer> | undefined {
  const [, id = ""] = /\+([0-9a-f]{8})\+/.exec(vkey) ?? [];
  return note.signatures.find((one) => hex(bytesIn(one.key)) === id)?.bytes;
}

async function signedWithSm2(note: Note, file: Schemas["Evidence"]): Promise<boolean | null> {
  const signature = ofKey(note, file.keys.sm2_vkey);
  if (!signature) return false;
  const point = hex(pem(file.keys.sm2_pem).slice(-65));
  return sm2.doVerifySignature(new TextEncoder().encode(note.text), hex(signature), point, { hash: true });
}

async function signedWithEd25519(note: Note, file: Schemas["Evidence"]): Promise<boolean | null> {
  const signature = ofKey(note, file.keys.ed25519_vkey);
  if (!signature) return false;
  const key = await crypto.subtle
    .importKey("spki", pem(file.keys.ed25519_pem), { name: "Ed25519" }, false, ["verify"])
    .catch(() => null);
  if (key === null) return null;
  return crypto.subtle.verify({ name: "Ed25519" }, key, signature, new TextEncoder().encode(note.text));
}
