/** A witness's word counts only with its own key, for this text and this time. */
import { expect, test } from "vitest";
import { base64Of, join, readNote } from "./proof";
import { cosignatures, readWitnessKey } from "./witness";

const TEXT = "log.example/acts\n24\nxrgQ\n";
const SECONDS = 1_772_413_200;

async function witness(name: string) {
  const pair = await crypto.subtle.generateKey({ name: "Ed25519" }, true, ["sign", "verify"]);
  const raw = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  const keyed = join([4], raw);
  const named = join([], new TextEncoder().encode(`${name}\n`), keyed);
  const id = new Uint8Array(await crypto.subtle.digest("SHA-256", named)).slice(0, 4);
  const hex = Array.from(id, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const sign = async (text: string, seconds: number) => {
    const time = new Uint8Array(8);
    new DataView(time.buffer).setBigUint64(0, BigInt(seconds));
    const message = new TextEncoder().encode(`cosignature/v1\ntime ${seconds}\n${text}`);
    const signature = new Uint8Array(await crypto.subtle.sign({ name: "Ed25519" }, pair.privateKey, message));
    return { time, signature, line: `— ${name} ${base64Of(join([], id, time, signature))}\n` };
  };
  return { vkey: `${name}+${hex}+${base64Of(keyed)}`, id, sign };
}

test("a cosignature holds with the witness's key and tells when it was given", async () => {
  const city = await witness("city.example");
  const { line } = await city.sign(TEXT, SECONDS);
  const note = readNote(`${TEXT}\n— log.example/acts AAAAAA==\n${line}`);
  expect(await cosignatures(note, [city.vkey])).toEqual([
    { name: "city.example", at: "2026-03-02T01:00:00.000Z", holds: true },
  ]);
});

test("another text, another time and another witness of the same name do not", async () => {
  const city = await witness("city.example");
  const other = await witness("city.example");
  const { line, signature } = await city.sign(TEXT, SECONDS);
  const later = new Uint8Array(8);
  new DataView(later.buffer).setBigUint64(0, BigInt(SECONDS + 1));
  const forged = `— city.example ${base64Of(join([], city.id, later, signature))}\n`;
  const holds = async (text: string, under: string, vkeys: string[]) =>
    (await cosignatures(readNote(`${text}\n${under}`), vkeys)).map((one) => one.holds);
  expect(await holds(TEXT.replace("24", "25"), line, [city.vkey])).toEqual([false]);
  expect(await holds(TEXT, forged, [city.vkey])).toEqual([false]);
  expect(await holds(TEXT, line, [other.vkey])).toEqual([null]);
  expect(await holds(TEXT, line, [])).toEqual([null]);
});

test("a key that is no witness's is not taken for one", async () => {
  const { vkey } = await witness("city.example");
  expect(readWitnessKey(vkey)?.name).toBe("city.example");
  expect(readWitnessKey("log.example+0badc0de+AQID")).toBeUndefined();
  expect(readWitnessKey("no key at all")).toBeUndefined();
});
