/**
 * Writing an entry: all its elements in the standard's order, what is lacking beside them, and the way to the reviewer.
 *
 * A draft may be incomplete and is saved as often as one likes. Handing it over saves it first, then goes through the endpoint
 * that checks it for completeness; which acts hand it over is read from the pack: those that make somebody else wait.
 */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { Alert, Button } from "antd";
import { useEffect, useMemo, useRef } from "react";
import { client, Failure, type Schemas, take } from "../../api/client";
import { duties, entry, me, packs, procedure, systems } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { forgetDraft } from "../../parts/drafts";
import { Fault, Loaded } from "../../shell/Faults";
import { Article } from "../docket/parts";
import "./catalogue.css";
import { faultsOf, stillLacking } from "./editor/checks";
import { type Elements, whole } from "./editor/elements";
import { Findings, fieldId, useFaultWords } from "./editor/fields";
import { Sections } from "./editor/Sections";
import { Submit } from "./editor/Submit";
import { carry, useDraft } from "./editor/useDraft";

export function NewEntry() {
  const { duty, system } = useSearch({ from: "/shell/catalogue/new" });
  const key = `entry.new.${duty ?? ""}.${system ?? ""}`;
  return <Writing key={key} draftKey={key} view={undefined} first={{ duty: duty ?? null, system: system ?? null }} />;
}

export function EditEntry() {
  const { id } = useParams({ from: "/shell/catalogue/$id/edit" });
  const found = useQuery(entry(id));
  return (
    <Loaded of={found} rows={14}>
      {(view) => <Writing key={id} draftKey={`entry.${id}`} view={view} first={view.draft ?? view.published ?? {}} />}
    </Loaded>
  );
}

interface Props {
  draftKey: string;
  view: Schemas["EntryView"] | undefined;
  first: Schemas["EntryInput"];
}

function Writing({ draftKey, view, first }: Props) {
  const { t } = useGlossary();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const own = useQuery(me).data?.organisation?.id;
  const of = view?.organisation ?? own;
  const known = { duties: useQuery(duties(of)).data?.items ?? [], systems: useQuery(systems(of)).data?.items ?? [] };
  const writing = useDraft(draftKey, () => whole(first), view?.version ?? null);
  const { draft, change, settle, version } = writing;
  const faults = useMemo(() => faultsOf(draft), [draft]);
  const lacking = useMemo(
    () => (view?.missing ?? []).map(({ path }) => path).filter((path) => stillLacking(path, draft)),
    [view?.missing, draft],
  );
  const findings = useMemo(() => ({ faults, lacking }), [faults, lacking]);
  const latest = useRef(draft);
  latest.current = draft;
  const stale = view !== undefined && version !== null && view.version !== version;

  const save = useMutation({
    mutationFn: async (input: Elements) => {
      if (view === undefined) return (await take(client.POST("/api/v1/entries", { body: input }))).entry;
      return take(
        client.PUT("/api/v1/entries/{id}", {
          params: { path: { id: view.id }, query: { expected_version: version ?? view.version } },
          body: input,
        }),
      );
    },
    onSuccess: async (saved, input) => {
      // What was typed while the first saving was under way goes on in the editor of the entry that it made.
      if (view === undefined && latest.current !== input) carry(`entry.${saved.id}`, latest.current, saved.version);
      if (view === undefined) forgetDraft(draftKey);
      settle(input, saved.version);
      queries.setQueryData(["entry", saved.id], saved);
      void queries.invalidateQueries({ queryKey: ["entries"] });
      if (view === undefined) await navigate({ to: "/catalogue/$id/edit", params: { id: saved.id }, replace: true });
    },
    onError: (error) => {
      if (view && error instanceof Failure && error.code === "conflict")
        void queries.invalidateQueries({ queryKey: ["entry", view.id] });
    },
  });
  // Where only the system is known, its duty is the likely one.
  const likely = known.systems.find((system) => system.id === draft.system)?.duty;
  const fresh = view === undefined && draft.duty === null;
  useEffect(() => {
    if (fresh && likely) change((now) => ({ ...now, duty: now.duty ?? likely }));
  }, [fresh, likely, change]);
  // The first saving makes an entry: it happens once, however often an impatient hand clicks.
  const saving = useRef(false);
  const store = () => {
    if (saving.current || faults.length > 0 || stale) return;
    saving.current = true;
    save.mutate(draft, {
      onSettled: () => {
        saving.current = false;
      },
    });
  };
  useSaveKey(store);

  return (
    <Findings value={findings}>
      <form
        className="page editor"
        onSubmit={(event) => {
          event.preventDefault();
          store();
        }}
      >
        <EditorHead view={view} />
        <div className="editor-columns">
          <div className="stack">
            {writing.full && <Alert type="warning" showIcon title={t("editor.full")} />}
            {stale && (
              <Alert
                type="warning"
                showIcon
                role="alert"
                title={t("editor.stale")}
                description={t("editor.stale_next")}
                action={<Button onClick={() => writing.rebase(view.version)}>{t("editor.stale_mine")}</Button>}
              />
            )}
            <Sections draft={draft} change={change} sources={known} />
          </div>
          <aside className="editor-side stack">
            <section className="card stack" aria-labelledby="save-title">
              <h2 id="save-title">{t(writing.dirty || view === undefined ? "editor.unsaved" : "editor.saved")}</h2>
              {save.isError && !stale && <Fault error={save.error} />}
              <div className="filters">
                <Button htmlType="submit" loading={save.isPending} disabled={faults.length > 0 || stale}>
                  {t("editor.save")}
                </Button>
                {writing.dirty && view && (
                  <Button onClick={() => writing.discard(whole(first), view.version)}>{t("editor.discard")}</Button>
                )}
              </div>
            </section>
            <Lacking lacking={lacking} faults={findings.faults} saved={view !== undefined} />
            {view && (
              <Submit
                view={view}
                ready={lacking.length === 0 && faults.length === 0 && !stale}
                save={async () => {
                  if (writing.dirty) await save.mutateAsync(draft);
                }}
              />
            )}
          </aside>
        </div>
      </form>
    </Findings>
  );
}

