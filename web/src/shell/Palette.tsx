/** The command palette: go anywhere by typing, without the mouse. Pages, the reader's cases, articles, and the catalogue. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { cases, entries, me, pack, packs } from "../api/queries";
import { useGlossary } from "../glossary";
import { placesFor } from "./Shell";

/** Pages that the rail does not show. */
const MORE = [
  { to: "/account", word: "nav.account", roles: false },
  { to: "/help", word: "nav.help", roles: false },
  { to: "/objections", word: "nav.objections", roles: false },
  { to: "/administration/organisations", word: "admin.organisations", roles: true },
  { to: "/administration/people", word: "admin.people", roles: true },
  { to: "/administration/clients", word: "admin.clients", roles: true },
  { to: "/administration/sessions", word: "admin.sessions", roles: true },
  { to: "/administration/policy", word: "admin.policy", roles: false },
  { to: "/administration/law", word: "admin.law", roles: true },
] as const;

interface Choice {
  key: string;
  kind: string;
  label: string;
  law: boolean;
  go: () => void;
}

export function Palette({ close }: { close: () => void }) {
  const { t } = useGlossary();
  const dialog = useRef<HTMLDialogElement>(null);
  const list = useId();
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const choices = useChoices(typed.trim());
  const chosen = Math.min(at, choices.length - 1);

  useEffect(() => {
    dialog.current?.showModal();
  }, []);

  useEffect(() => {
    document.getElementById(`${list}-${chosen}`)?.scrollIntoView({ block: "nearest" });
  }, [list, chosen]);

  const onKey = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "ArrowDown") setAt(Math.min(chosen + 1, choices.length - 1));
    else if (event.key === "ArrowUp") setAt(Math.max(chosen - 1, 0));
    else if (event.key === "Enter") {
      choices[chosen]?.go();
      close();
    } else return;
    event.preventDefault();
  };

  return (
    <dialog ref={dialog} className="palette" onClose={close} aria-label={t("palette.open")}>
      <input
        autoFocus
        role="combobox"
        aria-expanded="true"
        aria-controls={list}
        aria-activedescendant={choices.length > 0 ? `${list}-${chosen}` : undefined}
        aria-label={t("palette.placeholder")}
        placeholder={t("palette.placeholder")}
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
          setAt(0);
        }}
        onKeyDown={onKey}
      />
      <div role="listbox" id={list} aria-label={t("palette.found")} className="palette-list">
        {choices.map((choice, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are handled by the text field, which keeps the focus
          <div
            key={choice.key}
            id={`${list}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === chosen}
            onClick={() => {
              choice.go();
              close();
            }}
          >
            <small>{choice.kind}</small>
            <span lang={choice.law ? "zh-CN" : undefined}>{choice.label}</span>
          </div>
        ))}
        {choices.length === 0 && <p role="status">{t("palette.nothing")}</p>}
      </div>
    </dialog>
  );
}

function useChoices(typed: string): Choice[] {
  const { t } = useGlossary();
  const navigate = useNavigate();
  const places = placesFor(useQuery(me).data);
  const administers = places.some(({ to }) => to === "/administration");
  const ours = useQuery(packs).data?.find((line) => line.ours)?.id;
  const law = useQuery({ ...pack(ours ?? ""), enabled: ours !== undefined }).data;
  const found = useQuery({ ...entries({ text: typed, offset: 0, limit: 8 }), enabled: typed.length > 1 }).data;
  const matters = useQuery({ ...cases({ text: typed, sort: "changed", limit: 6 }), enabled: typed.length > 1 }).data;
  const fits = (...words: string[]) => words.some((word) => word.toLowerCase().includes(typed.toLowerCase()));

  const choices: Choice[] = places
    .filter(({ word }) => fits(t(word)))
    .map(({ to, word }) => ({ key: to, kind: t("palette.page"), label: t(word), law: false, go: () => void navigate({ to }) }));
  for (const { to, word } of MORE.filter(({ roles, word }) => (!roles || administers) && fits(t(word))))
    choices.push({ key: to, kind: t("palette.page"), label: t(word), law: false, go: () => void navigate({ to }) });
  if (typed === "") return choices;
  for (const line of matters?.items ?? []) {
    const go = () => void navigate({ to: "/cases/$id", params: { id: line.id } });
    const label = `${line.subject_title ?? line.matter ?? line.title} ${t("list.open")}${line.title}${t("list.comma")}${line.state_title}${t("list.close")}`;
    choices.push({ key: `case ${line.id}`, kind: t("palette.case"), label, law: true, go });
  }
  for (const { id, title } of found?.items ?? []) {
    const go = () => void navigate({ to: "/catalogue/$id", params: { id } });
    choices.push({ key: id, kind: t("palette.entry"), label: title, law: true, go });
  }
  for (const { id, title } of law?.procedures ?? []) {
    if (!fits(id, title)) continue;
    const go = () => void navigate({ to: "/law/$pack/$procedure", params: { pack: ours ?? "", procedure: id } });
    choices.push({ key: `procedure ${id}`, kind: t("palette.procedure"), label: title, law: true, go });
  }
  for (const { id: procedure, acts } of law?.procedures ?? []) {
    for (const { id, title } of acts) {
      if (!fits(title)) continue;
      const go = () => void navigate({ to: "/law/$pack/$procedure", params: { pack: ours ?? "", procedure } });
      choices.push({ key: `act ${procedure} ${id}`, kind: t("palette.act"), label: title, law: true, go });
    }
  }
  for (const { id, title } of law?.articles ?? []) {
    if (!fits(id, title)) continue;
    const go = () => void navigate({ to: "/law", search: { pack: ours, article: id } });
    choices.push({ key: `article ${id}`, kind: t("palette.article"), label: `${id} ${title}`, law: true, go });
  }
  return choices.slice(0, 30);
}
