/** The catalogue as a table, page by page from the server. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Input, Tag } from "antd";
import type { Schemas } from "../../api/client";
import { duties, entries, systems } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { List } from "../../parts/List";
import { OrganisationSelect } from "../../parts/OrganisationSelect";
import { CLEARABLE, Select } from "../../parts/Select";
import { Table } from "../../parts/Table";
import { dayOf } from "../../parts/time";
import { useOrganisation } from "../docket/parts";
import { CatalogueHead } from "./Head";

const STATUSES: Schemas["EntryStatus"][] = ["published", "draft", "withdrawn"];
const SHARINGS: Schemas["SharingType"][] = ["unconditional", "conditional", "none"];

export function Catalogue() {
  const { t } = useGlossary();
  const search = useSearch({ from: "/shell/catalogue" });
  const navigate = useNavigate({ from: "/catalogue" });
  const { page = 1 } = search;
  const filter = {
    text: search.text,
    organisation: search.organisation,
    duty: search.duty,
    system: search.system,
    status: STATUSES.find((status) => status === search.status),
    sharing: SHARINGS.find((sharing) => sharing === search.sharing),
    collected: search.collected,
  };
  // The export is what the list shows, whole.
  const filters = Object.entries(search).flatMap(([name, value]) =>
    name === "page" || value === undefined ? [] : [[name, String(value)]],
  );
  return (
    <div className="page">
      <CatalogueHead>
        <a className="as-button" href={`/api/v1/entries/export.xlsx?${new URLSearchParams(filters)}`} download>
          {t("catalogue.export")}
        </a>
      </CatalogueHead>
      <Filters />
      <section className="card">
        <List
          query={(offset, limit) => entries({ ...filter, offset, limit })}
          at={{ page, go: (next) => void navigate({ search: { ...search, page: next } }) }}
          empty={t("catalogue.nothing")}
        >
          {({ items }) => <Lines lines={items} />}
        </List>
      </section>
    </div>
  );
}

function Filters() {
  const { t, term } = useGlossary();
  const search = useSearch({ from: "/shell/catalogue" });
  const navigate = useNavigate({ from: "/catalogue" });
  const of = search.organisation;
  const known = {
    system: useQuery({ ...systems(of), enabled: of !== undefined }).data?.items ?? [],
    duty: useQuery({ ...duties(of), enabled: of !== undefined }).data?.items ?? [],
  };
  const narrow = (change: Partial<typeof search>) => void navigate({ search: { ...search, page: undefined, ...change } });
  const filtered = Object.entries(search).some(([key, value]) => key !== "page" && value !== undefined);
  return (
    <search className="filters">
      <Input.Search
        key={search.text ?? ""}
        className="wide"
        allowClear={CLEARABLE}
        aria-label={t("catalogue.search")}
        placeholder={t("catalogue.search")}
        defaultValue={search.text}
        onSearch={(typed) => narrow({ text: typed.trim() || undefined })}
      />
      <OrganisationSelect
        className="medium"
        label={t("catalogue.organisation")}
        none={t("catalogue.organisation")}
        value={search.organisation}
        choose={(value) => narrow({ organisation: value, system: undefined, duty: undefined })}
      />
      {of !== undefined &&
        (["duty", "system"] as const).map((kind) => (
          <Select
            key={kind}
            className="medium"
            allowClear
            showSearch={{ optionFilterProp: "label" }}
            aria-label={term("element", kind)}
            placeholder={term("element", kind)}
            value={search[kind] ?? null}
            options={known[kind].map(({ id, name }) => ({ value: id, label: name }))}
            onChange={(value) => narrow({ [kind]: value ?? undefined })}
          />
        ))}
      <Select
        className="narrow"
        allowClear
        aria-label={t("catalogue.sharing")}
        placeholder={t("catalogue.sharing")}
        value={search.sharing ?? null}
        options={SHARINGS.map((value) => ({ value, label: term("sharing", value) }))}
        onChange={(value) => narrow({ sharing: value ?? undefined })}
      />
      <Select
        className="narrow"
        allowClear
        aria-label={t("catalogue.status")}
        placeholder={t("catalogue.status")}
        value={search.status ?? null}
        options={STATUSES.map((value) => ({ value, label: term("entry_status", value) }))}
        onChange={(value) => narrow({ status: value ?? undefined })}
      />
      <Select
        className="narrow"
        allowClear
        aria-label={t("catalogue.collected")}
        placeholder={t("catalogue.collected")}
        value={search.collected === undefined ? null : String(search.collected)}
        options={["true", "false"].map((value) => ({ value, label: term("collected", value) }))}
        onChange={(value) => narrow({ collected: value === null || value === undefined ? undefined : value === "true" })}
      />
      {filtered && (
        <button type="button" className="plain" onClick={() => void navigate({ search: {} })}>
          {t("catalogue.clear")}
        </button>
      )}
    </search>
  );
}

function Lines({ lines }: { lines: Schemas["EntryLine"][] }) {
  const { t, term } = useGlossary();
  const organisation = useOrganisation();
  return (
    <Table
      label={t("nav.catalogue")}
      columns={[
        t("catalogue.entry"),
        t("catalogue.organisation"),
        t("catalogue.sharing"),
        t("catalogue.opening"),
        t("catalogue.status"),
        { number: t("catalogue.rows") },
        t("catalogue.loaded"),
      ]}
    >
      {lines.map((line) => (
        <tr key={line.id}>
          <td>
            <Link to="/catalogue/$id" params={{ id: line.id }} lang="zh-CN">
              {line.title}
            </Link>
          </td>
          <td lang="zh-CN">{organisation(line.organisation)}</td>
          <td>
            <Sharing of={line.sharing} />
          </td>
          <td>{term("opening", line.opening)}</td>
          <td>{term("entry_status", line.status)}</td>
          <td className="number">{line.loaded_at ? line.rows.toLocaleString("en-US") : t("value.none")}</td>
          <td className="number-left">
            {line.loaded_at ? dayOf(line.loaded_at) : <span className="quiet">{t("catalogue.not_loaded")}</span>}
          </td>
        </tr>
      ))}
    </Table>
  );
}

export function Sharing({ of }: { of: Schemas["SharingType"] }) {
  const { term } = useGlossary();
  const colours = { unconditional: "success", conditional: "warning", none: "default" } as const;
  return <Tag color={colours[of]}>{term("sharing", of)}</Tag>;
}
