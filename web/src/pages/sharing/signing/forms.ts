/**
 * The forms in which SM2 keys travel: `SubjectPublicKeyInfo` for the public half, PKCS#8 or SEC 1 for the private one, as PEM.
 * Only what these forms need of DER is read; anything else is refused.
 */

/** SEQUENCE { SEQUENCE { ecPublicKey, sm2p256v1 }, BIT STRING } up to the point itself. */
const SPKI_HEAD = "3059301306072a8648ce3d020106082a811ccf5501822d034200";
const SM2_CURVE = "06082a811ccf5501822d";

export function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function bytesOf(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

export function base64Of(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

/** The PEM of a public key given as an uncompressed point in hexadecimal, `04…`. */
export function publicPem(point: string): string {
  const body = base64Of(bytesOf(SPKI_HEAD + point)).replace(/(.{64})(?=.)/g, "$1\n");
  return `-----BEGIN PUBLIC KEY-----\n${body}\n-----END PUBLIC KEY-----\n`;
}

/** Whether two PEM texts say the same key, however their lines are broken. */
export function sameKey(one: string | null | undefined, other: string | null | undefined): boolean {
  const bare = (pem: string) => pem.replace(/\s/g, "");
  return typeof one === "string" && typeof other === "string" && bare(one) === bare(other);
}

/** A private key of a PEM file (PKCS#8 or SEC 1, unencrypted) or of 64 hexadecimal digits; `null` where it is none. */
export function privateKeyIn(text: string): string | null {
  const bare = text.trim().toLowerCase();
  if (/^[0-9a-f]{64}$/.test(bare)) return bare;
  const pem = /-----BEGIN (EC )?PRIVATE KEY-----([\s\S]+?)-----END (EC )?PRIVATE KEY-----/.exec(text);
  if (pem?.[2] === undefined) return null;
  try {
    const bytes = Uint8Array.from(atob(pem[2].replace(/\s/g, "")), (letter) => letter.charCodeAt(0));
    // The curve stands in both forms; a key of another curve would sign nothing that anybody here accepts.
    if (!hexOf(bytes).includes(SM2_CURVE)) return null;
    const outer = children(bytes, 0x30);
    const key = outer[1]?.tag === 0x30 ? children(outer[2]?.body, 0x30)[1] : outer[1];
    return key?.tag === 0x04 && key.body.length === 32 ? hexOf(key.body) : null;
  } catch {
    return null;
  }
}

interface Node {
  tag: number;
  body: Uint8Array;
}

/** The parts of a DER value that is of this tag. */
function children(bytes: Uint8Array | undefined, tag: number): Node[] {
  const [outer] = bytes ? nodes(bytes) : [];
  return outer?.tag === tag ? nodes(outer.body) : [];
}

function nodes(bytes: Uint8Array): Node[] {
  const found: Node[] = [];
  let at = 0;
  while (at + 2 <= bytes.length) {
    const tag = bytes[at] ?? 0;
    let length = bytes[at + 1] ?? 0;
    at += 2;
    if (length > 0x80) {
      const wide = length - 0x80;
      length = bytes.slice(at, at + wide).reduce((sum, byte) => sum * 256 + byte, 0);
      at += wide;
    }
    found.push({ tag, body: bytes.slice(at, at + length) });
    at += length;
  }
  return found;
}
