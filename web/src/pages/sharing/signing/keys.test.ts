/** SM2 in the browser speaks as the district does: keys and signatures made elsewhere are read, and ours are of the same form. */
import { sm2 } from "sm-crypto-v2";
import { expect, test } from "vitest";
import { bytesOf, hexOf, privateKeyIn, publicPem, sameKey } from "./forms";
import { isPrivateKey, signature } from "./keys";

// The example of GB/T 32918.5, annex A: the curve recommended by the standard.
const PRIVATE = "3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8";
const POINT =
  "0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13";
const SIGNED =
  "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa";

test("the standard's example: its key gives its public half, and its signature over its message verifies", () => {
  expect(sm2.getPublicKeyFromPrivateKey(PRIVATE)).toBe(POINT);
  expect(sm2.doVerifySignature("message digest", SIGNED, POINT, { hash: true })).toBe(true);
});

test("a signature is DER in base64 over the UTF-8 bytes, and fails for another text", () => {
  const hex = hexOf(Uint8Array.from(atob(signature(PRIVATE, "数据共享应用责任承诺")), (letter) => letter.charCodeAt(0)));
  const verify = (text: string) => sm2.doVerifySignature(text, hex, POINT, { der: true, hash: true });
  expect(hex.startsWith("30")).toBe(true);
  expect(verify("数据共享应用责任承诺")).toBe(true);
  expect(verify("数据共享应用责任承诺。")).toBe(false);
});

test("a public key is written as SubjectPublicKeyInfo with lines of 64, and compared without regard to them", () => {
  const pem = publicPem(POINT);
  expect(pem.split("\n").every((line) => line.length <= 64)).toBe(true);
  expect(sameKey(pem, pem.replaceAll("\n", "\r\n"))).toBe(true);
  expect(sameKey(pem, publicPem(POINT.replace(/13$/, "14")))).toBe(false);
  expect(sameKey(null, null)).toBe(false);
});

// The same key in the two forms that `openssl` writes.
const SEC1 = `30770201010420${PRIVATE}a00a06082a811ccf5501822da144034200${POINT}`;
const PKCS8 = `308187020100301306072a8648ce3d020106082a811ccf5501822d046d306b0201010420${PRIVATE}a144034200${POINT}`;
const pem = (name: string, der: string) =>
  `-----BEGIN ${name}-----\n${btoa(String.fromCharCode(...bytesOf(der)))}\n-----END ${name}-----\n`;

test.each([
  ["digits", PRIVATE],
  ["PKCS#8", pem("PRIVATE KEY", PKCS8)],
  ["SEC 1", pem("EC PRIVATE KEY", SEC1)],
])("a private key is read from %s", (_, text) => {
  expect(privateKeyIn(text)).toBe(PRIVATE);
});

test.each([
  ["nothing", ""],
  ["a public key", publicPem(POINT)],
  ["another curve", pem("PRIVATE KEY", PKCS8.replace("06082a811ccf5501822d", "06082a8648ce3d030107"))],
  ["a file cut off", pem("PRIVATE KEY", PKCS8.slice(0, 80))],
  ["no base64", "-----BEGIN PRIVATE KEY-----\n!!\n-----END PRIVATE KEY-----"],
])("%s is no private key", (_, text) => {
  expect(privateKeyIn(text)).toBeNull();
});

test("zero and the order of the curve are no keys", () => {
  expect(isPrivateKey("0".repeat(64))).toBe(false);
  expect(isPrivateKey("fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54122")).toBe(false);
  expect(isPrivateKey(PRIVATE)).toBe(true);
});
