/**
 * A choice from a list, and the cross that empties a field, named in the reader's language: Ant Design names it in English for
 * whoever hears the page.
 */
import { Select as Bare, type SelectProps } from "antd";
import { useGlossary } from "../glossary";

export function Select<Value>({ allowClear, ...props }: SelectProps<Value>) {
  const { t } = useGlossary();
  return <Bare<Value> {...props} allowClear={allowClear ? { label: t("shell.clear"), clearIcon: <Cross /> } : false} />;
}

/** For `allowClear` of a field to type in. */
export const CLEARABLE = { clearIcon: <NamedCross /> };

function NamedCross() {
  const { t } = useGlossary();
  return (
    <>
      <Cross />
      <span className="hidden">{t("shell.clear")}</span>
    </>
  );
}

function Cross() {
  return (
    <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true" focusable="false">
      <circle cx="8" cy="8" r="7" fill="currentColor" />
      <path d="M5.5 5.5l5 5m0-5l-5 5" stroke="var(--ant-color-bg-container)" strokeWidth="1.5" strokeLinecap="round" />
    </svg>
  );
}
