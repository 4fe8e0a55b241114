/** A workbook as somebody fills it in: the rows are written below the heads of the district's own form, nothing else is touched. */
import { crc32, inflateRawSync } from "node:zlib";

type Files = Map<string, Buffer>;

/** The form with these rows in it, per sheet, from its second row on; an empty string leaves its cell alone. */
export function filled(form: Buffer, rows: Record<string, string[][]>): Buffer {
  const files = unpacked(form);
  for (const [sheet, lines] of Object.entries(rows)) {
    const path = pathOf(files, sheet);
    const xml = lines.map((cells, at) => rowOf(cells, at + 2)).join("");
    files.set(path, Buffer.from(textOf(files, path).replace("</sheetData>", `${xml}</sheetData>`)));
  }
  return packed(files);
}

/** The colours that a workbook fills cells with, and the words of its comments. */
export function marksOf(workbook: Buffer): { fills: string; comments: string } {
  const files = unpacked(workbook);
  const comments = [...files.keys()].filter((path) => /comments\d+\.xml$/.test(path));
  return { fills: textOf(files, "xl/styles.xml"), comments: comments.map((path) => textOf(files, path)).join("") };
}

function rowOf(cells: string[], row: number): string {
  const written = cells.map((text, at) => {
    const name = `${String.fromCharCode(65 + at)}${row}`;
    return text === "" ? "" : `<c r="${name}" t="inlineStr"><is><t>${text}</t></is></c>`;
  });
  return `<row r="${row}">${written.join("")}</row>`;
}

/** Sheets stand in the order of their files. */
function pathOf(files: Files, sheet: string): string {
  const names = [...textOf(files, "xl/workbook.xml").matchAll(/<sheet name="([^"]+)"/g)].map(([, name]) => name);
  const at = names.indexOf(sheet);
  if (at < 0) throw new Error(`the form has no sheet ${sheet}, it has ${names.join(", ")}`);
  return `xl/worksheets/sheet${at + 1}.xml`;
}

function textOf(files: Files, path: string): string {
  const file = files.get(path);
  if (file === undefined) throw new Error(`the workbook has no ${path}`);
  return file.toString("utf8");
}

/** The files of a ZIP archive, found by the list at its end. */
function unpacked(zip: Buffer): Files {
  const end = zip.lastIndexOf(Buffer.from("PK\u0005\u0006"));
  const files: Files = new Map();
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left -= 1) {
    const [method, size] = [zip.readUInt16LE(at + 10), zip.readUInt32LE(at + 20)];
    const [name, extra, comment] = [zip.readUInt16LE(at + 28), zip.readUInt16LE(at + 30), zip.readUInt16LE(at + 32)];
    const head = zip.readUInt32LE(at + 42);
    const start = head + 30 + zip.readUInt16LE(head + 26) + zip.readUInt16LE(head + 28);
    const body = zip.subarray(start, start + size);
    files.set(zip.toString("utf8", at + 46, at + 46 + name), method === 0 ? body : inflateRawSync(body));
    at += 46 + name + extra + comment;
  }
  return files;
}

/** A ZIP archive that compresses nothing. */
function packed(files: Files): Buffer {
  const bodies: Buffer[] = [];
  const list: Buffer[] = [];
  let at = 0;
  for (const [path, body] of files) {
    const name = Buffer.from(path);
    const facts = Buffer.alloc(26);
    facts.writeUInt16LE(20, 0);
    facts.writeUInt32LE(crc32(body), 10);
    facts.writeUInt32LE(body.length, 14);
    facts.writeUInt32LE(body.length, 18);
    facts.writeUInt16LE(name.length, 22);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(at, 10);
    bodies.push(Buffer.from("PK\u0003\u0004"), facts, name, body);
    list.push(Buffer.from("PK\u0001\u0002\u0014\u0000"), facts, place, name);
    at += 30 + name.length + body.length;
  }
  const length = list.reduce((sum, part) => sum + part.length, 0);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(files.size, 4);
  end.writeUInt16LE(files.size, 6);
  end.writeUInt32LE(length, 8);
  end.writeUInt32LE(at, 12);
  return Buffer.concat([...bodies, ...list, Buffer.from("PK\u0005\u0006"), end]);
}
