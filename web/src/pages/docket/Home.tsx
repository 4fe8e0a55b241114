/** Home is what is due: the cases that wait for the reader, what changed since they were last here, and what the law told them. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { cases, districtState, me, notices } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { List } from "../../parts/List";
import { Nothing } from "../../shell/Faults";
import { Changes } from "./Changes";
import "./docket.css";
import { DueTable, type Picked } from "./DueTable";
import { Notices } from "./Notices";
import { Law, useNow } from "./parts";

/** So many cases are acted on together at most: each is tried first, and each has its own result. */
const MOST = 50;

export function Home() {
  const { t } = useGlossary();
  const { data: known } = useQuery(me);
  return (
    <div className="page home">
      <header className="page-head">
        <h1>{t("home.title")}</h1>
        <p className="quiet">
          {t("home.lead")} <Law>{known?.organisation?.name}</Law>
        </p>
      </header>
      <Figures />
      <div className="home-columns">
        <div className="stack">
          <Waiting />
          {known?.previous_visit && <Changes since={known.previous_visit} />}
        </div>
        <Notices />
      </div>
    </div>
  );
}

function Waiting() {
  const { t } = useGlossary();
  const [picked, setPicked] = useState<Picked>(new Map());
  return (
    <section className="card" aria-labelledby="due" data-tour="due">
      <div className="card-head">
        <h2 id="due">{t("home.due")}</h2>
        {picked.size > 0 && (
          <span className="filters">
            <span role="status">{t("home.picked", { count: picked.size })}</span>
            <button type="button" className="plain" onClick={() => setPicked(new Map())}>
              {t("home.unpick")}
            </button>
            <Link to="/batch" search={{ cases: [...picked.keys()].join(" ") }} className="as-button main">
              {t("home.batch")}
            </Link>
          </span>
        )}
      </div>
      <List
        query={(offset, limit) => cases({ waiting_for_me: true, ended: false, sort: "due", offset, limit })}
        rows={10}
        empty={
          <Nothing>
            <p>{t("home.nothing_due")}</p>
            <p>
              <Link to="/cases">{t("home.all_cases")}</Link>
            </p>
          </Nothing>
        }
      >
        {({ items }) => <DueTable lines={items} picked={picked} pick={setPicked} most={MOST} />}
      </List>
    </section>
  );
}

function Figures() {
  const { t } = useGlossary();
  const now = useNow();
  // To the day, so that the query is the same one while the page is looked at.
  const soon = `${new Date(Date.parse(now) + 3 * 86_400_000).toISOString().slice(0, 10)}T16:00:00Z`;
  const waiting = useQuery(cases({ waiting_for_me: true, ended: false, limit: 1 }));
  const near = useQuery(cases({ waiting_for_me: true, ended: false, due_before: soon, limit: 1 }));
  const unread = useQuery(notices(true, 0, 1));
  const district = useQuery(districtState);
  const running = Object.values(district.data?.open_cases ?? {}).flatMap((states) => Object.values(states));
  const figures = [
    { word: t("home.figure_waiting"), value: waiting.data?.total, loud: false },
    { word: t("home.figure_soon"), value: near.data?.total, loud: (near.data?.total ?? 0) > 0 },
    { word: t("home.figure_unread"), value: unread.data?.total, loud: false },
    { word: t("home.figure_running"), value: district.data && running.reduce((sum, n) => sum + n, 0), loud: false },
    { word: t("home.figure_missed"), value: district.data?.missed_terms, loud: false },
  ];
  return (
    <dl className="figures" data-tour="figures">
      {figures.map(({ word, value, loud }) => (
        <div key={word} className={loud ? "loud" : undefined}>
          <dt>{word}</dt>
          <dd>{value ?? t("value.none")}</dd>
        </div>
      ))}
    </dl>
  );
}
