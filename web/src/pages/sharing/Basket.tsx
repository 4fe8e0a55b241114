/**
 * From the basket to the requests: what is wanted of which dataset, the elements once for all of them, then what is signed.
 *
 * The district takes one request for each dataset, because each has its own provider, law and term; the form is filled once.
 */
import { useQueries, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Alert, Button, Form } from "antd";
import { useEffect, useRef, useState } from "react";
import type { Schemas } from "../../api/client";
import { entry, packs, procedure } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { dayOf } from "../../parts/time";
import { useDraft } from "../../parts/useDraft";
import { Nothing } from "../../shell/Faults";
import { useNow, useOrganisation } from "../docket/parts";
import { ItemChoice } from "./AddToBasket";
import { useBasket, type Wanted } from "./basket";
import { ElementFields, RowScope } from "./ElementFields";
import { askedPapers, elementsOf, type Faults, FIRST, faultsOf, mustBeWhole, prevents } from "./elements";
import { type Made, Sign } from "./Sign";
import "./sharing.css";

export function Basket() {
  const { t } = useGlossary();
  const [made, setMade] = useState<Made[]>([]);
  return (
    <div className="page">
      <header className="page-head">
        <p className="crumbs">
          <Link to="/sharing">{t("nav.sharing")}</Link>
        </p>
        <h1>{t("basket.title")}</h1>
        <p className="quiet">{t("basket.page_lead")}</p>
      </header>
      {made.length > 0 && <Success made={made} />}
      <Filling finish={(done) => setMade((before) => [...before, ...done])} quiet={made.length > 0} />
    </div>
  );
}

function Success({ made }: { made: Made[] }) {
  const { t } = useGlossary();
  return (
    <Alert
      type="success"
      showIcon
      role="status"
      title={t("request.made", { count: made.length })}
      description={
        <ul className="over">
          {made.map((one) => (
            <li key={one.case}>
              <Link to="/cases/$id" params={{ id: one.case }}>
                <span lang="zh-CN">{one.title}</span>
              </Link>
            </li>
          ))}
        </ul>
      }
    />
  );
}

/** What the law of this district asks of a request. */
export function useDemands() {
  const pack = useQuery(packs).data?.find((line) => line.ours)?.id;
  const page = useQuery({ ...procedure(pack ?? "", "sharing_request"), enabled: pack !== undefined }).data;
  return {
    pack: pack ?? "",
    asked: askedPapers(page),
    whole: mustBeWhole(page),
    scenarios: page?.acts.some((act) => act.guards.some((guard) => guard.id.startsWith("scenario_is"))) ?? false,
    name: (paper: string) => page?.requirements.flatMap((one) => one.papers).find((one) => one.id === paper)?.title ?? paper,
  };
}

