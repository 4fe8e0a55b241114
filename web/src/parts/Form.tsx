/** Forms that hand something in, and their fields of text. */
import { Button, Form, Input, type InputProps } from "antd";
import type { ReactNode } from "react";
import { Fault } from "../shell/Faults";

interface FormProps {
  /** How what is handed in stands: a mutation. */
  sending: { isPending: boolean; error: unknown };
  ready: boolean;
  send: () => void;
  /** What the button says. */
  act: string;
  /** How loud the button is; `plain` where the form is one of several in its place. */
  as?: "main" | "plain" | "danger";
  className?: string;
  children: ReactNode;
}

/** What was refused stands above the fields, the button below them. Nothing is sent twice, by however many presses. */
export function SendForm({ sending, ready, send, act, as = "main", className = "stack", children }: FormProps) {
  return (
    <Form layout="vertical" className={className} onFinish={() => ready && !sending.isPending && send()}>
      {sending.error !== null && <Fault error={sending.error} />}
      {children}
      <div>
        <Button
          type={as === "main" ? "primary" : "default"}
          danger={as === "danger"}
          htmlType="submit"
          disabled={!ready}
          loading={sending.isPending}
        >
          {act}
        </Button>
      </div>
    </Form>
  );
}

interface FieldProps extends Omit<InputProps, "value" | "onChange" | "size"> {
  id: string;
  label: ReactNode;
  value: string | undefined;
  write: (text: string) => void;
  hint?: ReactNode;
  /** More than one line. */
  rows?: number;
}

/** A field of text in a form, with its label and, below it, what helps to fill it in. */
export function TextField({ id, label, value = "", write, required = false, hint, rows, ...input }: FieldProps) {
  const { maxLength, spellCheck, className } = input;
  return (
    <Form.Item label={label} htmlFor={id} required={required} extra={hint}>
      {rows === undefined ? (
        <Input {...input} id={id} value={value} onChange={(event) => write(event.target.value)} />
      ) : (
        <Input.TextArea
          {...{ maxLength, spellCheck, className }}
          id={id}
          rows={rows}
          value={value}
          onChange={(event) => write(event.target.value)}
        />
      )}
    </Form.Item>
  );
}
