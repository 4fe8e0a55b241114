/**
 * A leaf's way to the root of a Merkle tree, computed again from the evidence alone (RFC 9162 §2.1.3.2).
 *
 * Nothing of what the district says about the proof is believed here: each node is hashed from the two below it.
 */

export type Digest = (bytes: Uint8Array<ArrayBuffer>) => Promise<Uint8Array<ArrayBuffer>>;

/** One step upwards: the neighbour from the proof, on which side it stands, and the node that both make. */
interface Step {
  sibling: string;
  left: boolean;
  node: string;
}

export interface Walk {
  /** The leaf's own hash. */
  leaf: string;
  steps: Step[];
  /** What the walk ends in. */
  root: string;
}

export function bytesIn(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

export function base64Of(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

/** Whether each hash of an inclusion path stands left of the node that it is joined with. */
export function sides(index: number, size: number): boolean[] {
  const found: boolean[] = [];
  let node = index;
  let last = size - 1;
  while (last > 0) {
    // A node that is the last of its row and a left child has no neighbour there, and rises unchanged.
    while (node === last && node % 2 === 0 && last > 0) {
      node = Math.floor(node / 2);
      last = Math.floor(last / 2);
    }
    if (last === 0) break;
    found.push(node % 2 === 1);
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  }
  return found;
}

export async function walk(digest: Digest, leaf: string, index: number, size: number, path: string[]): Promise<Walk> {
  const way = sides(index, size);
  if (index >= size || way.length !== path.length) throw new Error("the path has not the length that its place asks for");
  let node = await digest(join([0], bytesIn(leaf)));
  const start = base64Of(node);
  const steps: Step[] = [];
  for (const [position, sibling] of path.entries()) {
    const other = bytesIn(sibling);
    const left = way[position] === true;
    node = await digest(left ? join([1], other, node) : join([1], node, other));
    steps.push({ sibling, left, node: base64Of(node) });
  }
  return { leaf: start, steps, root: base64Of(node) };
}

export function join(first: number[], ...rest: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(first.length + rest.reduce((sum, one) => sum + one.length, 0));
  all.set(first);
  let at = first.length;
  for (const one of rest) {
    all.set(one, at);
    at += one.length;
  }
  return all;
}

/** A checkpoint: a signed note whose text is the log's name, its size and its root (C2SP `tlog-checkpoint`). */
export interface Note {
  /** What is signed, with its last line's end. */
  text: string;
  origin: string;
  size: number;
  root: string;
  /** Further lines of the text, e.g. the time. */
  more: string[];
  signatures: { name: string; key: string; bytes: Uint8Array<ArrayBuffer> }[];
}

export function readNote(note: string): Note {
  const end = note.indexOf("\n\n");
  const text = note.slice(0, end + 1);
  const [origin = "", size = "", root = "", ...more] = text.trimEnd().split("\n");
  const signatures = note
    .slice(end + 2)
    .split("\n")
    .flatMap((line) => {
      const found = /^— (\S+) (\S+)$/.exec(line);
      if (found?.[1] === undefined || found[2] === undefined) return [];
      const bytes = bytesIn(found[2]);
      return [{ name: found[1], key: base64Of(bytes.slice(0, 4)), bytes: bytes.slice(4) }];
    });
  return { text, origin, size: Number(size), root, more, signatures };
}

/** The instant of a line `time MILLISECONDS`, where the checkpoint has one. */
export function timeOf(note: Note): string | null {
  const line = note.more.find((one) => one.startsWith("time "));
  return line === undefined ? null : new Date(Number(line.slice(5))).toISOString();
}
