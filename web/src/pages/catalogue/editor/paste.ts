/**
 * Rows copied in a spreadsheet, understood as items. A first line of known column names says which column is which; without
 * one the columns are taken in the order of the screen. Nothing is dropped silently: what is not understood is told, and more
 * rows than an entry may have are refused whole.
 */
import { MOST_ITEMS } from "./checks";
import { type Item, newItem } from "./elements";
import recognised from "./recognised.json";

type Column = keyof typeof recognised.columns;

const ORDER: Column[] = ["code", "name", "kind", "length", "meaning", "key", "required", "sensitive", "mask"];

export type Pasted =
  | { kind: "items"; items: Item[]; strange: { row: number; column: Column; value: string }[] }
  | { kind: "too_many"; rows: number; room: number };

/** Whether a clipboard's text is a table; one cell goes into the field where the cursor stands. */
export function isTable(text: string): boolean {
  return text.includes("\t") || text.trim().includes("\n");
}

/** @param has how many items there are already. */
export function readPaste(text: string, has: number): Pasted {
  const room = MOST_ITEMS - has;
  // Fifty thousand rows are counted, not taken apart.
  const lines = countLines(text);
  if (lines > 20 * MOST_ITEMS) return { kind: "too_many", rows: lines, room };
  const rows = cells(text).filter((row) => row.some((cell) => cell !== ""));
  const head = headOf(rows[0] ?? []);
  const body = head === undefined ? rows : rows.slice(1);
  if (body.length > room) return { kind: "too_many", rows: body.length, room };
  const strange: { row: number; column: Column; value: string }[] = [];
  const items = body.map((row, at) =>
    itemOf(row, head ?? ORDER, (column, value) => strange.push({ row: at + 1, column, value })),
  );
  return { kind: "items", items, strange };
}

function countLines(text: string): number {
  let lines = text.endsWith("\n") || text === "" ? 0 : 1;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) lines += 1;
  return lines;
}

/** Tab-separated cells; a cell with a line break or a quote stands in quotes, as spreadsheets write it. */
function cells(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  const pattern = /(?:"((?:[^"]|"")*)"|([^\t\r\n]*))(\t|\r\n|\n|\r|$)/gy;
  for (let found = pattern.exec(text); found !== null; found = pattern.exec(text)) {
    row.push((found[1]?.replaceAll('""', '"') ?? found[2] ?? "").trim());
    if (found[3] === "\t") continue;
    rows.push(row);
    row = [];
    if (found[3] === "" || pattern.lastIndex >= text.length) break;
  }
  return rows;
}

const plain = (word: string) =>
  word
    .trim()
    .toLowerCase()
    .replace(/[*＊：:]/g, "");

function find<K extends string>(lists: Record<K, string[]>, word: string): K | undefined {
  const wanted = plain(word);
  return (Object.keys(lists) as K[]).find((key) => lists[key].includes(wanted));
}

/** Which column each cell of the first line names; `undefined` when it is no header. */
function headOf(first: string[]): (Column | undefined)[] | undefined {
  const head = first.map((cell) => find(recognised.columns, cell));
  return head.includes("code") || head.filter(Boolean).length >= 2 ? head : undefined;
}

function itemOf(row: string[], columns: (Column | undefined)[], strange: (column: Column, value: string) => void): Item {
  const item = newItem();
  columns.forEach((column, at) => {
    const value = row[at] ?? "";
    if (column === undefined || value === "") return;
    if (column === "code" || column === "name" || column === "meaning") item[column] = value;
    else if (column === "key" || column === "required" || column === "sensitive")
      item[column] = recognised.yes.includes(plain(value));
    else if (column === "kind") {
      const [, word = value, length] = /^([^(（]+)[(（](\d+)/.exec(value) ?? [];
      const kind = find(recognised.kinds, word);
      if (kind === undefined) strange(column, value);
      else item.kind = kind;
      if (length !== undefined && kind === "text") item.length = Number(length);
    } else if (column === "length") {
      if (/^\d+$/.test(value)) item.length = Number(value);
      else strange(column, value);
    } else {
      const mask = find(recognised.masks, value);
      if (mask === undefined) strange(column, value);
      else item.mask = mask;
    }
  });
  return item;
}
