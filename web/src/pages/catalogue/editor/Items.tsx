/**
 * The information items as a table that is written like a spreadsheet: rows are added, removed, moved, and pasted from Excel.
 * The fields are the browser's own and the rows stand on pages of fifty, so that five hundred items stay as quick as five.
 */
import { Alert, Button, Pagination } from "antd";
import { type ClipboardEvent, type KeyboardEvent, memo, useCallback, useContext, useRef, useState } from "react";
import { useGlossary } from "../../../glossary";
import { Scroll } from "../../../parts/Scroll";
import { MOST_ITEMS } from "./checks";
import { type Item, KINDS, MASKS, newItem } from "./elements";
import { Findings, fieldId, useFaultWords } from "./fields";
import { isTable, type Pasted, readPaste } from "./paste";

const PAGE = 50;

type Change = (change: (items: Item[]) => Item[]) => void;

export function ItemsEditor({ items, change }: { items: Item[]; change: Change }) {
  const { t } = useGlossary();
  const [page, setPage] = useState(1);
  const [pasted, setPasted] = useState<Pasted & { before: Item[] }>();
  const table = useRef<HTMLTableSectionElement>(null);
  const last = Math.max(1, Math.ceil(items.length / PAGE));
  const shown = Math.min(page, last);
  const start = (shown - 1) * PAGE;

  const takeIn = (text: string) => {
    const read = readPaste(text, items.length);
    setPasted({ ...read, before: items });
    if (read.kind !== "items") return;
    change((now) => [...now, ...read.items]);
    setPage(Math.ceil((items.length + 1) / PAGE));
  };
  const onPaste = (event: ClipboardEvent) => {
    const text = event.clipboardData.getData("text/plain");
    if (!isTable(text)) return;
    event.preventDefault();
    takeIn(text);
  };
  const edit = useCallback<RowProps["edit"]>(
    (at, part) => change((now) => now.map((item, i) => (i === at ? { ...item, ...part } : item))),
    [change],
  );
  const remove = useCallback((at: number) => change((now) => now.filter((_, i) => i !== at)), [change]);
  const move = useCallback(
    (at: number, by: -1 | 1) => {
      change((now) => {
        const to = at + by;
        const [one, other] = [now[at], now[to]];
        if (one === undefined || other === undefined) return now;
        return now.map((item, i) => (i === at ? other : i === to ? one : item));
      });
      // The hand stays on the row that moved.
      const row = at + by - start;
      requestAnimationFrame(() => table.current?.rows[row]?.querySelector<HTMLInputElement>("input")?.focus());
    },
    [change, start],
  );
  const add = () => {
    change((now) => [...now, newItem()]);
    setPage(Math.ceil((items.length + 1) / PAGE));
    requestAnimationFrame(() => requestAnimationFrame(() => focusLast(table.current)));
  };
  return (
    <div className="items-editor stack" onPaste={onPaste}>
      <p className="quiet">{t("items.hint", { most: MOST_ITEMS })}</p>
      {pasted && (
        <PasteReport
          pasted={pasted}
          undo={() => {
            change(() => pasted.before);
            setPasted(undefined);
          }}
          close={() => setPasted(undefined)}
        />
      )}
      {items.length > 0 && (
        <Scroll label={t("catalogue.items", { count: items.length })}>
          <table className="plain-table edit-table">
            <thead>
              <tr>
                <th scope="col" className="number">
                  {t("items.number")}
                </th>
                <th scope="col">{t("item.code")}</th>
                <th scope="col">{t("item.name")}</th>
                <th scope="col">{t("item.kind")}</th>
                <th scope="col">{t("item.length")}</th>
                <th scope="col">{t("item.meaning")}</th>
                <th scope="col">{t("item.key")}</th>
                <th scope="col">{t("item.required")}</th>
                <th scope="col">{t("item.sensitive")}</th>
                <th scope="col">{t("item.mask")}</th>
                <th scope="col">
                  <span className="hidden">{t("items.acts")}</span>
                </th>
              </tr>
            </thead>
            <tbody ref={table}>
              {items.slice(start, start + PAGE).map((item, at) => (
                <Row key={start + at} item={item} at={start + at} edit={edit} remove={remove} move={move} />
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
      <div className="filters">
        <Button id={fieldId("items")} onClick={add} disabled={items.length >= MOST_ITEMS}>
          {t("items.add")}
        </Button>
        <input className="cell paste-here" aria-label={t("items.paste")} placeholder={t("items.paste")} value="" readOnly />
        <span className="grow" />
        {last > 1 && (
          <Pagination
            size="small"
            current={shown}
            pageSize={PAGE}
            total={items.length}
            showSizeChanger={false}
            onChange={setPage}
          />
        )}
      </div>
    </div>
  );
}

function focusLast(table: HTMLTableSectionElement | null) {
  table?.rows[table.rows.length - 1]?.querySelector<HTMLInputElement>("input")?.focus();
}

function PasteReport({ pasted, undo, close }: { pasted: Pasted; undo: () => void; close: () => void }) {
  const { t, term } = useGlossary();
  const closable = { closeIcon: true, onClose: close, "aria-label": t("shell.close") };
  if (pasted.kind === "too_many")
    return (
      <Alert
        type="warning"
        showIcon
        role="alert"
        closable={closable}
        title={t("items.too_many", { rows: pasted.rows.toLocaleString("en-US") })}
        description={t("items.too_many_next", { most: MOST_ITEMS, room: pasted.room })}
      />
    );
  return (
    <Alert
      type={pasted.strange.length > 0 ? "warning" : "success"}
      showIcon
      role="status"
      closable={closable}
      title={t("items.pasted", { rows: pasted.items.length })}
      action={<Button onClick={undo}>{t("items.undo")}</Button>}
      description={
        pasted.strange.length > 0 && (
          <>
            <p>{t("items.strange", { count: pasted.strange.length })}</p>
            <ul>
              {pasted.strange.slice(0, 5).map(({ row, column, value }) => (
                <li key={`${row} ${column}`}>{t("items.strange_cell", { row, column: term("item", column), value })}</li>
              ))}
            </ul>
          </>
        )
      }
    />
  );
}

interface RowProps {
  item: Item;
  at: number;
  edit: (at: number, part: Partial<Item>) => void;
  remove: (at: number) => void;
  move: (at: number, by: -1 | 1) => void;
}

const Row = memo(function Row({ item, at, edit, remove, move }: RowProps) {
  const { t, term } = useGlossary();
  const { faults, lacking } = useContext(Findings);
  const say = useFaultWords();
  const label = (column: string) => t("items.cell", { row: at + 1, column: term("item", column) });
  const mark = (column: string) => {
    const path = `items[${at}].${column}`;
    const fault = faults.find((one) => one.path === path);
    if (fault) return { className: "cell error", title: say(fault), "aria-invalid": true };
    if (lacking.includes(path)) return { className: "cell warning", title: t("editor.needed") };
    return { className: "cell" };
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (!event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
    event.preventDefault();
    move(at, event.key === "ArrowUp" ? -1 : 1);
  };
  const faulty = faults.find((one) => one.path.startsWith(`items[${at}].`));
  return (
    <tr onKeyDown={onKeyDown}>
      <td className="number quiet">{at + 1}</td>
      <td>
        <input
          {...mark("code")}
          id={fieldId(`items[${at}].code`)}
          aria-label={label("code")}
          value={item.code}
          onChange={(event) => edit(at, { code: event.target.value })}
        />
        {faulty && <small className="error">{say(faulty)}</small>}
      </td>
      <td>
        <input
          {...mark("name")}
          id={fieldId(`items[${at}].name`)}
          aria-label={label("name")}
          value={item.name}
          onChange={(event) => edit(at, { name: event.target.value })}
        />
      </td>
      <td>
        <select
          className="cell"
          aria-label={label("kind")}
          value={item.kind}
          onChange={(event) => edit(at, { kind: KINDS.find((kind) => kind === event.target.value) ?? "text" })}
        >
          {KINDS.map((kind) => (
            <option key={kind} value={kind}>
              {term("kind", kind)}
            </option>
          ))}
        </select>
      </td>
      <td>
        <input
          {...mark("length")}
          id={fieldId(`items[${at}].length`)}
          className={`${mark("length").className} short`}
          inputMode="numeric"
          aria-label={label("length")}
          value={item.length ?? ""}
          onChange={(event) => {
            const digits = event.target.value.replace(/\D/g, "").slice(0, 9);
            edit(at, { length: digits === "" ? null : Number(digits) });
          }}
        />
      </td>
      <td>
        <input
          {...mark("meaning")}
          id={fieldId(`items[${at}].meaning`)}
          aria-label={label("meaning")}
          value={item.meaning ?? ""}
          onChange={(event) => edit(at, { meaning: event.target.value })}
        />
      </td>
      {(["key", "required", "sensitive"] as const).map((flag) => (
        <td key={flag} className="tick">
          <input
            type="checkbox"
            aria-label={label(flag)}
            checked={item[flag] ?? false}
            onChange={(event) => edit(at, { [flag]: event.target.checked })}
          />
        </td>
      ))}
      <td>
        <select
          className="cell"
          aria-label={label("mask")}
          value={item.mask ?? ""}
          onChange={(event) => edit(at, { mask: event.target.value || null })}
        >
          <option value="">{t("items.no_mask")}</option>
          {item.mask && !MASKS.includes(item.mask) && <option value={item.mask}>{item.mask}</option>}
          {MASKS.map((mask) => (
            <option key={mask} value={mask}>
              {term("mask", mask)}
            </option>
          ))}
        </select>
      </td>
      <td className="row-acts">
        <button type="button" className="plain" aria-label={t("items.up", { row: at + 1 })} onClick={() => move(at, -1)}>
          {t("items.up_sign")}
        </button>
        <button type="button" className="plain" aria-label={t("items.down", { row: at + 1 })} onClick={() => move(at, 1)}>
          {t("items.down_sign")}
        </button>
        <button type="button" className="plain" aria-label={t("items.remove", { row: at + 1 })} onClick={() => remove(at)}>
          {t("items.remove_mark")}
        </button>
      </td>
    </tr>
  );
});
