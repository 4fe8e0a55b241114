/** Every case that the reader may see, page by page from the server: by what is due, or found by what it is about. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Input, Segmented } from "antd";
import { useDeferredValue, useState } from "react";
import type { Schemas } from "../../api/client";
import { cases, pack as packOf, packs } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { List } from "../../parts/List";
import { CLEARABLE, Select } from "../../parts/Select";
import { Table } from "../../parts/Table";
import { dayOf } from "../../parts/time";
import "./docket.css";
import { Article, DueTag, Law, useSubject } from "./parts";

const SCOPES = ["mine", "all", "ended"] as const;

export function Cases() {
  const { t } = useGlossary();
  const { page = 1, procedure, state, scope = "all" } = useSearch({ from: "/shell/cases" });
  const navigate = useNavigate({ from: "/cases" });
  // What somebody searches for may be a name; it stays out of the address.
  const [text, setText] = useState("");
  const sought = useDeferredValue(text.trim());
  const ours = useQuery(packs).data?.find((line) => line.ours)?.id;
  const law = useQuery({ ...packOf(ours ?? ""), enabled: ours !== undefined }).data;
  const states = law?.procedures.find(({ id }) => id === procedure)?.states ?? [];
  const filter = {
    ...(sought === "" ? {} : { text: sought }),
    procedure,
    state,
    mine: scope === "mine",
    ended: scope === "ended",
    sort: scope === "ended" ? ("changed" as const) : ("due" as const),
  };
  const words = { mine: t("cases.mine"), all: t("cases.all"), ended: t("cases.ended") };
  return (
    <div className="page">
      <header className="page-head">
        <h1>{t("cases.title")}</h1>
      </header>
      <div className="filters">
        <Segmented
          aria-label={t("cases.scope")}
          value={scope}
          options={SCOPES.map((value) => ({ value, label: words[value] }))}
          onChange={(value) => void navigate({ search: { scope: value, procedure, state } })}
        />
        <Select
          className="wide"
          aria-label={t("cases.procedure")}
          allowClear
          showSearch={{ optionFilterProp: "label" }}
          placeholder={t("cases.procedure")}
          value={procedure ?? null}
          options={(law?.procedures ?? []).map(({ id, title }) => ({ value: id, label: title }))}
          onChange={(value) => void navigate({ search: { scope, procedure: value ?? undefined } })}
        />
        {procedure !== undefined && (
          <Select
            className="wide"
            aria-label={t("home.column_state")}
            allowClear
            placeholder={t("home.column_state")}
            value={state ?? null}
            options={states.map(({ id, title }) => ({ value: id, label: title }))}
            onChange={(value) => void navigate({ search: { scope, procedure, state: value ?? undefined } })}
          />
        )}
        <Input
          className="wide"
          allowClear={CLEARABLE}
          maxLength={200}
          aria-label={t("cases.search")}
          placeholder={t("cases.search")}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            if (page > 1) void navigate({ search: { scope, procedure, state } });
          }}
        />
      </div>
      <section className="card">
        <List
          query={(offset, limit) => cases({ ...filter, offset, limit })}
          at={{ page, go: (next) => void navigate({ search: { scope, procedure, state, page: next } }) }}
          empty={t("cases.nothing")}
        >
          {({ items }) => <CaseTable lines={items} />}
        </List>
      </section>
    </div>
  );
}

function CaseTable({ lines }: { lines: Schemas["CaseLine"][] }) {
  const { t } = useGlossary();
  const subject = useSubject();
  return (
    <Table
      columns={[t("home.column_case"), t("cases.procedure"), t("home.column_state"), t("cases.opened"), t("home.column_left")]}
    >
      {lines.map((line) => (
        <tr key={line.id}>
          <td>
            <Link to="/cases/$id" params={{ id: line.id }}>
              <Law>{subject(line)}</Law>
            </Link>
          </td>
          <td>
            <Law>{line.title}</Law>
          </td>
          <td>
            <Law>{line.state_title}</Law>
          </td>
          <td className="number-left">{dayOf(line.opened_at)}</td>
          <td className="due-cell">
            {line.due && !line.ended ? (
              <>
                <DueTag due={line.due} />
                <Article pack={line.pack} id={line.due.article} />
              </>
            ) : (
              <span className="quiet">{t("left.none")}</span>
            )}
          </td>
        </tr>
      ))}
    </Table>
  );
}
