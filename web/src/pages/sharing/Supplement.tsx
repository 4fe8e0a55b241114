/** Supplying what was missing in a request: what was asked for above, the previous answers in the form, the signature anew. */
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { Alert, Form } from "antd";
import { useState } from "react";
import { client, type Schemas, take } from "../../api/client";
import { actPapers, entry, oneCase, sharingRequest } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { dayOf } from "../../parts/time";
import { useDraft } from "../../parts/useDraft";
import { Loaded, Nothing } from "../../shell/Faults";
import { useNow } from "../docket/parts";
import { ItemChoice } from "./AddToBasket";
import { Onward, useDemands } from "./Basket";
import { ElementFields, RowScope } from "./ElementFields";
import { elementsOf, FIRST, faultsOf, supplements, typedOf } from "./elements";
import { Sign } from "./Sign";
import "./sharing.css";

export function Supplement() {
  const { t } = useGlossary();
  const { id } = useParams({ from: "/shell/sharing/supplement/$id" });
  const request = useQuery(sharingRequest(id));
  const view = useQuery({ ...oneCase(request.data?.case ?? ""), enabled: request.data !== undefined });
  const asked = useQuery({ ...entry(request.data?.entry ?? ""), enabled: request.data !== undefined });
  const [done, setDone] = useState(false);
  return (
    <div className="page">
      <header className="page-head">
        <p className="crumbs">
          <Link to="/sharing">{t("nav.sharing")}</Link>
          {request.data && (
            <Link to="/cases/$id" params={{ id: request.data.case }} lang="zh-CN">
              {request.data.title}
            </Link>
          )}
        </p>
        <h1>{t("supplement.title")}</h1>
      </header>
      <Loaded of={request} rows={8}>
        {(found) => {
          if (done)
            return (
              <Alert
                type="success"
                showIcon
                role="status"
                title={t("supplement.done")}
                description={
                  <Link to="/cases/$id" params={{ id: found.case }}>
                    {t("home.open_case")}
                  </Link>
                }
              />
            );
          return (
            <Loaded of={view} rows={8}>
              {(one) =>
                supplements(one) ? (
                  <Filling request={found} view={one} items={asked.data?.published?.items ?? []} finish={() => setDone(true)} />
                ) : (
                  <Nothing>{t("supplement.not_now")}</Nothing>
                )
              }
            </Loaded>
          );
        }}
      </Loaded>
    </div>
  );
}

interface Props {
  request: Schemas["RequestView"];
  view: Schemas["CaseView"];
  items: Schemas["Item"][];
  finish: () => void;
}

function Filling({ request, view, items, finish }: Props) {
  const { t } = useGlossary();
  const demands = useDemands();
  const { typed, write, forget } = useDraft(`supplement.${request.id}`, {
    ...FIRST,
    ...typedOf(request.elements, request.entry),
    items: (request.elements.items ?? []).join(","),
  });
  const [tried, setTried] = useState(true);
  const [signing, setSigning] = useState(false);
  const today = dayOf(useNow());
  const chosen = (typed.items ?? "").split(",").filter((code) => code !== "");
  const wanted = { entry: request.entry, title: request.title, provider: request.provider, items: chosen };
  const faults = faultsOf(typed, [wanted], new Map([[request.entry, items]]), demands.asked, today);
  if (signing) {
    return (
      <Sign
        asked={[{ title: request.title, body: { entry: request.entry, ...elementsOf(typed, wanted) } }]}
        lacking={[...faults.values()].filter((word) => word === "missing").length}
        back={() => setSigning(false)}
        signed={request.elements.commitment?.text}
        finish={() => {
          forget();
          finish();
        }}
        send={(body, key) => {
          const { entry: _, ...elements } = body;
          return take(
            client.POST("/api/v1/sharing-requests/{id}/supplement", {
              params: { path: { id: request.id } },
              body: elements,
              headers: { "idempotency-key": key },
            }),
          );
        }}
      />
    );
  }
  const next = () => {
    setTried(true);
    if (faults.size === 0) setSigning(true);
  };
  return (
    <Form layout="vertical" onFinish={next} className="stack request-form">
      <AskedFor view={view} />
      <section className="card stack" aria-labelledby="wanted">
        <h2 id="wanted" lang="zh-CN">
          {request.title}
        </h2>
        <ItemChoice
          items={items}
          chosen={chosen}
          toggle={(code, on) =>
            write(
              "items",
              items
                .map((item) => item.code)
                .filter((one) => (one === code ? on : chosen.includes(one)))
                .join(","),
            )
          }
          legend={t("basket.items")}
        />
        <RowScope entry={request.entry} items={items} typed={typed} write={write} faults={faults} />
      </section>
      <ElementFields
        pack={demands.pack}
        asked={demands.asked}
        scenarios={demands.scenarios}
        typed={typed}
        write={write}
        faults={tried ? faults : new Map()}
      />
      <Onward faults={faults} whole={demands.whole} proceed={() => setSigning(true)} />
    </Form>
  );
}

/** What the provider asked for, in its own words. */
function AskedFor({ view }: { view: Schemas["CaseView"] }) {
  const { t } = useGlossary();
  const notice = view.timeline.findLast((act) => act.to === view.state && act.actor !== "law");
  const papers = useQuery({ ...actPapers(notice?.id ?? ""), enabled: notice !== undefined });
  const words = Object.values(papers.data ?? {});
  if (words.length === 0) return null;
  return (
    <section className="card" aria-labelledby="asked-for">
      <h2 id="asked-for">{t("supplement.asked")}</h2>
      {words.map((text) => (
        <blockquote key={text} lang="zh-CN" className="commitment">
          {text}
        </blockquote>
      ))}
    </section>
  );
}
