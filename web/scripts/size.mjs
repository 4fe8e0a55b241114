// The first view stays under 350 kB, compressed: what a browser loads before it shows the login, and before it shows home.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const LIMIT = 350_000;
const dist = new URL("../dist/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", dist), "utf8"));

/** A chunk with everything that it imports at once. */
function reached(key, found = new Set()) {
  const chunk = manifest[key];
  if (chunk === undefined) throw new Error(`the build has no ${key}`);
  if (found.has(chunk.file)) return found;
  found.add(chunk.file);
  for (const style of chunk.css ?? []) found.add(style);
  for (const other of chunk.imports ?? []) reached(other, found);
  return found;
}

const packed = (file) => gzipSync(readFileSync(new URL(file, dist)), { level: 9 }).length;
let failed = false;
for (const page of ["src/pages/identity/Login.tsx", "src/pages/docket/Home.tsx", "src/pages/docket/Case.tsx"]) {
  const files = new Set(["index.html"]);
  for (const key of ["index.html", "src/glossary/zh-CN/index.ts", page]) reached(key, files);
  const size = [...files].reduce((sum, file) => sum + packed(file), 0);
  console.log(`${page}: ${(size / 1000).toFixed(1)} kB of ${LIMIT / 1000} kB, compressed, in ${files.size} files`);
  failed ||= size > LIMIT;
}
if (failed) {
  console.error("the first view is too heavy: load what it does not need later");
  process.exitCode = 1;
}
