/** The fields of a request, with the article that asks for each beside it and what is wrong with it under it. */
import { Form, Input, Select, Tag } from "antd";
import type { Schemas } from "../../api/client";
import { type Glossary, useGlossary } from "../../glossary";
import { Article } from "../docket/parts";
import { type Asked, type Faults, type Field, GROUPS, rowColumn, rowValues, type Typed } from "./elements";

interface Shared {
  typed: Typed;
  write: (field: string, text: string) => void;
  faults: Faults;
}

interface Props extends Shared {
  pack: string;
  asked: Map<string, Asked>;
  /** Kinds of scenario are asked only where the law knows them. */
  scenarios: boolean;
}

export function ElementFields({ pack, asked, scenarios, ...shared }: Props) {
  const { term } = useGlossary();
  return GROUPS.map(({ id, fields }) => (
    <section className="card" key={id} aria-labelledby={`group-${id}`}>
      <h2 id={`group-${id}`}>{term("request_group", id)}</h2>
      <div className="form-grid">
        {fields
          .filter((field) => (field.shown ? field.shown(shared.typed) : true) && (scenarios || field.name !== "scenario_kind"))
          .map((field) => (
            <OneField key={field.name} field={field} pack={pack} asked={asked.get(field.paper ?? "")} {...shared} />
          ))}
      </div>
    </section>
  ));
}

function OneField({
  field,
  pack,
  asked,
  typed,
  write,
  faults,
}: Shared & { field: Field; pack: string; asked: Asked | undefined }) {
  const { term } = useGlossary();
  const { name, kind } = field;
  const id = `request-${name}`;
  const fault = faults.get(name);
  const needed = name === "purpose" || asked?.always === true || (asked !== undefined && field.shown !== undefined);
  const hint = term("request_hint", name, "");
  const label = (
    <>
      {term("request", name)} {asked && <Article pack={pack} id={asked.article} />}
    </>
  );
  const help = fault && <span id={`${id}-fault`}>{term("request_fault", fault)}</span>;
  const described = { "aria-invalid": fault !== undefined, "aria-describedby": fault ? `${id}-fault` : undefined };
  const value = typed[name] ?? "";
  const options = (field.of ?? []).map((one) => ({ value: one, label: wordOf(term, name, one) }));
  const shape = { validateStatus: fault ? ("error" as const) : undefined, help, extra: hint === "" ? undefined : hint };
  if (kind === "ways") {
    return (
      <fieldset className="ways whole-row" aria-describedby={fault && `${id}-fault`}>
        <legend>
          {term("request", name)} {asked && <Article pack={pack} id={asked.article} />}
        </legend>
        {options.map((one) => (
          <label key={one.value}>
            <input
              type="radio"
              name={id}
              value={one.value}
              checked={value === one.value}
              onChange={() => write(name, one.value)}
            />
            <span>
              <strong>{one.label}</strong>
              <small>{term("way", `${name}.${one.value}`)}</small>
            </span>
          </label>
        ))}
        {help}
      </fieldset>
    );
  }
  return (
    <Form.Item label={label} htmlFor={id} required={needed} className={kind === "long" ? "whole-row" : undefined} {...shape}>
      {kind === "long" && (
        <Input.TextArea
          id={id}
          rows={2}
          maxLength={4_000}
          value={value}
          onChange={(event) => write(name, event.target.value)}
          {...described}
        />
      )}
      {kind === "choice" && (
        <Select
          id={id}
          value={value === "" ? null : value}
          options={options}
          placeholder={term("request_choose", "one")}
          onChange={(next: string) => write(name, next)}
          {...described}
        />
      )}
      {(kind === "line" || kind === "day" || kind === "whole") && (
        <Input
          id={id}
          type={kind === "day" ? "date" : "text"}
          inputMode={kind === "whole" ? "numeric" : undefined}
          maxLength={field.most ?? 20}
          value={value}
          onChange={(event) => write(name, event.target.value)}
          {...described}
        />
      )}
    </Form.Item>
  );
}

/** The word of a choice in one of the closed lists. */
export function wordOf(term: Glossary["term"], name: Field["name"], id: string): string {
  if (name === "security_grade") return term("grade", id);
  if (name === "demand_type") return term("demand", id);
  if (name === "mode") return term("mode", id);
  if (name === "frequency") return term("frequency", id);
  return name === "scenario_kind" ? term("scenario", id) : id;
}

/** Which rows of a dataset are wanted, where not all of them are. */
export function RowScope({ entry, items, typed, write, faults }: Shared & { entry: string; items: Schemas["Item"][] }) {
  const { t, term } = useGlossary();
  const column = typed[rowColumn(entry)] ?? "";
  const fault = faults.get(rowValues(entry));
  const id = `rows-${entry}`;
  return (
    <details className="rows" open={column !== ""}>
      <summary>
        {t("request.rows")} {column === "" && <Tag>{t("request.all_rows")}</Tag>}
      </summary>
      <p className="quiet">{t("request.rows_lead")}</p>
      <div className="form-grid">
        <Form.Item label={t("request.row_column")} htmlFor={`${id}-column`}>
          <Select
            id={`${id}-column`}
            value={column}
            options={[
              { value: "", label: t("request.all_rows") },
              ...items.map((item) => ({ value: item.code, label: `${item.name} ${item.code}` })),
            ]}
            onChange={(next: string) => write(rowColumn(entry), next)}
          />
        </Form.Item>
        {column !== "" && (
          <Form.Item
            label={t("request.row_values")}
            htmlFor={`${id}-values`}
            validateStatus={fault ? "error" : undefined}
            help={fault && term("request_fault", fault)}
            extra={t("request.row_values_hint")}
          >
            <Input.TextArea
              id={`${id}-values`}
              rows={3}
              value={typed[rowValues(entry)] ?? ""}
              onChange={(event) => write(rowValues(entry), event.target.value)}
            />
          </Form.Item>
        )}
      </div>
    </details>
  );
}
