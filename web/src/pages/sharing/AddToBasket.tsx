/** Fields of a dataset chosen for a request: they lie in the basket until the request is made. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Button, Tag } from "antd";
import { useState } from "react";
import type { Schemas } from "../../api/client";
import { me } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { MOST, useAsks, useBasket } from "./basket";
import "./sharing.css";

export function AddToBasket({ view }: { view: Schemas["EntryView"] }) {
  const { t } = useGlossary();
  const known = useQuery(me).data;
  const items = view.published?.items ?? [];
  const asks = useAsks();
  const own = known?.organisation?.id === view.organisation;
  if (!asks || own || items.length === 0 || view.status !== "published") return null;
  return (
    <section className="card" aria-labelledby="ask">
      <h2 id="ask">{t("basket.ask")}</h2>
      {view.sharing === "none" ? (
        <p>
          {t("basket.withheld")} {view.published?.sharing?.reason && <span lang="zh-CN">{view.published.sharing.reason}</span>}
        </p>
      ) : (
        <Choose view={view} items={items} />
      )}
    </section>
  );
}

function Choose({ view, items }: { view: Schemas["EntryView"]; items: Schemas["Item"][] }) {
  const { t } = useGlossary();
  const basket = useBasket();
  const inside = basket.list.find((one) => one.entry === view.id);
  const [changed, setChosen] = useState<string[]>();
  const chosen = changed ?? inside?.items ?? [];
  const full = inside === undefined && basket.list.length >= MOST;
  const same =
    inside !== undefined && inside.items.length === chosen.length && inside.items.every((one) => chosen.includes(one));
  const toggle = (code: string, on: boolean) =>
    setChosen(items.map((item) => item.code).filter((one) => (one === code ? on : chosen.includes(one))));
  const put = () => {
    basket.put({ entry: view.id, title: view.title, provider: view.organisation, items: chosen });
    setChosen(undefined);
  };
  return (
    <div className="stack">
      <p className="quiet">{t(view.sharing === "conditional" ? "basket.lead_conditional" : "basket.lead")}</p>
      <ItemChoice items={items} chosen={chosen} toggle={toggle} legend={t("basket.items")} />
      <div className="filters">
        <button
          type="button"
          className="plain"
          onClick={() => setChosen(chosen.length === items.length ? [] : items.map((item) => item.code))}
        >
          {t(chosen.length === items.length ? "basket.none" : "basket.all")}
        </button>
        <Button type="primary" disabled={full || same || (chosen.length === 0 && inside === undefined)} onClick={put}>
          {inside ? t("basket.change", { count: chosen.length }) : t("basket.put", { count: chosen.length })}
        </Button>
        <span role="status">
          {same && t("basket.inside", { count: chosen.length })}
          {full && t("basket.full", { most: MOST })}
        </span>
        {basket.list.length > 0 && <Link to="/sharing/basket">{t("basket.open", { count: basket.list.length })}</Link>}
      </div>
    </div>
  );
}

/** The items of a dataset as boxes to tick, with what makes them delicate beside. */
export function ItemChoice({
  items,
  chosen,
  toggle,
  legend,
}: {
  items: Schemas["Item"][];
  chosen: string[];
  toggle: (code: string, on: boolean) => void;
  legend: string;
}) {
  const { t, term } = useGlossary();
  return (
    <fieldset className="choice">
      <legend className="hidden">{legend}</legend>
      {items.map((item) => (
        <label key={item.code}>
          <input
            type="checkbox"
            checked={chosen.includes(item.code)}
            onChange={(event) => toggle(item.code, event.target.checked)}
          />
          <span lang="zh-CN">{item.name}</span> <code>{item.code}</code>
          {item.key && <Tag color="processing">{t("item.key")}</Tag>}
          {item.sensitive && (
            <Tag color="warning">{item.mask ? term("mask", item.mask.split("(")[0] ?? "") : t("item.sensitive")}</Tag>
          )}
        </label>
      ))}
    </fieldset>
  );
}