function Filling({ finish, quiet }: { finish: (made: Made[]) => void; quiet: boolean }) {
  const { t } = useGlossary();
  const { list, put, drop } = useBasket();
  const demands = useDemands();
  const { typed, write, forget } = useDraft("sharing.request", FIRST);
  const [tried, setTried] = useState(false);
  const [signing, setSigning] = useState(false);
  const [attempts, setAttempts] = useState(0);
  const form = useRef<HTMLDivElement>(null);
  const today = dayOf(useNow());
  const found = useQueries({ queries: list.map((wanted) => entry(wanted.entry)) });
  const items = new Map(list.map((wanted, index) => [wanted.entry, found[index]?.data?.published?.items ?? []]));
  const faults = faultsOf(typed, list, items, demands.asked, today);
  const shown: Faults = tried ? faults : new Map([...faults].filter(([, word]) => word !== "missing"));
  // What lacks is marked by now; the first of it is where the person goes on.
  useEffect(() => {
    if (attempts > 0) form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [attempts]);
  if (list.length === 0) return quiet ? null : <Empty />;
  if (signing) {
    const asked = list.map((wanted) => ({ title: wanted.title, body: { entry: wanted.entry, ...elementsOf(typed, wanted) } }));
    return (
      <Sign
        asked={asked}
        lacking={[...faults.values()].filter((word) => word === "missing").length}
        back={() => setSigning(false)}
        finish={(made) => {
          finish(made);
          for (const one of made) drop(one.entry);
          if (made.length < list.length) return;
          forget();
          setSigning(false);
        }}
      />
    );
  }
  const next = () => {
    setTried(true);
    if (faults.size === 0) setSigning(true);
    else setAttempts((before) => before + 1);
  };
  return (
    <Form layout="vertical" onFinish={next} className="stack request-form" requiredMark>
      <div ref={form} className="stack">
        <section className="card" aria-labelledby="wanted">
          <h2 id="wanted">{t("request.wanted", { count: list.length })}</h2>
          <ul className="wanted-list">
            {list.map((wanted, index) => (
              <Dataset
                key={wanted.entry}
                wanted={wanted}
                view={found[index]?.data}
                fault={tried ? faults.get(`items.${wanted.entry}`) : undefined}
                change={(codes) => put({ ...wanted, items: codes })}
                drop={() => drop(wanted.entry)}
              >
                <RowScope
                  entry={wanted.entry}
                  items={items.get(wanted.entry) ?? []}
                  typed={typed}
                  write={write}
                  faults={shown}
                />
              </Dataset>
            ))}
          </ul>
        </section>
        <ElementFields
          pack={demands.pack}
          asked={demands.asked}
          scenarios={demands.scenarios}
          typed={typed}
          write={write}
          faults={shown}
        />
      </div>
      <Onward faults={tried ? faults : new Map()} whole={demands.whole} proceed={() => setSigning(true)} />
    </Form>
  );
}

function Empty() {
  const { t } = useGlossary();
  return (
    <section className="card">
      <Nothing>{t("basket.empty")}</Nothing>
      <p className="middle">
        <Link to="/catalogue" search={{ status: "published" }}>
          {t("basket.to_catalogue")}
        </Link>
      </p>
    </section>
  );
}

interface DatasetProps {
  wanted: Wanted;
  view: Schemas["EntryView"] | undefined;
  fault: string | undefined;
  change: (codes: string[]) => void;
  drop: () => void;
  children: React.ReactNode;
}

function Dataset({ wanted, view, fault, change, drop, children }: DatasetProps) {
  const { t, term } = useGlossary();
  const organisation = useOrganisation();
  const items = view?.published?.items ?? [];
  const toggle = (code: string, on: boolean) => {
    const codes = items.map((item) => item.code).filter((one) => (one === code ? on : wanted.items.includes(one)));
    if (codes.length > 0) change(codes);
  };
  const last = wanted.items.length === 1;
  return (
    <li>
      <div className="card-head">
        <h3>
          <Link to="/catalogue/$id" params={{ id: wanted.entry }} lang="zh-CN">
            {wanted.title}
          </Link>{" "}
          <small lang="zh-CN">{organisation(wanted.provider)}</small>
        </h3>
        <button type="button" className="plain" onClick={drop}>
          {t("basket.drop")}
          <span className="hidden" lang="zh-CN">
            {wanted.title}
          </span>
        </button>
      </div>
      {view?.published?.sharing?.conditions && (
        <blockquote lang="zh-CN">
          {t("basket.conditions")}
          {view.published.sharing.conditions}
        </blockquote>
      )}
      <ItemChoice items={items} chosen={wanted.items} toggle={toggle} legend={t("basket.items")} />
      {last && <p className="quiet">{t("basket.last")}</p>}
      {fault && (
        <p className="fault" role="alert">
          {term("request_fault", fault)}
        </p>
      )}
      {children}
    </li>
  );
}

/** What still lacks, said once at the end, with the way on that the law leaves open. */
export function Onward({ faults, whole, proceed }: { faults: Faults; whole: boolean; proceed: () => void }) {
  const { t, term } = useGlossary();
  const names = [...faults.keys()].map((name) => term("request", name.split(".")[0] ?? name));
  const open = faults.size > 0 && !prevents(faults, whole);
  return (
    <div className="onward">
      {faults.size > 0 && (
        <Alert
          type="warning"
          showIcon
          role="alert"
          title={t("request.lacking", { count: faults.size })}
          description={`${[...new Set(names)].join(t("list.separator"))}${t("list.stop")}${t(open ? "request.lacking_open" : "request.lacking_next")}`}
          action={open && <Button onClick={proceed}>{t("request.proceed")}</Button>}
        />
      )}
      <Button type="primary" size="large" htmlType="submit">
        {t("request.next")}
      </Button>
    </div>
  );
}
