/** A text to take along — a command, a key — with a button that copies it. */
import { useState } from "react";
import { useGlossary } from "../glossary";
import { Scroll } from "./Scroll";
import "./copy.css";

export function Copy({ text, label }: { text: string; label: string }) {
  const { t } = useGlossary();
  const [done, setDone] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setDone(true);
  };
  return (
    <div className="copy">
      <Scroll className="command" label={t("copy.text", { label })}>
        <pre>{text.trimEnd()}</pre>
      </Scroll>
      <button type="button" className="plain" onClick={() => void copy().catch(() => setDone(false))}>
        {t("copy.copy")}
        <span className="hidden"> {label}</span>
      </button>
      <span role="status" className="quiet">
        {done && t("copy.done")}
      </span>
    </div>
  );
}
