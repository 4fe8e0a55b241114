/**
 * The session ended while a page was open: log in again over it. The page stays as it is, with all that was typed, and is shown
 * to nobody else: whoever logs in as somebody else goes to the first page, and the drafts are forgotten.
 */
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import type { Schemas } from "../../api/client";
import { me } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { keepDraftsFor } from "../../parts/drafts";
import { LoginForm } from "./LoginForm";

export function Again({ before }: { before: Schemas["Me"] | undefined }) {
  const { t } = useGlossary();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);

  const entered = async () => {
    const now = await queries.fetchQuery({ ...me, staleTime: 0 });
    if (before !== undefined && now.person === before.person) {
      await queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== "me" });
      return;
    }
    keepDraftsFor(now.person ?? "");
    queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== "me" });
    await navigate({ to: "/" });
  };

  return (
    // Escape would leave a page behind that can do nothing.
    <dialog ref={dialog} className="again" aria-labelledby="again-title" onCancel={(event) => event.preventDefault()}>
      <div className="login-card">
        <h2 id="again-title">{t("login.ended")}</h2>
        <p>{t("login.ended_next")}</p>
        {before?.organisation && (
          <p className="quiet">
            {t("login.as_before")} <span lang="zh-CN">{before.organisation.name}</span>
          </p>
        )}
        <LoginForm entered={entered} />
        <a href={`${import.meta.env.BASE_URL}login`} className="quiet">
          {t("login.elsewhere")}
        </a>
      </div>
    </dialog>
  );
}
