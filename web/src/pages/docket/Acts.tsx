/** What can be done in a case: each act with the state it leads to, and where it cannot be done now, why not. */
import { Alert, Button } from "antd";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import type { Schemas } from "../../api/client";
import { fill, useGlossary } from "../../glossary";
import { Side } from "../../parts/Side";
import { Article, Law } from "./parts";

/** The form comes after the page, so that the page is there sooner; it is fetched before anybody asks for it. */
const form = () => import("./ActForm");
const ActForm = lazy(async () => ({ default: (await form()).ActForm }));

interface Props {
  view: Schemas["CaseView"];
  page: Schemas["ProcedurePage"] | undefined;
  name: (id: string) => string;
}

export function Acts({ view, page, name }: Props) {
  const { t } = useGlossary();
  const [chosen, setChosen] = useState<Schemas["PossibleAct"]>();
  const [done, setDone] = useState<Schemas["Receipt"]>();
  useEffect(() => {
    // A connection that is lost now is told when the form is opened.
    form().catch(() => undefined);
  }, []);
  const mine = (act: Schemas["PossibleAct"]) => act.by.some((role) => view.my_roles.includes(role));
  const open = view.possible.filter((act) => mine(act) && !act.blocked);
  const blocked = view.possible.filter((act) => mine(act) && act.blocked);
  const others = view.possible.filter((act) => !mine(act));
  return (
    <section className="card" aria-labelledby="acts" data-tour="acts">
      <h2 id="acts">{t("acts.title")}</h2>
      {done && <Done receipt={done} name={name} close={() => setDone(undefined)} />}
      {view.ended ? (
        <p className="quiet">{t("case.ended")}</p>
      ) : (
        open.length === 0 && <p className="quiet">{t(view.possible.length === 0 ? "acts.none_at_all" : "acts.none")}</p>
      )}
      <ul className="acts">
        {open.map((act) => (
          <li key={act.act}>
            <Button type={act === open[0] ? "primary" : "default"} onClick={() => setChosen(act)}>
              <Law>{act.title}</Law>
            </Button>
            <LeadsTo act={act} view={view} name={name} line={page?.acts.find((line) => line.id === act.act)} />
          </li>
        ))}
      </ul>
      {blocked.length > 0 && (
        <details>
          <summary>{t("acts.blocked", { count: blocked.length })}</summary>
          <ul className="acts-blocked">
            {blocked.map((act) => (
              <li key={act.act}>
                <strong lang="zh-CN">{act.title}</strong> <Article pack={view.pack} id={act.article} />
                <Reasons blocked={act.blocked} />
              </li>
            ))}
          </ul>
        </details>
      )}
      {others.length > 0 && (
        <details>
          <summary>{t("acts.others", { count: others.length })}</summary>
          <ul className="acts-blocked">
            {others.map((act) => (
              <li key={act.act}>
                <Law>
                  {act.by.map(name).join(t("list.separator"))}
                  {t("list.colon")}
                  <strong>{act.title}</strong>
                </Law>{" "}
                <Article pack={view.pack} id={act.article} />
                {act.blocked && <Reasons blocked={act.blocked} />}
              </li>
            ))}
          </ul>
        </details>
      )}
      {chosen && (
        <Side close={() => setChosen(undefined)} title={<Law>{chosen.title}</Law>}>
          <Suspense>
            <ActForm
              key={chosen.act}
              view={view}
              act={chosen}
              line={page?.acts.find((act) => act.id === chosen.act)}
              name={name}
              finish={(receipt) => {
                setChosen(undefined);
                setDone(receipt);
              }}
            />
          </Suspense>
        </Side>
      )}
    </section>
  );
}

/** The act was done: where the case stands now, and its place in the log. */
function Done({ receipt, name, close }: { receipt: Schemas["Receipt"]; name: Props["name"]; close: () => void }) {
  const { t } = useGlossary();
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => place.current?.scrollIntoView({ block: "nearest" }), []);
  return (
    <div ref={place}>
      <Alert
        type="success"
        showIcon
        role="status"
        closable={{ closeIcon: true, onClose: close, "aria-label": t("shell.close") }}
        title={t("acts.done", { state: name(receipt.state) })}
        description={
          receipt.log_index === null || receipt.log_index === undefined
            ? t("acts.log_soon")
            : t("case.log_index", { index: receipt.log_index })
        }
      />
    </div>
  );
}

interface LeadsProps {
  act: Schemas["PossibleAct"];
  view: Schemas["CaseView"];
  name: Props["name"];
  line: Schemas["ActLine"] | undefined;
}

/** What the dry run of the act says: the state it leads to, and what the platform does then. */
export function LeadsTo({ act, view, name, line }: LeadsProps) {
  const { t } = useGlossary();
  return (
    <span className="leads">
      {act.to && act.to !== view.state ? (
        <>
          {t("acts.leads_to")} <Law>{name(act.to)}</Law>
        </>
      ) : (
        t("acts.stays")
      )}
      {line && line.effects.length > 0 && (
        <>
          {t("list.comma")}
          {t("acts.effects")} <Law>{line.effects.map((effect) => effect.title).join(t("list.separator"))}</Law>
        </>
      )}{" "}
      <Article pack={view.pack} id={act.article} />
    </span>
  );
}

/** One thing that stands against an act, as a sentence. */
export function useReasonWords(): (reason: Schemas["Reason"]) => string {
  const { t, term } = useGlossary();
  return ({ code, values }) => fill(term("reason", code, t("problem.unknown")), values);
}

/** Why an act cannot be done now, thing by thing. */
function Reasons({ blocked }: { blocked: Schemas["Blocked"] | null | undefined }) {
  const { term } = useGlossary();
  const say = useReasonWords();
  if (!blocked) return null;
  if (blocked.reasons.length === 0) return <p className="quiet">{term("refusal", blocked.refusal)}</p>;
  return (
    <ul className="reasons">
      {blocked.reasons.map((reason) => (
        <li key={`${reason.code} ${Object.values(reason.values).join(" ")}`}>{say(reason)}</li>
      ))}
    </ul>
  );
}
