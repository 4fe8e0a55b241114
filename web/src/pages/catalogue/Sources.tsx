/** The duties and the systems of an organisation: the two catalogues from which data arises, listed and recorded. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Button, Form } from "antd";
import { useState } from "react";
import { client, type Schemas, take } from "../../api/client";
import { duties, me, systems } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { SendForm, TextField } from "../../parts/Form";
import { List } from "../../parts/List";
import { OrganisationSelect } from "../../parts/OrganisationSelect";
import { Side } from "../../parts/Side";
import { Table } from "../../parts/Table";
import { useChange } from "../../parts/useChange";
import { useDraft } from "../../parts/useDraft";
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

function DutyForm({ done }: { done: () => void }) {
  const { t } = useGlossary();
  const { typed, write, forget } = useDraft("source.duty", {});
  const body: Schemas["DutyInput"] = {
    code: typed.code?.trim() ?? "",
    name: typed.name?.trim() ?? "",
    basis: typed.basis?.trim() ?? "",
    description: typed.description?.trim() ?? "",
  };
  const send = useChange(async () => {
    await take(client.POST("/api/v1/duties", { body }));
    forget();
  }, ["duties", "entries"]);
  return (
    <SendForm
      sending={send}
      ready={body.code !== "" && body.name !== "" && body.basis !== ""}
      send={() => send.mutate(undefined, { onSuccess: done })}
      act={t("source.record")}
    >
      <TextField id="duty-code" label={t("source.code")} required value={typed.code} write={(text) => write("code", text)} />
      <TextField id="duty-name" label={t("source.name")} required value={typed.name} write={(text) => write("name", text)} />
      <TextField
        id="duty-basis"
        label={t("source.basis")}
        required
        rows={2}
        value={typed.basis}
        write={(text) => write("basis", text)}
      />
      <TextField
        id="duty-description"
        label={t("source.description")}
        rows={2}
        value={typed.description}
        write={(text) => write("description", text)}
      />
    </SendForm>
  );
}

function SystemForm({ organisation, done }: { organisation: string; done: () => void }) {
  const { t } = useGlossary();
  const known = useQuery(duties(organisation)).data?.items ?? [];
  const { typed, write, forget } = useDraft("source.system", {});
  const body: Schemas["SystemInput"] = {
    code: typed.code?.trim() ?? "",
    name: typed.name?.trim() ?? "",
    description: typed.description?.trim() ?? "",
    duty: typed.duty || null,
    accepted_on: typed.accepted_on || null,
  };
  const send = useChange(async () => {
    await take(client.POST("/api/v1/systems", { body }));
    forget();
  }, ["systems", "entries"]);
  return (
    <SendForm
      sending={send}
      ready={body.code !== "" && body.name !== ""}
      send={() => send.mutate(undefined, { onSuccess: done })}
      act={t("source.record")}
    >
      <TextField id="system-code" label={t("source.code")} required value={typed.code} write={(text) => write("code", text)} />
      <TextField id="system-name" label={t("source.name")} required value={typed.name} write={(text) => write("name", text)} />
      <Form.Item label={t("source.serves")} htmlFor="system-duty">
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
      </Form.Item>
      <TextField
        id="system-accepted"
        label={t("source.accepted_on")}
        type="date"
        value={typed.accepted_on}
        write={(text) => write("accepted_on", text)}
      />
      <TextField
        id="system-description"
        label={t("source.description")}
        rows={2}
        value={typed.description}
        write={(text) => write("description", text)}
      />
    </SendForm>
  );
}
