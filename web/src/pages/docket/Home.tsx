/** Home is what is due: the cases that wait for the reader by what is left of their terms, and what the law has told them. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Button, Pagination, Segmented } from "antd";
import { useState } from "react";
import { client, type Schemas, take } from "../../api/client";
import { cases, districtState, explanation, me, notices } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { Side } from "../../parts/Side";
import { dayOf, lastDayOf, minuteOf } from "../../parts/time";
import { Fault, Loaded, Nothing } from "../../shell/Faults";
import { Ahead, Article, Days, Law, LeftTag, useNow, useSubject } from "./parts";

const PAGE = 12;

export function Home() {
  const { t } = useGlossary();
  const { data: known } = useQuery(me);
  const [page, setPage] = useState(1);
  const waiting = useQuery(cases({ waiting_for_me: true, ended: false, offset: (page - 1) * PAGE, limit: PAGE }));
  const [shown, setShown] = useState<Schemas["CaseLine"]>();
  return (
    <div className="page home">
      <header className="page-head">
        <h1>{t("home.title")}</h1>
        <p className="quiet">
          {t("home.lead")} <Law>{known?.organisation?.name}</Law>
        </p>
      </header>
      <Figures waiting={waiting.data?.total} />
      <div className="home-columns">
        <section className="card" aria-labelledby="due">
          <h2 id="due">{t("home.due")}</h2>
          <Loaded of={waiting} rows={6}>
            {({ items, total }) =>
              total === 0 ? (
                <Nothing>
                  {t("home.nothing_due")} <Link to="/cases">{t("home.all_cases")}</Link>
                </Nothing>
              ) : (
                <>
                  <DueTable lines={items} show={setShown} />
                  <Pagination
                    size="small"
                    align="end"
                    hideOnSinglePage
                    current={page}
                    pageSize={PAGE}
                    total={total}
                    showSizeChanger={false}
                    onChange={setPage}
                  />
                </>
              )
            }
          </Loaded>
        </section>
        <Notices />
      </div>
      {shown && (
        <Side close={() => setShown(undefined)} title={t("home.why")}>
          <Why line={shown} />
        </Side>
      )}
    </div>
  );
}

function Figures({ waiting }: { waiting: number | undefined }) {
  const { t } = useGlossary();
  const now = useNow();
  const soon = new Date(new Date(now).getTime() + 3 * 86_400_000).toISOString();
  // To the minute, so that the query is the same one while the page is looked at.
  const near = useQuery({
    ...cases({ waiting_for_me: true, ended: false, limit: 200 }),
    select: ({ items }) => items.filter((line) => line.next_due_at && line.next_due_at < soon).length,
  });
  const unread = useQuery(notices(true, 0, 1));
  const district = useQuery(districtState);
  const running = Object.values(district.data?.open_cases ?? {}).flatMap((states) => Object.values(states));
  const figures = [
    { word: t("home.figure_waiting"), value: waiting, loud: false },
    { word: t("home.figure_soon"), value: near.data, loud: (near.data ?? 0) > 0 },
    { word: t("home.figure_unread"), value: unread.data?.total, loud: false },
    { word: t("home.figure_running"), value: district.data && running.reduce((sum, n) => sum + n, 0), loud: false },
    { word: t("home.figure_missed"), value: district.data?.missed_terms, loud: false },
  ];
  return (
    <dl className="figures">
      {figures.map(({ word, value, loud }) => (
        <div key={word} className={loud ? "loud" : undefined}>
          <dt>{word}</dt>
          <dd>{value ?? t("value.none")}</dd>
        </div>
      ))}
    </dl>
  );
}

function DueTable({ lines, show }: { lines: Schemas["CaseLine"][]; show: (line: Schemas["CaseLine"]) => void }) {
  const { t } = useGlossary();
  return (
    <table className="plain-table due-table">
      <thead>
        <tr>
          <th scope="col">{t("home.column_left")}</th>
          <th scope="col">{t("home.column_case")}</th>
          <th scope="col">{t("home.column_state")}</th>
          <th scope="col">{t("home.column_next")}</th>
        </tr>
      </thead>
      <tbody>
        {lines.map((line) => (
          <DueRow key={line.id} line={line} show={() => show(line)} />
        ))}
      </tbody>
    </table>
  );
}

function DueRow({ line, show }: { line: Schemas["CaseLine"]; show: () => void }) {
  const { t } = useGlossary();
  const subject = useSubject(line.subject_kind, line.subject);
  // The list says when a term ends; the article, its derivation and the outcome stand in the explanation.
  const { data: why } = useQuery({ ...explanation(line.id), enabled: Boolean(line.next_due_at), staleTime: 60_000 });
  const clock = why?.clocks.find((one) => one.due === line.next_due_at) ?? why?.clocks.find((one) => one.due);
  const next = why?.ahead[0];
  return (
    <tr>
      <td>
        {line.next_due_at ? (
          <button type="button" className="why" onClick={show} title={t("home.why_hint")}>
            <LeftTag due={line.next_due_at} derivation={clock?.derivation} />
            <small>{lastDayOf(line.next_due_at)}</small>
          </button>
        ) : (
          <span className="quiet">{t("left.none")}</span>
        )}
      </td>
      <td>
        <Link to="/cases/$id" params={{ id: line.id }} className="case-link">
          <Law>{line.matter ?? subject}</Law>
        </Link>
        <small lang="zh-CN">{line.title}</small>
      </td>
      <td>
        <Law>{line.state_title}</Law>
      </td>
      <td>
        {next ? (
          <>
            <Law>{next.act?.title ?? next.outcome.title}</Law> <Article pack={line.pack} id={next.article} />
          </>
        ) : (
          <span className="quiet">{t("home.no_term")}</span>
        )}
      </td>
    </tr>
  );
}

/** The article behind a date, how the date comes about, and what the law does then. */
function Why({ line }: { line: Schemas["CaseLine"] }) {
  const { t } = useGlossary();
  const why = useQuery(explanation(line.id));
  return (
    <Loaded of={why}>
      {(found) => (
        <div className="stack">
          {found.clocks
            .filter((clock) => clock.due)
            .map((clock) => (
              <section key={clock.clock.id} className="stack">
                <h3>
                  <Law>{clock.clock.title}</Law> <Article pack={found.pack} id={clock.article} />
                </h3>
                <blockquote lang="zh-CN">{clock.says}</blockquote>
                <p>
                  {t("clock.term")} <Law>{clock.term}</Law> {t("clock.since", { since: minuteOf(clock.started_at) })}
                </p>
                {clock.derivation && <Days derivation={clock.derivation} />}
              </section>
            ))}
          <section className="stack">
            <h3>{t("home.ahead")}</h3>
            {found.ahead.map((foreseen) => (
              <p key={foreseen.clock.id}>
                <Ahead pack={found.pack} foreseen={foreseen} />
              </p>
            ))}
          </section>
          <Link to="/cases/$id" params={{ id: line.id }}>
            {t("home.open_case")}
          </Link>
        </div>
      )}
    </Loaded>
  );
}

