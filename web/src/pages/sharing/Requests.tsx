/** Requests for data: what waits for this organisation, what it asked for, what it is asked for; those due first open the list. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Segmented } from "antd";
import type { Schemas } from "../../api/client";
import { cases, me } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { List } from "../../parts/List";
import { Table } from "../../parts/Table";
import { dayOf } from "../../parts/time";
import { Nothing } from "../../shell/Faults";
import { Due } from "../docket/Due";
import "../docket/docket.css";
import { Article, Law, useOrganisation, useSubject } from "../docket/parts";
import { Frame } from "./Frame";

const SCOPES = ["waiting", "demander", "provider", "all", "ended"] as const;
type Scope = (typeof SCOPES)[number];

export function Requests() {
  const { t, term } = useGlossary();
  const { page = 1, ...search } = useSearch({ from: "/shell/sharing" });
  const scope = SCOPES.find((one) => one === search.scope) ?? "waiting";
  const navigate = useNavigate({ from: "/sharing" });
  const filter = {
    procedure: "sharing_request",
    ...(scope === "waiting" ? { waiting_for_me: true } : {}),
    ...(scope === "demander" || scope === "provider" ? { part: scope } : {}),
    ended: scope === "ended",
    sort: scope === "ended" ? ("changed" as const) : ("due" as const),
  };
  return (
    <Frame>
      <div className="filters">
        <Segmented
          aria-label={t("sharing.scope")}
          value={scope}
          options={SCOPES.map((value) => ({ value, label: term("sharing_scope", value) }))}
          onChange={(value) => void navigate({ search: { scope: value } })}
        />
        <span className="quiet">{term("sharing_scope_why", scope)}</span>
      </div>
      <section className="card">
        <List
          query={(offset, limit) => cases({ ...filter, offset, limit })}
          at={{ page, go: (next) => void navigate({ search: { scope, page: next } }) }}
          empty={<Empty scope={scope} />}
        >
          {({ items }) => <Lines lines={items} scope={scope} />}
        </List>
      </section>
    </Frame>
  );
}

function Empty({ scope }: { scope: Scope }) {
  const { t, term } = useGlossary();
  return (
    <>
      <Nothing>{term("sharing_nothing", scope)}</Nothing>
      <p className="middle">
        <Link to="/catalogue" search={{ status: "published" }}>
          {t("basket.to_catalogue")}
        </Link>
      </p>
    </>
  );
}

interface TableProps {
  lines: Schemas["CaseLine"][];
  scope: Scope;
}

/** The party that is the reader's own in every line has no column; what is over has no term. */
function Lines({ lines, scope }: TableProps) {
  const { t } = useGlossary();
  return (
    <Table
      label={t("sharing.requests")}
      className="due-table"
      columns={[
        scope !== "ended" && t("home.column_left"),
        t("request.dataset"),
        scope !== "demander" && t("case.demander"),
        scope !== "provider" && t("case.provider"),
        t("home.column_state"),
        scope !== "ended" && t("home.column_next"),
        t("request.made_on"),
      ]}
    >
      {lines.map((line) => (
        <Row key={line.id} line={line} scope={scope} />
      ))}
    </Table>
  );
}

function Row({ line, scope }: { line: Schemas["CaseLine"]; scope: Scope }) {
  const { t } = useGlossary();
  const organisation = useOrganisation();
  const us = useQuery(me).data?.organisation?.id;
  const subject = useSubject()(line);
  const party = (id: string | null | undefined) => (
    <td lang={id === us ? undefined : "zh-CN"}>{id === us ? t("sharing.us") : organisation(id)}</td>
  );
  return (
    <tr>
      {scope !== "ended" && (
        <td className="due-cell">
          <Due line={line} />
        </td>
      )}
      <td>
        <Link to="/cases/$id" params={{ id: line.id }}>
          <Law>{subject}</Law>
        </Link>
      </td>
      {scope !== "demander" && party(line.demander)}
      {scope !== "provider" && party(line.provider)}
      <td>
        <Law>{line.state_title}</Law>
      </td>
      {scope !== "ended" && (
        <td>
          {line.due ? (
            <>
              <Law>{line.due.outcome_title}</Law> <Article pack={line.pack} id={line.due.article} />
            </>
          ) : (
            <span className="quiet">{t("home.no_term")}</span>
          )}
        </td>
      )}
      <td className="number-left">{dayOf(line.opened_at)}</td>
    </tr>
  );
}
