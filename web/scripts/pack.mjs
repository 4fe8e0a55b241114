// Puts the built pages where the platform embeds them, each file with its compressed forms beside it. What does not gain a
// tenth by compression stays as it is; what has not changed is not written, so that the platform is not compiled again for it.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";

const BUILT = fileURLToPath(new URL("../dist/", import.meta.url));
const EMBEDDED = fileURLToPath(new URL("../../crates/console/dist/", import.meta.url));

const filesIn = (folder) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => statSync(join(folder, name)).isFile());

const wanted = new Map();
// Vite's own account of its chunks is for the check of sizes, not for browsers.
for (const name of filesIn(BUILT).filter((name) => !name.startsWith(".vite"))) {
  const plain = readFileSync(join(BUILT, name));
  wanted.set(name, plain);
  for (const [ending, packed] of [
    [".br", brotliCompressSync(plain)],
    [".gz", gzipSync(plain, { level: 9 })],
  ]) {
    if (packed.length < plain.length * 0.9) wanted.set(name + ending, packed);
  }
}
for (const name of filesIn(EMBEDDED)) if (name !== ".gitignore" && !wanted.has(name)) rmSync(join(EMBEDDED, name));
for (const [name, bytes] of wanted) {
  const to = join(EMBEDDED, name);
  if (existsSync(to) && readFileSync(to).equals(bytes)) continue;
  mkdirSync(dirname(to), { recursive: true });
  writeFileSync(to, bytes);
}
