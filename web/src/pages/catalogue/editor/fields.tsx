/** The fields of the editor: each with its name, whether it is asked for, its fault beside it, and room for the words it holds. */
import { Input } from "antd";
import { createContext, type ReactNode, useContext } from "react";
import { useGlossary } from "../../../glossary";
import { Select } from "../../../parts/Select";
import type { FormFault } from "./checks";

/** What the fields must know of the whole draft: faults of form, and what the district says is lacking. */
export const Findings = createContext<{ faults: FormFault[]; lacking: string[] }>({ faults: [], lacking: [] });

function useFinding(path: string): { status: "error" | "warning" | undefined; words: string | undefined } {
  const { t, term } = useGlossary();
  const { faults, lacking } = useContext(Findings);
  const say = useFaultWords();
  const fault = faults.find((one) => one.path === path);
  if (fault) return { status: "error", words: say(fault) };
  if (lacking.includes(path)) return { status: "warning", words: term("element_next", path, t("editor.needed")) };
  return { status: undefined, words: undefined };
}

/** A fault of form as a sentence. */
export function useFaultWords(): (fault: FormFault) => string {
  const { t } = useGlossary();
  return (fault) => {
    switch (fault.code) {
      case "too_long":
        return t("editor.fault_too_long", fault.values);
      case "too_many":
        return t("editor.fault_too_many", fault.values);
      case "code_empty":
        return t("editor.fault_code_empty");
      case "code_spaces":
        return t("editor.fault_code_spaces");
      case "code_twice":
        return t("editor.fault_code_twice", fault.values);
      case "length":
        return t("editor.fault_length", fault.values);
      case "until":
        return t("editor.fault_until", fault.values);
    }
  };
}

interface FrameProps {
  path: string;
  wide?: boolean;
  hint?: ReactNode;
  optional?: boolean;
  children: (id: string, status: "error" | "warning" | undefined, described: string) => ReactNode;
}

export function Field({ path, wide, hint, optional, children }: FrameProps) {
  const { t, term } = useGlossary();
  const { status, words } = useFinding(path);
  const id = fieldId(path);
  return (
    <div className={wide ? "field wide-field" : "field"}>
      <label htmlFor={id}>
        {term("element", path)}
        {optional && <small className="quiet"> {t("editor.optional")}</small>}
      </label>
      {children(id, status, `${id}-note`)}
      <small id={`${id}-note`} className={status ?? "quiet"}>
        {words ?? hint}
      </small>
    </div>
  );
}

/** The id of the field of an element, by which a list of what is lacking leads to it. */
export const fieldId = (path: string) => `field-${path.replace(/[^\w]+/g, "-")}`;

interface TextProps {
  path: string;
  value: string;
  onChange: (value: string) => void;
  rows?: number;
  hint?: ReactNode;
  optional?: boolean;
  wide?: boolean;
}

export function TextField({ path, value, onChange, rows, hint, optional, wide }: TextProps) {
  return (
    <Field path={path} wide={wide ?? rows !== undefined} hint={hint} optional={optional ?? false}>
      {(id, status, described) =>
        rows === undefined ? (
          <Input
            id={id}
            aria-describedby={described}
            aria-invalid={status === "error"}
            status={status ?? ""}
            value={value}
            onChange={(event) => onChange(event.target.value)}
          />
        ) : (
          <Input.TextArea
            id={id}
            aria-describedby={described}
            aria-invalid={status === "error"}
            status={status ?? ""}
            rows={rows}
            value={value}
            onChange={(event) => onChange(event.target.value)}
          />
        )
      }
    </Field>
  );
}

interface ChoiceProps<V extends string> {
  path: string;
  value: V | null;
  options: { value: V; label: string }[];
  onChange: (value: V | null) => void;
  clearable?: boolean;
  searchable?: boolean;
  hint?: ReactNode;
  optional?: boolean;
}

export function ChoiceField<V extends string>(props: ChoiceProps<V>) {
  const { t } = useGlossary();
  return (
    <Field path={props.path} hint={props.hint} optional={props.optional ?? false}>
      {(id, status, described) => (
        <Select<V>
          id={id}
          className="full"
          aria-describedby={described}
          status={status ?? ""}
          allowClear={props.clearable ?? true}
          showSearch={props.searchable ? { optionFilterProp: "label" } : false}
          placeholder={t("editor.choose")}
          value={props.value as V}
          options={props.options}
          onChange={(value) => props.onChange(value ?? null)}
        />
      )}
    </Field>
  );
}
