/** Handing an entry over: the acts that make somebody else wait, with their papers, through the endpoint that checks completeness. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Button, Input } from "antd";
import { useState } from "react";
import { client, Failure, type Schemas, take } from "../../../api/client";
import { oneCase, procedure } from "../../../api/queries";
import { useGlossary } from "../../../glossary";
import { forgetDraft, keepDraft, readDraft } from "../../../parts/drafts";
import { Fault } from "../../../shell/Faults";
import { Article, Law } from "../../docket/parts";

interface Props {
  view: Schemas["EntryView"];
  ready: boolean;
  /** Saves what is not saved yet. */
  save: () => Promise<void>;
}

export function Submit({ view, ready, save }: Props) {
  const { t } = useGlossary();
  const found = useQuery(oneCase(view.case));
  const the = found.data;
  const page = useQuery({ ...procedure(the?.pack ?? "", the?.procedure ?? ""), enabled: the !== undefined }).data;
  if (the === undefined || page === undefined) return null;
  // An act hands over when the state it leads to waits for somebody else, and when no deletion comes of it.
  const handsOver = (act: Schemas["PossibleAct"]) => {
    const to = page.states.find((state) => state.id === act.to);
    const mine = act.by.some((role) => the.my_roles.includes(role));
    return mine && to !== undefined && !to.end && !to.waits_for.some((role) => the.my_roles.includes(role.id));
  };
  const acts = the.possible.filter(handsOver);
  return (
    <section className="card stack" aria-labelledby="submit-title">
      <h2 id="submit-title">{t("editor.hand_over")}</h2>
      {acts.length === 0 && (
        <p className="quiet">
          {t("editor.no_hand_over")} <Law>{the.state_title}</Law>
        </p>
      )}
      {acts.map((act) => (
        <One key={act.act} view={view} the={the} page={page} act={act} ready={ready} save={save} main={act === acts[0]} />
      ))}
    </section>
  );
}

interface OneProps extends Props {
  the: Schemas["CaseView"];
  page: Schemas["ProcedurePage"];
  act: Schemas["PossibleAct"];
  main: boolean;
}

function One({ view, the, page, act, ready, save, main }: OneProps) {
  const { term } = useGlossary();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const draft = `submission.${view.id}.${act.act}`;
  const [typed, setTyped] = useState(() => readDraft(draft));
  const [key, setKey] = useState(() => crypto.randomUUID());
  const line = page.acts.find((one) => one.id === act.act);
  const name = (id: string) =>
    [...(line?.papers ?? []), ...(line?.guards ?? [])].find((one) => one.id === id)?.title ?? term("paper", id);
  const lacking = act.papers.filter((paper) => !typed[paper]?.trim());
  const write = (paper: string, text: string) => {
    const next = { ...typed, [paper]: text };
    setTyped(next);
    keepDraft(draft, next);
  };
  const send = useMutation({
    mutationFn: async () => {
      await save();
      return take(
        client.POST("/api/v1/entries/{id}/submission", {
          params: { path: { id: view.id }, header: { "idempotency-key": key } },
          body: {
            act: act.act,
            role: act.by.find((role) => the.my_roles.includes(role)) ?? null,
            papers: Object.fromEntries(act.papers.map((paper) => [paper, typed[paper]?.trim() ?? ""])),
            expected_version: the.version,
          },
        }),
      );
    },
    onSuccess: async () => {
      forgetDraft(draft);
      await Promise.all(
        ["case", "cases", "entry", "entries", "notices"].map((noun) => queries.invalidateQueries({ queryKey: [noun] })),
      );
      await navigate({ to: "/catalogue/$id", params: { id: view.id }, search: { done: "submitted" } });
    },
    onError: async (error) => {
      if (error instanceof Failure && error.problem !== undefined) setKey(crypto.randomUUID());
      await Promise.all(
        [
          ["case", view.case],
          ["entry", view.id],
        ].map((queryKey) => queries.invalidateQueries({ queryKey })),
      );
    },
  });
  return (
    <div className="stack">
      {act.papers.map((paper) => (
        <div className="field" key={paper}>
          <label htmlFor={`paper-${act.act}-${paper}`} lang="zh-CN">
            {name(paper)}
          </label>
          <Input.TextArea
            id={`paper-${act.act}-${paper}`}
            rows={2}
            value={typed[paper] ?? ""}
            onChange={(event) => write(paper, event.target.value)}
          />
        </div>
      ))}
      {send.isError && <Fault error={send.error} name={name} />}
      <div className="filters">
        <Button
          type={main ? "primary" : "default"}
          loading={send.isPending}
          disabled={!ready || lacking.length > 0}
          onClick={() => send.mutate()}
        >
          <Law>{act.title}</Law>
        </Button>
        <Article pack={the.pack} id={act.article} />
      </div>
      {(line?.guards ?? []).length > 0 && (
        <ul className="guards quiet" lang="zh-CN">
          {line?.guards.map((guard) => (
            <li key={guard.id}>{guard.title}</li>
          ))}
        </ul>
      )}
    </div>
  );
}
