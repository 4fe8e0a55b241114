/** The auditor's explorer: any act, call or checkpoint, found by time, organisation and outcome; each leads to its proof. */
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useGlossary } from "../../glossary";
import { Acts } from "./Acts";
import { Calls } from "./Calls";
import { Checkpoints } from "./Checkpoints";
import { Proof } from "./Proof";
import "./ledger.css";

const VIEWS = ["acts", "calls", "checkpoints"] as const;

export function Evidence() {
  const { t, term } = useGlossary();
  const search = useSearch({ from: "/shell/evidence" });
  const navigate = useNavigate({ from: "/evidence" });
  const proof = search.act ?? search.call ?? search.load;
  const view = VIEWS.find((known) => known === search.view) ?? (search.call ? "calls" : "acts");
  return (
    <div className="page">
      <header className="page-head">
        <h1>{t("nav.evidence")}</h1>
        <p className="quiet">{t("evidence.lead")}</p>
        <nav className="subnav" aria-label={t("evidence.views")}>
          {VIEWS.map((one) => (
            <Link
              key={one}
              to="/evidence"
              search={{ view: one }}
              className={one === view ? "active" : undefined}
              activeProps={{}}
            >
              {term("evidence_view", one)}
            </Link>
          ))}
        </nav>
      </header>
      {proof && <Proof key={proof} search={search} />}
      {!proof && view === "acts" && <Acts open={(act) => void navigate({ search: { act } })} />}
      {!proof && view === "calls" && <Calls />}
      {!proof && view === "checkpoints" && <Checkpoints />}
    </div>
  );
}
