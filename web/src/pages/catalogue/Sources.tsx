/** The duties and the systems of an organisation: the two catalogues from which data arises, listed and recorded. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Button, Input } from "antd";
import { useState } from "react";
import { client, type Schemas, take } from "../../api/client";
import { duties, me, systems } from "../../api/queries";
import { useGlossary, type Word } from "../../glossary";
import { List } from "../../parts/List";
import { OrganisationSelect } from "../../parts/OrganisationSelect";
import { Side } from "../../parts/Side";
import { Table } from "../../parts/Table";
import { useDraft } from "../../parts/useDraft";
import { Fault } from "../../shell/Faults";
import { CatalogueHead, useWrites } from "./Head";

export function Sources() {
  const { t } = useGlossary();
  const search = useSearch({ from: "/shell/catalogue/sources" });
  const navigate = useNavigate({ from: "/catalogue/sources" });
  const own = useQuery(me).data?.organisation?.id;
  const of = search.organisation ?? own;
  return (
    <div className="page">
      <CatalogueHead />
      <p className="quiet">{t("source.lead")}</p>
      <div className="filters">
        <OrganisationSelect
          label={t("catalogue.organisation")}
          value={of}
          choose={(organisation) => void navigate({ search: { organisation } })}
        />
      </div>
      {of !== undefined && (
        <>
          <Duties key={`duties ${of}`} organisation={of} />
          <Systems key={`systems ${of}`} organisation={of} />
        </>
      )}
    </div>
  );
}

function Duties({ organisation }: { organisation: string }) {
  const { t } = useGlossary();
  return (
    <Kind kind="duty" organisation={organisation}>
      <List query={(offset, limit) => duties(organisation, offset, limit)} empty={t("source.no_duties")}>
        {({ items }) => (
          <Table columns={[t("source.code"), t("source.name"), t("source.basis"), { hidden: t("items.acts") }]}>
            {items.map((duty) => (
              <tr key={duty.id}>
                <td>
                  <code>{duty.code}</code>
                </td>
                <td lang="zh-CN">{duty.name}</td>
                <td lang="zh-CN">{duty.basis}</td>
                <td className="row-acts">
                  <Link to="/catalogue" search={{ organisation, duty: duty.id }}>
                    {t("source.entries")}
                  </Link>
                </td>
              </tr>
            ))}
          </Table>
        )}
      </List>
    </Kind>
  );
}

function Systems({ organisation }: { organisation: string }) {
  const { t } = useGlossary();
  const known = useQuery(duties(organisation)).data?.items ?? [];
  return (
    <Kind kind="system" organisation={organisation}>
      <List query={(offset, limit) => systems(organisation, offset, limit)} empty={t("source.no_systems")}>
        {({ items }) => (
          <Table
            columns={[
              t("source.code"),
              t("source.name"),
              t("source.serves"),
              t("source.accepted_on"),
              { hidden: t("items.acts") },
            ]}
          >
            {items.map((system) => (
              <tr key={system.id}>
                <td>
                  <code>{system.code}</code>
                </td>
                <td lang="zh-CN">{system.name}</td>
                <td lang="zh-CN">{known.find((duty) => duty.id === system.duty)?.name ?? t("value.none")}</td>
                <td className="number-left">{system.accepted_on ?? t("value.none")}</td>
                <td className="row-acts">
                  <Link to="/catalogue" search={{ organisation, system: system.id }}>
                    {t("source.entries")}
                  </Link>
                </td>
              </tr>
            ))}
          </Table>
        )}
      </List>
    </Kind>
  );
}

interface KindProps {
  kind: "duty" | "system";
  organisation: string;
  children: React.ReactNode;
}

function Kind({ kind, organisation, children }: KindProps) {
  const { t } = useGlossary();
  const [adding, setAdding] = useState(false);
  const writes = useWrites(organisation);
  const title = t(kind === "duty" ? "source.duties" : "source.systems");
  const add = t(kind === "duty" ? "source.add_duty" : "source.add_system");
  return (
    <section className="card" aria-label={title}>
      <div className="card-head">
        <h2>{title}</h2>
        {writes && <Button onClick={() => setAdding(true)}>{add}</Button>}
      </div>
      {children}
      {adding && (
        <Side title={add} close={() => setAdding(false)}>
          {kind === "duty" ? (
            <DutyForm done={() => setAdding(false)} />
          ) : (
            <SystemForm organisation={organisation} done={() => setAdding(false)} />
          )}
        </Side>
      )}
    </section>
  );
}

interface LineProps {
  id: string;
  word: Word;
  value: string;
  onChange: (value: string) => void;
  rows?: number;
  optional?: boolean;
}

function Line({ id, word, value, onChange, rows, optional }: LineProps) {
  const { t } = useGlossary();
  return (
    <div className="field">
      <label htmlFor={id}>
        {t(word)}
        {optional && <small className="quiet"> {t("editor.optional")}</small>}
      </label>
      {rows ? (
        <Input.TextArea id={id} rows={rows} value={value} onChange={(event) => onChange(event.target.value)} />
      ) : (
        <Input id={id} value={value} onChange={(event) => onChange(event.target.value)} />
      )}
    </div>
  );
}

function DutyForm({ done }: { done: () => void }) {
  const { t } = useGlossary();
  const queries = useQueryClient();
  const { typed, write, forget } = useDraft("source.duty", {});
  const body: Schemas["DutyInput"] = {
    code: typed.code?.trim() ?? "",
    name: typed.name?.trim() ?? "",
    basis: typed.basis?.trim() ?? "",
    description: typed.description?.trim() ?? "",
  };
  const send = useMutation({
    mutationFn: () => take(client.POST("/api/v1/duties", { body })),
    onSuccess: async () => {
      forget();
      await Promise.all([["duties"], ["entries", "gaps"]].map((queryKey) => queries.invalidateQueries({ queryKey })));
      done();
    },
  });
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        send.mutate();
      }}
    >
      <Line id="duty-code" word="source.code" value={typed.code ?? ""} onChange={(value) => write("code", value)} />
      <Line id="duty-name" word="source.name" value={typed.name ?? ""} onChange={(value) => write("name", value)} />
      <Line
        id="duty-basis"
        word="source.basis"
        rows={2}
        value={typed.basis ?? ""}
        onChange={(value) => write("basis", value)}
      />
      <Line
        id="duty-description"
        word="source.description"
        optional
        rows={2}
        value={typed.description ?? ""}
        onChange={(value) => write("description", value)}
      />
      {send.isError && <Fault error={send.error} />}
      <div>
        <Button type="primary" htmlType="submit" loading={send.isPending} disabled={!body.code || !body.name || !body.basis}>
          {t("source.record")}
        </Button>
      </div>
    </form>
  );
}

function SystemForm({ organisation, done }: { organisation: string; done: () => void }) {
  const { t } = useGlossary();
  const queries = useQueryClient();
  const known = useQuery(duties(organisation)).data?.items ?? [];
  const { typed, write, forget } = useDraft("source.system", {});
  const body: Schemas["SystemInput"] = {
    code: typed.code?.trim() ?? "",
    name: typed.name?.trim() ?? "",
    description: typed.description?.trim() ?? "",
    duty: typed.duty || null,
    accepted_on: typed.accepted_on || null,
  };
  const send = useMutation({
    mutationFn: () => take(client.POST("/api/v1/systems", { body })),
    onSuccess: async () => {
      forget();
      await Promise.all([["systems"], ["entries", "gaps"]].map((queryKey) => queries.invalidateQueries({ queryKey })));
      done();
    },
  });
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        send.mutate();
      }}
    >
      <Line id="system-code" word="source.code" value={typed.code ?? ""} onChange={(value) => write("code", value)} />
      <Line id="system-name" word="source.name" value={typed.name ?? ""} onChange={(value) => write("name", value)} />
      <div className="field">
        <label htmlFor="system-duty">{t("source.serves")}</label>
        <select
          id="system-duty"
          className="cell"
          value={typed.duty ?? ""}
          onChange={(event) => write("duty", event.target.value)}
        >
          <option value="">{t("source.no_duty")}</option>
          {known.map((duty) => (
            <option key={duty.id} value={duty.id} lang="zh-CN">
              {duty.name}
            </option>
          ))}
        </select>
      </div>
      <div className="field">
        <label htmlFor="system-accepted">
          {t("source.accepted_on")}
          <small className="quiet"> {t("editor.optional")}</small>
        </label>
        <input
          id="system-accepted"
          type="date"
          className="cell"
          value={typed.accepted_on ?? ""}
          onChange={(event) => write("accepted_on", event.target.value)}
        />
      </div>
      <Line
        id="system-description"
        word="source.description"
        optional
        rows={2}
        value={typed.description ?? ""}
        onChange={(value) => write("description", value)}
      />
      {send.isError && <Fault error={send.error} />}
      <div>
        <Button type="primary" htmlType="submit" loading={send.isPending} disabled={!body.code || !body.name}>
          {t("source.record")}
        </Button>
      </div>
    </form>
  );
}