const NOTICES = 8;

function Notices() {
  const { t, term } = useGlossary();
  const queries = useQueryClient();
  const [unread, setUnread] = useState(true);
  const [page, setPage] = useState(1);
  const told = useQuery(notices(unread, (page - 1) * NOTICES, NOTICES));
  const read = useMutation({
    mutationFn: (id: string) => take(client.POST("/api/v1/notices/{id}/read", { params: { path: { id } } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["notices"] }),
  });
  return (
    <section className="card" aria-labelledby="notices">
      <div className="card-head">
        <h2 id="notices">{t("home.notices")}</h2>
        <Segmented
          size="small"
          aria-label={t("home.notices")}
          value={unread ? "unread" : "all"}
          options={[
            { value: "unread", label: t("home.unread") },
            { value: "all", label: t("home.all") },
          ]}
          onChange={(value) => {
            setUnread(value === "unread");
            setPage(1);
          }}
        />
      </div>
      {read.error && <Fault error={read.error} />}
      <Loaded of={told}>
        {({ items, total }) =>
          total === 0 ? (
            <Nothing>{t("home.no_notices")}</Nothing>
          ) : (
            <>
              <ul className="notices">
                {items.map((notice) => (
                  <li key={notice.id} className={notice.kind}>
                    <span className="notice-kind">{term("notice", notice.kind)}</span>
                    <Link to="/cases/$id" params={{ id: notice.case }}>
                      <Law>{notice.title}</Law>
                    </Link>
                    <small>
                      {dayOf(notice.at)} {notice.article}
                    </small>
                    {!notice.read_at && (
                      <Button size="small" type="text" disabled={read.isPending} onClick={() => read.mutate(notice.id)}>
                        {t("home.mark_read")}
                      </Button>
                    )}
                  </li>
                ))}
              </ul>
              <Pagination
                size="small"
                align="end"
                hideOnSinglePage
                simple
                current={page}
                pageSize={NOTICES}
                total={total}
                showSizeChanger={false}
                onChange={setPage}
              />
            </>
          )
        }
      </Loaded>
    </section>
  );
}
