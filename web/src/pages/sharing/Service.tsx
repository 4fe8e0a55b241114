/** One service: what may be got under which limits, who calls it, how it is used, a trial of it, and what can be asked about it. */
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { Tag } from "antd";
import { useState } from "react";
import type { Schemas } from "../../api/client";
import { entry, me, service, serviceClients, serviceExample } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { Copy } from "../../parts/Copy";
import { Table } from "../../parts/Table";
import { dayOf, lastDayOf, minuteOf } from "../../parts/time";
import { Loaded, Nothing } from "../../shell/Faults";
import { useOrganisation } from "../docket/parts";
import { LOOK } from "./Services";
import { Trial } from "./Trial";
import { Usage } from "./Usage";
import { Widening } from "./Widening";
import "./sharing.css";

/** How often numbers are read again after a trial, in milliseconds. */
const COUNTED = 3_000;

export function Service() {
  const { id } = useParams({ from: "/shell/sharing/services/$id" });
  // A call is counted moments after it was answered, so whoever tries the service sees the numbers come.
  const [tried, setTried] = useState(false);
  const found = useQuery({ ...service(id), refetchInterval: tried ? COUNTED : false });
  return (
    <div className="page">
      <Loaded of={found} rows={12}>
        {(view) => <Whole view={view} tried={tried} trying={() => setTried(true)} />}
      </Loaded>
    </div>
  );
}

interface WholeProps {
  view: Schemas["ServiceView"];
  tried: boolean;
  trying: () => void;
}

function Whole({ view, tried, trying }: WholeProps) {
  const items = useQuery(entry(view.grant.entry)).data?.published?.items ?? [];
  const us = useQuery(me).data?.organisation?.id;
  return (
    <>
      <Head view={view} />
      <div className="case-columns">
        <div className="stack">
          <Granted grant={view.grant} items={items} />
          <Usage service={view.id} every={tried ? COUNTED : false} />
        </div>
        <div className="stack">
          <Limits grant={view.grant} items={items} />
          {us === view.grant.demander && view.grant.mode === "api" && <Trial view={view} items={items} answered={trying} />}
          <Widening view={view} items={items} />
          <Clients id={view.id} />
        </div>
      </div>
    </>
  );
}

function Head({ view }: { view: Schemas["ServiceView"] }) {
  const { t, term } = useGlossary();
  const organisation = useOrganisation();
  const facts: [string, React.ReactNode][] = [
    [t("case.provider"), organisation(view.grant.provider)],
    [t("case.demander"), organisation(view.grant.demander)],
    [t("service.opened"), dayOf(view.opened_at)],
    [t("service.calls"), view.calls.toLocaleString("en-US")],
    [t("service.refused"), view.refused.toLocaleString("en-US")],
    [t("service.last_call"), view.last_call_at ? minuteOf(view.last_call_at) : t("service.never")],
  ];
  return (
    <header className="page-head">
      <p className="crumbs">
        <Link to="/sharing/services">{t("sharing.services")}</Link>
      </p>
      <h1>
        <span lang="zh-CN">{view.title}</span> <Tag color={LOOK[view.status]}>{term("service_status", view.status)}</Tag>
      </h1>
      <dl className="facts">
        {facts.map(([word, value]) => (
          <div key={word}>
            <dt>{word}</dt>
            <dd lang="zh-CN">{value}</dd>
          </div>
        ))}
        {view.case && (
          <div>
            <dt>{t("catalogue.case")}</dt>
            <dd>
              <Link to="/cases/$id" params={{ id: view.case }}>
                {t("service.open_case")}
              </Link>
            </dd>
          </div>
        )}
      </dl>
    </header>
  );
}

