/**
 * The SM2 key of this browser. Its private half is kept in the browser's database, enciphered (AES-256-GCM) under a key that is
 * derived from a passphrase (PBKDF2, SHA-256); it is in clear only while it signs. Neither half of it nor the passphrase is sent
 * anywhere by this module: the public half is shown, so that it can be registered for the organisation.
 *
 * Whoever imports this module loads the arithmetic of SM2 with it, so pages load it when somebody signs.
 */
import { sm2 } from "sm-crypto-v2";
import { base64Of, bytesOf, hexOf, publicPem } from "./forms";

/** What the browser keeps. Everything in it but `sealed` may be seen. */
export interface KeptKey {
  person: string;
  publicKey: string;
  madeAt: string;
  rounds: number;
  salt: Uint8Array<ArrayBuffer>;
  nonce: Uint8Array<ArrayBuffer>;
  sealed: ArrayBuffer;
}

/** How often the derivation is repeated for new keys; a kept key says its own number. */
const ROUNDS = 600_000;
export const SHORTEST_PASSPHRASE = 10;

/** Whether this page may keep keys: browsers give their ciphers only to pages that came over a protected connection. */
export const canKeep = (): boolean => globalThis.isSecureContext && "indexedDB" in globalThis;

/** The passphrase does not open the key. */
export class WrongPassphrase extends Error {}

export async function keptKey(person: string): Promise<KeptKey | null> {
  return ((await inStore("readonly", (store) => store.get(person))) as KeptKey | undefined) ?? null;
}

export async function forgetKey(person: string): Promise<void> {
  await inStore("readwrite", (store) => store.delete(person));
}

/** Makes a key, or takes the one given, and keeps it under the passphrase in the place of the one before. */
export async function keepKey(person: string, passphrase: string, given?: string): Promise<KeptKey> {
  const privateKey = given ?? hexOf(freshScalar());
  if (!isPrivateKey(privateKey)) throw new Error("not a number that can be a key");
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const nonce = crypto.getRandomValues(new Uint8Array(12));
  const cipher = await cipherOf(passphrase, salt, ROUNDS);
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce }, cipher, bytesOf(privateKey));
  const publicKey = publicPem(sm2.getPublicKeyFromPrivateKey(privateKey));
  const kept: KeptKey = { person, publicKey, madeAt: new Date().toISOString(), rounds: ROUNDS, salt, nonce, sealed };
  await inStore("readwrite", (store) => store.put(kept));
  return kept;
}

/**
 * Signs texts with the kept key: SM2 with SM3 over the UTF-8 bytes and the usual identity, as DER in base64.
 *
 * @throws WrongPassphrase
 */
export async function signAll(kept: KeptKey, passphrase: string, texts: string[]): Promise<string[]> {
  const cipher = await cipherOf(passphrase, kept.salt, kept.rounds);
  const opened = await crypto.subtle.decrypt({ name: "AES-GCM", iv: kept.nonce }, cipher, kept.sealed).catch(() => {
    throw new WrongPassphrase();
  });
  const privateKey = hexOf(new Uint8Array(opened));
  return texts.map((text) => signature(privateKey, text));
}

export function signature(privateKey: string, text: string): string {
  const bytes = new TextEncoder().encode(text);
  return base64Of(bytesOf(sm2.doSignature(bytes, privateKey, { der: true, hash: true })));
}

/** Whether a private key is one: a number from 1 to the order of the curve, less two. */
export function isPrivateKey(hex: string): boolean {
  const number = BigInt(`0x${hex}`);
  return number > 0n && number < ORDER - 1n;
}

const ORDER = 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n;

function freshScalar(): Uint8Array {
  for (;;) {
    const bytes = crypto.getRandomValues(new Uint8Array(32));
    if (isPrivateKey(hexOf(bytes))) return bytes;
  }
}

async function cipherOf(passphrase: string, salt: Uint8Array<ArrayBuffer>, iterations: number): Promise<CryptoKey> {
  // The same letters may be typed as different code points; they are one passphrase.
  const typed = new TextEncoder().encode(passphrase.normalize("NFKC"));
  const base = await crypto.subtle.importKey("raw", typed, "PBKDF2", false, ["deriveKey"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations };
  return crypto.subtle.deriveKey(how, base, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

function inStore(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open("gongshu-keys", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("keys", { keyPath: "person" });
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const database = opening.result;
      const asked = work(database.transaction("keys", mode).objectStore("keys"));
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
      asked.transaction?.addEventListener("complete", () => database.close());
    };
  });
}
