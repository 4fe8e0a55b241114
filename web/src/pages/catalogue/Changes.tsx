/** Two texts of an entry side by side: what was and what is, element by element and item by item. */
import { Tag } from "antd";
import type { Schemas } from "../../api/client";
import { useGlossary } from "../../glossary";
import { Scroll } from "../../parts/Scroll";
import {
  type Difference,
  differences,
  type ItemDifference,
  type ItemPart,
  itemDifferences,
  type Names,
  useElementText,
} from "./elements";

interface Props {
  before: Schemas["EntryInput"];
  after: Schemas["EntryInput"];
  names: Names;
}

const COLOURS = { added: "success", removed: "error", changed: "warning" } as const;

export function Changes({ before, after, names }: Props) {
  const { t, term } = useGlossary();
  const text = useElementText(names);
  const elements = differences(before, after);
  const items = itemDifferences(before.items ?? [], after.items ?? []);
  if (elements.length + items.length === 0) return <p className="quiet">{t("changes.none")}</p>;
  const value = (one: Difference, of: Schemas["EntryInput"]) => text(one.path, of) ?? t("value.none");
  return (
    <>
      {elements.length > 0 && (
        <Scroll label={t("changes.elements")}>
          <table className="plain-table changes">
            <thead>
              <tr>
                <th scope="col">{t("changes.element")}</th>
                <th scope="col">{t("changes.before")}</th>
                <th scope="col">{t("changes.after")}</th>
              </tr>
            </thead>
            <tbody>
              {elements.map((one) => (
                <tr key={one.path}>
                  <th scope="row">
                    {term("element", one.path)} <Tag color={COLOURS[one.kind]}>{term("change", one.kind)}</Tag>
                  </th>
                  <td lang="zh-CN" className="was">
                    {value(one, before)}
                  </td>
                  <td lang="zh-CN" className="is">
                    {value(one, after)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
      {items.length > 0 && <ItemChanges items={items} />}
    </>
  );
}

function ItemChanges({ items }: { items: ItemDifference[] }) {
  const { t, term } = useGlossary();
  const show = useItemPart();
  // What was added or removed is told whole, what was changed by its changed parts.
  const parts = (one: ItemDifference): ItemPart[] =>
    one.kind === "changed" ? one.parts : ["name", "kind", "length", "meaning", "mask"];
  return (
    <Scroll label={t("changes.items")}>
      <table className="plain-table changes">
        <thead>
          <tr>
            <th scope="col">{t("changes.item")}</th>
            <th scope="col">{t("changes.before")}</th>
            <th scope="col">{t("changes.after")}</th>
          </tr>
        </thead>
        <tbody>
          {items.map((one) => (
            <tr key={one.code}>
              <th scope="row">
                <code>{one.code}</code> <Tag color={COLOURS[one.kind]}>{term("change", one.kind)}</Tag>
              </th>
              {(["before", "after"] as const).map((side) => (
                <td key={side} className={side === "before" ? "was" : "is"}>
                  {one[side] === undefined ? (
                    t("value.none")
                  ) : (
                    <dl className="parts">
                      {parts(one).map((part) => {
                        const said = show(part, one[side]);
                        return (
                          said !== null && (
                            <div key={part}>
                              <dt>{term("item", part)}</dt>
                              <dd lang="zh-CN">{said}</dd>
                            </div>
                          )
                        );
                      })}
                    </dl>
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

/** A part of an item in words; null where nothing is said. */
function useItemPart(): (part: ItemPart, item: Schemas["Item"] | undefined) => string | null {
  const { t, term } = useGlossary();
  return (part, item) => {
    const value = item?.[part];
    if (part === "key" || part === "required" || part === "sensitive") return t(value ? "value.yes" : "value.no");
    if (value === null || value === undefined || value === "") return null;
    if (part === "kind" || part === "grade" || part === "mask") return term(part, String(value));
    return String(value);
  };
}