function Granted({ grant, items }: { grant: Schemas["Grant"]; items: Schemas["Item"][] }) {
  const { t, term } = useGlossary();
  const named = (code: string) => items.find((item) => item.code === code);
  const without = items.filter((item) => !grant.fields.some((field) => field.name === item.code));
  return (
    <section className="card" aria-labelledby="granted">
      <h2 id="granted">{t("service.fields", { count: grant.fields.length })}</h2>
      <Table
        label={t("service.fields_table")}
        className="dense"
        columns={[t("item.name"), t("item.code"), t("item.kind"), t("service.shown")]}
      >
        {grant.fields.map((field) => (
          <tr key={field.name}>
            <td lang="zh-CN">
              {named(field.name)?.name ?? field.name}{" "}
              {grant.keys.includes(field.name) && <Tag color="processing">{t("service.key")}</Tag>}
            </td>
            <td>
              <code>{field.name}</code>
            </td>
            <td>{term("kind", named(field.name)?.kind ?? "", t("value.none"))}</td>
            <td>
              {field.mask ? (
                <Tag color="warning">{term("mask", field.mask.split("(")[0] ?? field.mask)}</Tag>
              ) : (
                t("request.in_clear")
              )}
            </td>
          </tr>
        ))}
      </Table>
      {without.length > 0 && (
        <p className="quiet">
          {t("service.not_granted")} <span lang="zh-CN">{without.map((item) => item.name).join(t("list.separator"))}</span>
        </p>
      )}
    </section>
  );
}

function Limits({ grant, items }: { grant: Schemas["Grant"]; items: Schemas["Item"][] }) {
  const { t, term } = useGlossary();
  const scope = grant.row_scope;
  const column = items.find((item) => item.code === scope?.column)?.name ?? scope?.column;
  const rows: [string, React.ReactNode][] = [
    [t("request.rows"), scope ? `${column}${t("list.colon")}${scope.values.join(t("list.separator"))}` : t("request.all_rows")],
    [t("service.purposes"), grant.purposes.join(t("list.separator")) || t("value.none")],
    [t("service.mode"), term("mode", grant.mode)],
    [t("service.rate"), t("service.per_minute", { rate: grant.rate_per_minute.toLocaleString("en-US") })],
    [
      t("service.term"),
      t("service.from_until", {
        from: dayOf(grant.from),
        until: grant.until ? lastDayOf(grant.until) : t("service.no_end"),
      }),
    ],
    [t("service.version"), t("catalogue.version_number", { number: grant.entry_version })],
  ];
  return (
    <section className="card" aria-labelledby="limits">
      <h2 id="limits">{t("service.limits")}</h2>
      <dl className="contents">
        {rows.map(([word, value]) => (
          <div key={word}>
            <dt>{word}</dt>
            <dd lang="zh-CN">{value}</dd>
          </div>
        ))}
      </dl>
      <p className="quiet">{t("service.enforced")}</p>
    </section>
  );
}

function Clients({ id }: { id: string }) {
  const { t } = useGlossary();
  const found = useQuery(serviceClients(id));
  return (
    <section className="card stack" aria-labelledby="clients">
      <h2 id="clients">{t("service.clients")}</h2>
      <Loaded of={found}>
        {(items) =>
          items.length === 0 ? (
            <Nothing>{t("service.no_clients")}</Nothing>
          ) : (
            <Table
              label={t("service.client")}
              className="dense"
              columns={[t("service.client"), t("service.key_until"), t("service.status"), t("service.fingerprint")]}
            >
              {items.map((one) => (
                <tr key={one.id}>
                  <td lang="zh-CN">{one.name}</td>
                  <td className="number-left">{lastDayOf(one.expires_at)}</td>
                  <td>
                    <Tag color={one.usable ? "success" : "error"}>{t(one.usable ? "service.good" : "service.revoked")}</Tag>
                  </td>
                  <td>
                    <code title={one.key_fingerprint}>{one.key_fingerprint.slice(0, 16)}</code>
                  </td>
                </tr>
              ))}
            </Table>
          )
        }
      </Loaded>
      <Example id={id} />
    </section>
  );
}

/** What a system sends, from the service's own grant; what it must fill in stands in angle brackets. */
function Example({ id }: { id: string }) {
  const { t } = useGlossary();
  const [open, setOpen] = useState(false);
  const found = useQuery({ ...serviceExample(id), enabled: open });
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t("service.how_to_call")}</summary>
      {open && (
        <Loaded of={found}>
          {(example) => (
            <div className="stack">
              <p className="quiet">{t("service.token")}</p>
              <Copy text={example.token_text} label={t("service.token_text")} />
              <Copy
                text={`POST ${example.token_path}\n\n${JSON.stringify(example.token_body, null, 2)}`}
                label={t("service.token_request")}
              />
              <p className="quiet">{t("service.call_request")}</p>
              <Copy
                text={`${example.method} ${example.path}\n\n${JSON.stringify(example.body, null, 2)}`}
                label={t("service.call_request")}
              />
            </div>
          )}
        </Loaded>
      )}
    </details>
  );
}
