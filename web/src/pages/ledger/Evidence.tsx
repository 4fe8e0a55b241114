/**
 * The auditor's explorer: any act, call, load, figure or checkpoint, found by time, organisation and outcome; each leads to its
 * proof. Who may not read the log as a whole finds the acts of their own cases, their own calls, and the public checkpoints.
 */
import { Link } from "@tanstack/react-router";
import { Skeleton } from "antd";
import type { ReactNode } from "react";
import { useGlossary } from "../../glossary";
import { Acts } from "./Acts";
import { Calls } from "./Calls";
import { CaseActs } from "./CaseActs";
import { Checkpoints } from "./Checkpoints";
import { Figures } from "./Figures";
import { Finder } from "./Finder";
import { useExplorer, useReadsLog } from "./filters";
import { Loads } from "./Loads";
import { Proof } from "./Proof";
import "./ledger.css";

const EVERYTHING = ["acts", "cases", "calls", "loads", "figures", "checkpoints"] as const;
const OWN = ["cases", "calls", "checkpoints"] as const;
type View = (typeof EVERYTHING)[number];

const LISTS: Record<View, () => ReactNode> = {
  acts: Acts,
  cases: CaseActs,
  calls: Calls,
  loads: Loads,
  figures: Figures,
  checkpoints: Checkpoints,
};

export function Evidence() {
  const { t, term } = useGlossary();
  const { search } = useExplorer();
  const readsLog = useReadsLog();
  const proof = search.act ?? search.call ?? search.load ?? search.entry;
  const views: readonly View[] = readsLog ? EVERYTHING : OWN;
  const asked = search.call || search.entry?.startsWith("calls") ? "calls" : search.load ? "loads" : search.view;
  const view = views.find((known) => known === asked) ?? views[0] ?? "cases";
  const List = LISTS[view];
  return (
    <div className="page">
      <header className="page-head">
        <h1>{t("nav.evidence")}</h1>
        <p className="quiet">{t("evidence.lead")}</p>
        <nav className="subnav" aria-label={t("evidence.views")}>
          {readsLog !== undefined &&
            views.map((one) => (
              <Link
                key={one}
                to="/evidence"
                search={{ view: one }}
                className={one === view ? "active" : undefined}
                aria-current={one === view && !proof ? "page" : undefined}
                activeProps={{}}
              >
                {term("evidence_view", one)}
              </Link>
            ))}
        </nav>
      </header>
      {proof ? (
        <Proof key={proof} search={search} />
      ) : readsLog === undefined ? (
        <div aria-busy="true" aria-label={t("fault.loading")} role="status">
          <Skeleton active paragraph={{ rows: 8 }} title={false} />
        </div>
      ) : (
        <>
          <Finder readsLog={readsLog} />
          <List />
        </>
      )}
    </div>
  );
}
