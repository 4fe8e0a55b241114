/** What a version or a draft changes, side by side: what was and what is, element by element and item by item. */
import { Tag } from "antd";
import type { Schemas } from "../../api/client";
import { useGlossary } from "../../glossary";
import { Scroll } from "../../parts/Scroll";
import { type Names, useChangeText } from "./elements";

type Change = Schemas["Change"];

const COLOURS = { added: "success", removed: "error", changed: "warning" } as const;

export function Changes({ changes, names }: { changes: Change[]; names: Names }) {
  const { t } = useGlossary();
  const elements = changes.filter((one) => one.item === null);
  const items = new Map<string, Change[]>();
  for (const one of changes) if (one.item !== null) items.set(one.item, [...(items.get(one.item) ?? []), one]);
  if (changes.length === 0) return <p className="quiet">{t("changes.none")}</p>;
  return (
    <>
      {elements.length > 0 && <Elements changes={elements} names={names} />}
      {items.size > 0 && <Items items={[...items]} names={names} />}
    </>
  );
}

function Elements({ changes, names }: { changes: Change[]; names: Names }) {
  const { t, term } = useGlossary();
  const text = useChangeText(names);
  return (
    <Scroll label={t("changes.elements")}>
      <table className="plain-table changes">
        <Head word={t("changes.element")} />
        <tbody>
          {changes.map((one) => (
            <tr key={one.element}>
              <th scope="row">
                {term("element", one.element)} <Tag color={COLOURS[one.kind]}>{term("change", one.kind)}</Tag>
              </th>
              <td lang="zh-CN" className={one.kind === "added" ? "" : "was"}>
                {text(one.element, false, one.before) ?? t("value.none")}
              </td>
              <td lang="zh-CN" className={one.kind === "removed" ? "" : "is"}>
                {text(one.element, false, one.after) ?? t("value.none")}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function Head({ word }: { word: string }) {
  const { t } = useGlossary();
  return (
    <thead>
      <tr>
        <th scope="col">{word}</th>
        <th scope="col">{t("changes.before")}</th>
        <th scope="col">{t("changes.after")}</th>
      </tr>
    </thead>
  );
}

function Items({ items, names }: { items: [string, Change[]][]; names: Names }) {
  const { t, term } = useGlossary();
  return (
    <Scroll label={t("changes.items")}>
      <table className="plain-table changes">
        <Head word={t("changes.item")} />
        <tbody>
          {items.map(([code, parts]) => {
            const whole = parts.find((one) => one.element === "items");
            const kind = whole?.kind ?? "changed";
            return (
              <tr key={code}>
                <th scope="row">
                  <code>{code}</code> <Tag color={COLOURS[kind]}>{term("change", kind)}</Tag>
                </th>
                <td className={kind === "added" ? "" : "was"}>
                  <Parts parts={parts} side="before" names={names} />
                </td>
                <td className={kind === "removed" ? "" : "is"}>
                  <Parts parts={parts} side="after" names={names} />
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </Scroll>
  );
}

/** An item that was added or removed is told by what defines it, a changed one by what changed. */
const DEFINING = ["name", "kind", "length", "meaning", "mask"];

function Parts({ parts, side, names }: { parts: Change[]; side: "before" | "after"; names: Names }) {
  const { t, term } = useGlossary();
  const text = useChangeText(names);
  const whole = parts.find((one) => one.element === "items")?.[side];
  const lines: [string, unknown][] =
    typeof whole === "object" && whole !== null
      ? Object.entries(whole).filter(([part]) => DEFINING.includes(part))
      : parts.filter((one) => one.element !== "items").map((one) => [one.element, one[side]]);
  if (lines.length === 0) return t("value.none");
  return (
    <dl className="parts">
      {lines.map(([part, value]) => (
        <div key={part}>
          <dt>{term("item", part)}</dt>
          <dd lang="zh-CN">{text(part, true, value) ?? t("value.none")}</dd>
        </div>
      ))}
    </dl>
  );
}
