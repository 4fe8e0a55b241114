/** What whoever acts hands in with an act: its papers, and what they state: a yes or no, a number, a moment, a word of a closed list. */
import { Form, Input, InputNumber } from "antd";
import type { Schemas } from "../../api/client";
import { useGlossary } from "../../glossary";
import { TextField } from "../../parts/Form";
import { Select } from "../../parts/Select";
import { Law } from "./parts";

type Fact = Schemas["StatableFact"];

/** What was typed about the facts, as the district wants it; what was left open is not stated. */
function statedOf(facts: Fact[], typed: Record<string, string>): Record<string, Schemas["FactValue"]> {
  const stated: Record<string, Schemas["FactValue"]> = {};
  for (const { id, kind } of facts) {
    const text = typed[`fact ${id}`]?.trim() ?? "";
    if (text === "") continue;
    if (kind === "flag") stated[id] = text === "yes";
    else if (kind === "number") stated[id] = Number(text);
    else if (kind === "moment") stated[id] = `${text}:00+08:00`;
    else stated[id] = text;
  }
  return stated;
}

/** The act as the district takes it, from what was typed; `version` is that of the case as it was seen. */
export function bodyOf(
  view: Schemas["CaseView"],
  act: Schemas["PossibleAct"],
  typed: Record<string, string>,
  version: number,
): Schemas["ActBody"] {
  return {
    act: act.act,
    role: act.by.find((role) => view.my_roles.includes(role)) ?? null,
    papers: Object.fromEntries(act.paper_forms.map(({ id }) => [id, typed[id]?.trim() ?? ""])),
    facts: statedOf(act.facts, typed),
    extension: act.extension && typed["extension "] ? Number(typed["extension "]) : null,
    expected_version: version,
  };
}

interface FieldsProps {
  act: Schemas["PossibleAct"];
  typed: Record<string, string>;
  write: (field: string, text: string) => void;
}

/** The papers and facts of an act, to be filled in. */
export function ActFields({ act, typed, write }: FieldsProps) {
  return (
    <>
      {act.paper_forms.map((paper) => (
        <TextField
          key={paper.id}
          id={`paper-${paper.id}`}
          label={<Law>{paper.title}</Law>}
          required
          rows={5}
          maxLength={20_000}
          value={typed[paper.id]}
          write={(text) => write(paper.id, text)}
        />
      ))}
      {act.facts.map((fact) => (
        <FactField
          key={fact.id}
          fact={fact}
          value={typed[`fact ${fact.id}`] ?? ""}
          write={(text) => write(`fact ${fact.id}`, text)}
        />
      ))}
    </>
  );
}

/** What an act does to terms: which runs until when, which stops. */
export function Dues({ of, name }: { of: Schemas["Due"][]; name: (clock: string) => string }) {
  const { t, term } = useGlossary();
  if (of.length === 0) return null;
  return (
    <ul>
      {of.map((due) => (
        <li key={due.clock}>
          <Law>{name(due.clock)}</Law>
          {t("list.colon")}
          {due.status === "running" && due.last_day
            ? t("acts.rehearsed_until", { last: due.last_day })
            : term("clock_status", due.status)}{" "}
          <small className="quiet">{due.article}</small>
        </li>
      ))}
    </ul>
  );
}

interface Props {
  fact: Fact;
  value: string;
  write: (text: string) => void;
}

function FactField({ fact, value, write }: Props) {
  const { t } = useGlossary();
  const field = `fact-${fact.id}`;
  // The act is lawful only when this is stated so: say it beside the question, and leave the answer to the person.
  const hint = fact.must === null || fact.must === undefined ? t("facts.optional") : t("facts.must");
  if (fact.kind === "flag") {
    return (
      <fieldset className="fact">
        <legend>
          <Law>{fact.title}</Law> <small className="quiet">{hint}</small>
        </legend>
        {(["yes", "no", ""] as const).map((answer) => (
          <label key={answer} className="choice-inline">
            <input type="radio" name={field} checked={value === answer} onChange={() => write(answer)} />
            {t(answer === "yes" ? "facts.yes" : answer === "no" ? "facts.no" : "facts.unstated")}
          </label>
        ))}
      </fieldset>
    );
  }
  return (
    <Form.Item label={<Law>{fact.title}</Law>} htmlFor={field} extra={hint}>
      <Field fact={fact} id={field} value={value} write={write} />
    </Form.Item>
  );
}

function Field({ fact, id, value, write }: Props & { id: string }) {
  const { term } = useGlossary();
  if (fact.kind === "number")
    return (
      <InputNumber
        id={id}
        precision={0}
        value={value === "" ? null : Number(value)}
        onChange={(number) => write(number === null ? "" : String(number))}
      />
    );
  if (fact.kind === "moment")
    return (
      <Input id={id} type="datetime-local" className="narrow" value={value} onChange={(event) => write(event.target.value)} />
    );
  if (fact.words.length > 0)
    return (
      <Select
        id={id}
        allowClear
        value={value || null}
        options={fact.words.map((word) => ({ value: word, label: term("word", `${fact.id}.${word}`, word) }))}
        onChange={(word) => write(word ?? "")}
      />
    );
  return <Input id={id} maxLength={500} value={value} onChange={(event) => write(event.target.value)} />;
}
