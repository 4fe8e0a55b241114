/** Requests for data: what waits for this organisation, what it asked for, what it is asked for; each opens its case. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Pagination, Segmented } from "antd";
import type { Schemas } from "../../api/client";
import { cases, me } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { Scroll } from "../../parts/Scroll";
import { dayOf } from "../../parts/time";
import { Loaded, Nothing } from "../../shell/Faults";
import { Law, LeftTag, useOrganisation, useSubject } from "../docket/parts";
import { Frame } from "./Frame";

const PAGE = 15;
const SCOPES = ["waiting", "mine", "all", "ended"] as const;

export function Requests() {
  const { t, term } = useGlossary();
  const { page = 1, scope = "waiting" } = useSearch({ from: "/shell/sharing" });
  const navigate = useNavigate({ from: "/sharing" });
  const filter = {
    procedure: "sharing_request",
    ...(scope === "waiting" ? { waiting_for_me: true } : {}),
    ...(scope === "mine" ? { mine: true } : {}),
    ended: scope === "ended",
    offset: (page - 1) * PAGE,
    limit: PAGE,
  };
  const found = useQuery({ ...cases(filter), placeholderData: (before) => before });
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
        <Loaded of={found} rows={10}>
          {({ items, total }) =>
            total === 0 ? (
              <Empty scope={scope} />
            ) : (
              <>
                <Table lines={items} />
                <Pagination
                  size="small"
                  align="end"
                  current={page}
                  pageSize={PAGE}
                  total={total}
                  showSizeChanger={false}
                  showTotal={(count) => t("table.total", { total: count })}
                  onChange={(next) => void navigate({ search: { scope, page: next } })}
                />
              </>
            )
          }
        </Loaded>
      </section>
    </Frame>
  );
}

function Empty({ scope }: { scope: string }) {
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

function Table({ lines }: { lines: Schemas["CaseLine"][] }) {
  const { t } = useGlossary();
  return (
    <Scroll label={t("sharing.requests")}>
      <table className="plain-table">
        <thead>
          <tr>
            <th scope="col">{t("home.column_left")}</th>
            <th scope="col">{t("request.dataset")}</th>
            <th scope="col">{t("case.demander")}</th>
            <th scope="col">{t("case.provider")}</th>
            <th scope="col">{t("home.column_state")}</th>
            <th scope="col" className="number">
              {t("request.made_on")}
            </th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => (
            <Row key={line.id} line={line} />
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function Row({ line }: { line: Schemas["CaseLine"] }) {
  const { t } = useGlossary();
  const organisation = useOrganisation();
  const us = useQuery(me).data?.organisation?.id;
  const subject = useSubject()(line);
  const party = (id: string | null | undefined) => (
    <td lang={id === us ? undefined : "zh-CN"}>{id === us ? t("sharing.us") : organisation(id)}</td>
  );
  return (
    <tr>
      <td className="due-cell">
        {line.next_due_at ? <LeftTag due={line.next_due_at} /> : <span className="quiet">{t("left.none")}</span>}
      </td>
      <td>
        <Link to="/cases/$id" params={{ id: line.id }}>
          <Law>{subject}</Law>
        </Link>
      </td>
      {party(line.demander)}
      {party(line.provider)}
      <td>
        <Law>{line.state_title}</Law>
      </td>
      <td className="number">{dayOf(line.opened_at)}</td>
    </tr>
  );
}
