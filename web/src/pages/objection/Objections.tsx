/**
 * Objecting to data 数据异议. Nobody has to log in: a member of the public gets a receipt number and follows their objection by
 * it. Whoever speaks for an organisation of the district objects in its name, which opens a case like any other.
 */
import { useQuery } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import type { Schemas } from "../../api/client";
import { me, packs, procedure } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { Loaded, Nothing } from "../../shell/Faults";
import { Article, Law } from "../docket/parts";
import { Follow } from "./Follow";
import { ByOrganisation, ByPublic } from "./Raise";
import "./objection.css";

const VIEWS = ["raise", "follow"] as const;
const PROCEDURE = "objection";

export function Objections() {
  const { t, term } = useGlossary();
  const search = useSearch({ from: "/shell/objections" });
  const view = VIEWS.find((one) => one === search.view) ?? "raise";
  return (
    <div className="page objections">
      <header className="page-head">
        <h1>{t("objection.title")}</h1>
        <p className="quiet">{t("objection.lead")}</p>
        <nav className="subnav" aria-label={t("objection.title")}>
          {VIEWS.map((one) => (
            <Link
              key={one}
              to="/objections"
              search={{ entry: search.entry, ...(one === "raise" ? {} : { view: one }) }}
              activeOptions={{ exact: true }}
            >
              {term("objection_view", one)}
            </Link>
          ))}
        </nav>
      </header>
      {view === "raise" ? <Raise entry={search.entry} /> : <Follow />}
    </div>
  );
}

function Raise({ entry }: { entry: string | undefined }) {
  const { t } = useGlossary();
  const ours = useQuery(packs).data?.find((pack) => pack.ours);
  const law = useQuery({ ...procedure(ours?.id ?? "", PROCEDURE), enabled: ours !== undefined });
  const known = useQuery(me).data;
  return (
    <Loaded of={law} rows={6}>
      {(page) => {
        const roles = known?.organisation ? [known.office, "demander"] : ["public"];
        const act = openingFor(page, roles);
        return (
          <section className="card stack">
            <Right page={page} act={act ?? page.acts.find((one) => one.from.length === 0)} />
            {act === undefined && <Nothing>{t("objection.not_given")}</Nothing>}
            {act && known?.organisation && (
              <ByOrganisation entry={entry} act={act} roles={roles} organisation={known.organisation.id} />
            )}
            {act && !known?.organisation && <ByPublic entry={entry} />}
          </section>
        );
      }}
    </Loaded>
  );
}

/** The act by which one of these roles begins. */
function openingFor(page: Schemas["ProcedurePage"], roles: (string | null)[]): Schemas["ActLine"] | undefined {
  return page.acts.find((act) => act.from.length === 0 && act.by.some(({ id }) => roles.includes(id)));
}

/** Who may object, on which article: the law stands beside what it gives. */
function Right({ page, act }: { page: Schemas["ProcedurePage"]; act: Schemas["ActLine"] | undefined }) {
  const { t } = useGlossary();
  return (
    <p>
      {t("objection.may")} <Law>{act?.by.map(({ title }) => title).join(t("list.separator"))}</Law>{" "}
      <Article pack={page.pack} id={act?.article ?? page.article} />
    </p>
  );
}
