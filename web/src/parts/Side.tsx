/**
 * A panel at the side, over the page. It is the browser's own dialog: the focus stays in it, Escape closes it and the focus goes
 * back, without a style being written into the page, which the content policy forbids.
 */
import { type ReactNode, useEffect, useRef } from "react";
import { useGlossary } from "../glossary";

export function Side({ title, close, children }: { title: ReactNode; close: () => void; children: ReactNode }) {
  const { t } = useGlossary();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog ref={dialog} className="side" onClose={close} aria-labelledby="side-title">
      <header>
        <h2 id="side-title">{title}</h2>
        <button type="button" className="plain" onClick={() => dialog.current?.close()}>
          {t("shell.close")}
        </button>
      </header>
      <div className="side-body">{children}</div>
    </dialog>
  );
}
