/** A proof is what it claims only if the leaf leads to the root: every place of trees of every shape, and nothing altered. */
import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { base64Of, bytesIn, type Digest, join, readNote, sides, timeOf, walk } from "./proof";

const digest: Digest = async (bytes) => new Uint8Array(createHash("sha256").update(bytes).digest());
const leaf = (index: number) => base64Of(new TextEncoder().encode(`leaf ${index}`));

/** The tree by its definition (RFC 9162 §2.1.1), which knows nothing of `walk`: its root, and the path of a leaf. */
async function tree(from: number, to: number): Promise<Uint8Array<ArrayBuffer>> {
  if (to - from === 1) return digest(join([0], bytesIn(leaf(from))));
  const half = 2 ** (Math.ceil(Math.log2(to - from)) - 1);
  return digest(join([1], await tree(from, from + half), await tree(from + half, to)));
}

async function pathOf(index: number, from: number, to: number): Promise<string[]> {
  if (to - from === 1) return [];
  const half = from + 2 ** (Math.ceil(Math.log2(to - from)) - 1);
  const [inner, other] =
    index < half
      ? [await pathOf(index, from, half), await tree(half, to)]
      : [await pathOf(index, half, to), await tree(from, half)];
  return [...inner, base64Of(other)];
}

test("every leaf of trees of one to seventeen leaves leads to the root", async () => {
  for (let size = 1; size <= 17; size += 1) {
    const root = base64Of(await tree(0, size));
    for (let index = 0; index < size; index += 1) {
      const path = await pathOf(index, 0, size);
      expect(sides(index, size)).toHaveLength(path.length);
      expect((await walk(digest, leaf(index), index, size, path)).root, `${index} of ${size}`).toBe(root);
    }
  }
});

test("another leaf, another place or a path of another length does not", async () => {
  const root = base64Of(await tree(0, 11));
  const path = await pathOf(6, 0, 11);
  expect((await walk(digest, leaf(7), 6, 11, path)).root).not.toBe(root);
  expect((await walk(digest, leaf(6), 7, 11, path)).root).not.toBe(root);
  await expect(walk(digest, leaf(6), 6, 11, path.slice(1))).rejects.toThrow();
  await expect(walk(digest, leaf(6), 11, 11, path)).rejects.toThrow();
});

test("a checkpoint is read line by line, its text with the end of its last line, and every signature apart", () => {
  const note = readNote(
    "log.example/acts\n24\nxrgQ\ntime 1772413200279\n\n— log.example/acts U+qQYg==\n— witness.example AAECAwQ=\n",
  );
  expect(note.text.endsWith("279\n")).toBe(true);
  expect([note.origin, note.size, note.root]).toEqual(["log.example/acts", 24, "xrgQ"]);
  expect(note.signatures.map((one) => one.name)).toEqual(["log.example/acts", "witness.example"]);
  expect(timeOf(note)).toBe("2026-03-02T01:00:00.279Z");
});
