/** Services that were granted, as they stand: who gives what to whom, until when, and how much it is used. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Tag } from "antd";
import type { Schemas } from "../../api/client";
import { me, services } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { List } from "../../parts/List";
import { Table } from "../../parts/Table";
import { dayOf, lastDayOf } from "../../parts/time";
import { useOrganisation } from "../docket/parts";
import { Frame } from "./Frame";

export const LOOK = { active: "success", suspended: "warning", ended: "default" } as const;

export function Services() {
  const { t } = useGlossary();
  const { page = 1 } = useSearch({ from: "/shell/sharing/services" });
  const navigate = useNavigate({ from: "/sharing/services" });
  return (
    <Frame>
      <section className="card">
        <List
          query={services}
          at={{ page, go: (next) => void navigate({ search: { page: next } }) }}
          empty={t("service.nothing")}
        >
          {({ items }) => <Lines lines={items} />}
        </List>
      </section>
    </Frame>
  );
}

function Lines({ lines }: { lines: Schemas["ServiceView"][] }) {
  const { t, term } = useGlossary();
  const organisation = useOrganisation();
  const us = useQuery(me).data?.organisation?.id;
  const party = (id: string) => (
    <td lang={id === us ? undefined : "zh-CN"}>{id === us ? t("sharing.us") : organisation(id)}</td>
  );
  return (
    <Table
      label={t("sharing.services")}
      columns={[
        t("request.dataset"),
        t("service.status"),
        t("case.demander"),
        t("case.provider"),
        { number: t("service.calls") },
        { number: t("service.refused") },
        t("service.last_call"),
        t("service.until"),
      ]}
    >
      {lines.map((line) => (
        <tr key={line.id}>
          <td>
            <Link to="/sharing/services/$id" params={{ id: line.id }} lang="zh-CN">
              {line.title}
            </Link>
          </td>
          <td>
            <Tag color={LOOK[line.status]}>{term("service_status", line.status)}</Tag>
          </td>
          {party(line.grant.demander)}
          {party(line.grant.provider)}
          <td className="number">{line.calls.toLocaleString("en-US")}</td>
          <td className="number">{line.refused.toLocaleString("en-US")}</td>
          <td className="number-left">{line.last_call_at ? dayOf(line.last_call_at) : t("service.never")}</td>
          <td className="number-left">{line.grant.until ? lastDayOf(line.grant.until) : t("service.no_end")}</td>
        </tr>
      ))}
    </Table>
  );
}
