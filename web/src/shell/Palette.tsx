/** The command palette: go anywhere by typing, without the mouse. Pages, the reader's cases, articles, and the catalogue. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { entries, pack, packs } from "../api/queries";
import { useGlossary } from "../glossary";
import { usePlaces } from "./Shell";

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
  const places = usePlaces();
  const ours = useQuery(packs).data?.find((line) => line.ours)?.id;
  const law = useQuery({ ...pack(ours ?? ""), enabled: ours !== undefined }).data;
  const found = useQuery({ ...entries({ text: typed, offset: 0, limit: 8 }), enabled: typed.length > 1 }).data;
  const fits = (...words: string[]) => words.some((word) => word.toLowerCase().includes(typed.toLowerCase()));

  const choices: Choice[] = places
    .filter(({ word }) => fits(t(word)))
    .map(({ to, word }) => ({ key: to, kind: t("palette.page"), label: t(word), law: false, go: () => void navigate({ to }) }));
  if (typed === "") return choices;
  for (const { id, title } of found?.items ?? []) {
    const go = () => void navigate({ to: "/catalogue/$id", params: { id } });
    choices.push({ key: id, kind: t("palette.entry"), label: title, law: true, go });
  }
  for (const { id, title } of law?.procedures ?? []) {
    if (!fits(id, title)) continue;
    const go = () => void navigate({ to: "/law/$pack/$procedure", params: { pack: ours ?? "", procedure: id } });
    choices.push({ key: `procedure ${id}`, kind: t("palette.procedure"), label: title, law: true, go });
  }
  for (const { id, title } of law?.articles ?? []) {
    if (!fits(id, title)) continue;
    const go = () => void navigate({ to: "/law", search: { pack: ours, article: id } });
    choices.push({ key: `article ${id}`, kind: t("palette.article"), label: `${id} ${title}`, law: true, go });
  }
  return choices.slice(0, 30);
}