/** Ctrl+S saves, as hands expect. */
function useSaveKey(save: () => void) {
  const latest = useRef(save);
  latest.current = save;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "s") return;
      event.preventDefault();
      latest.current();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
}

function EditorHead({ view }: { view: Schemas["EntryView"] | undefined }) {
  const { t } = useGlossary();
  const ours = useQuery(packs).data?.find((pack) => pack.ours)?.id;
  const page = useQuery({ ...procedure(ours ?? "", "catalogue_entry"), enabled: ours !== undefined }).data;
  const opening = page?.acts.find((act) => act.opens);
  return (
    <header className="page-head">
      <p className="crumbs">
        <Link to="/catalogue">{t("nav.catalogue")}</Link>
        {view && (
          <Link to="/catalogue/$id" params={{ id: view.id }} lang="zh-CN">
            {view.title}
          </Link>
        )}
      </p>
      <h1>{t(view === undefined ? "editor.new" : "editor.edit")}</h1>
      <p className="quiet">
        {t("editor.lead")} {ours && opening && <Article pack={ours} id={opening.article} />}
      </p>
    </header>
  );
}

/** What is lacking for review, each line leading to its field. */
function Lacking({ lacking, faults, saved }: { lacking: string[]; faults: ReturnType<typeof faultsOf>; saved: boolean }) {
  const { t } = useGlossary();
  const name = useElementName();
  const say = useFaultWords();
  const go = (path: string) => {
    const place = document.getElementById(fieldId(path));
    place?.scrollIntoView({ block: "center" });
    place?.focus();
  };
  const SHOWN = 12;
  return (
    <section className="card" aria-labelledby="lacking-title" aria-live="polite">
      <h2 id="lacking-title">{t("editor.check")}</h2>
      {faults.length > 0 && (
        <ul className="lacking">
          {faults.slice(0, SHOWN).map((fault) => (
            <li key={`${fault.path} ${fault.code}`}>
              <button type="button" className="plain" onClick={() => go(fault.path)}>
                {name(fault.path)}
              </button>
              <small className="error">{say(fault)}</small>
            </li>
          ))}
        </ul>
      )}
      {lacking.length > 0 && (
        <>
          <p className="quiet">{t("editor.lacking", { count: lacking.length })}</p>
          <ul className="lacking">
            {lacking.slice(0, SHOWN).map((path) => (
              <li key={path}>
                <button type="button" className="plain" onClick={() => go(path)}>
                  {name(path)}
                </button>
              </li>
            ))}
          </ul>
          {lacking.length > SHOWN && <p className="quiet">{t("editor.lacking_more", { count: lacking.length - SHOWN })}</p>}
        </>
      )}
      {faults.length === 0 && lacking.length === 0 && (
        <p className="quiet">{t(saved ? "editor.complete" : "editor.check_on_save")}</p>
      )}
    </section>
  );
}

/** The name of an element by its path, also inside the lists: `items[2].length`. */
function useElementName(): (path: string) => string {
  const { t, term } = useGlossary();
  return (path) => {
    const [, list, row, part] = /^(items|opening\.conditions|keywords)\[(\d+)\](?:\.(\w+))?$/.exec(path) ?? [];
    if (list === "items") return t("items.cell", { row: Number(row) + 1, column: term("item", part ?? "") });
    if (list !== undefined) return t("items.cell", { row: Number(row) + 1, column: term("element", list) });
    return term("element", path);
  };
}
