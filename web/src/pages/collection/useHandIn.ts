/**
 * Handing a file in, from choosing it to the district's answer, through a reload and a lost connection.
 *
 * The id of the load is kept in the tab together with what the file is called, from the moment it is sent until the answer is
 * here. Whoever comes back first learns what became of it: accepted, refused, still being worked on, or never arrived whole —
 * then the same file, chosen again, goes under the same id. A file that was refused is answered; the next one has an id of its own.
 */
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { client, Failure, type Schemas, take } from "../../api/client";
import { forgetDraft, keepDraft, readDraft } from "../../parts/drafts";
import { type Sending, send } from "./upload";
import { type LoadProgress, watchLoad } from "./watch";

/** What is kept of a file that is under way. */
export interface Underway {
  id: string;
  name: string;
  size: number;
}

export type Stage =
  | { kind: "free" }
  /** A file was under way when the page was left; whether it arrived is being asked. */
  | { kind: "asking"; underway: Underway }
  /** It did not arrive whole: the file has to be chosen again. */
  | { kind: "choose_again"; underway: Underway }
  | { kind: "sending"; underway: Underway; sent: number }
  | { kind: "working"; underway: Underway }
  /** No answer came. The file is still at hand. */
  | { kind: "lost"; underway: Underway }
  | { kind: "failed"; error: unknown }
  | { kind: "refused"; load: Schemas["LoadView"] }
  | { kind: "done"; id: string };

function kept(entry: string): Underway | undefined {
  const { id, name, size } = readDraft(`load.${entry}`);
  return id && name ? { id, name, size: Number(size) } : undefined;
}

/** What the district knows of a load; undefined where it never arrived whole. */
async function standing(id: string) {
  try {
    return await take(client.GET("/api/v1/loads/{id}/state", { params: { path: { id } } }));
  } catch (error) {
    if (error instanceof Failure && error.code === "not_found") return undefined;
    throw error;
  }
}

export function useHandIn(entry: string) {
  const queries = useQueryClient();
  const [stage, setStage] = useState<Stage>(() => {
    const underway = kept(entry);
    return underway ? { kind: "asking", underway } : { kind: "free" };
  });
  const file = useRef<File>(undefined);
  const sheet = useRef<string>(undefined);
  const sending = useRef<Sending>(undefined);

  const over = useCallback(
    (next: Stage) => {
      forgetDraft(`load.${entry}`);
      setStage(next);
      for (const queryKey of [["entry", entry], ["entries"], ["loads"]]) void queries.invalidateQueries({ queryKey });
    },
    [entry, queries],
  );

  const resend = useRef<(underway: Underway) => void>(undefined);
  /** Goes on from what the district knows; what it does not know is sent (`sends`) where the file is still at hand. */
  const ask = useCallback(
    async (underway: Underway, sends = false) => {
      try {
        const load = await standing(underway.id);
        if (load === undefined && sends && file.current) resend.current?.(underway);
        else if (load === undefined) setStage({ kind: file.current ? "lost" : "choose_again", underway });
        else if (load.state === "accepted") over({ kind: "done", id: load.id });
        else if (load.state === "running") setStage({ kind: "working", underway });
        else over({ kind: "refused", load });
      } catch {
        setStage({ kind: "lost", underway });
      }
    },
    [over],
  );

  const go = useCallback(
    async (underway: Underway) => {
      const wanted = file.current;
      if (wanted === undefined) return setStage({ kind: "choose_again", underway });
      keepDraft(`load.${entry}`, { id: underway.id, name: underway.name, size: String(underway.size) });
      setStage({ kind: "sending", underway, sent: 0 });
      const onSent = (sent: number) =>
        setStage((before) => {
          if (sent < wanted.size) return { kind: "sending", underway, sent };
          return before.kind === "working" ? before : { kind: "working", underway };
        });
      sending.current = send({ entry, id: underway.id, file: wanted, sheet: sheet.current, onSent });
      try {
        const loaded = await sending.current.done;
        over({ kind: "done", id: loaded.load });
      } catch (error) {
        if (error instanceof Failure && error.problem === undefined) return setStage({ kind: "lost", underway });
        // Somebody — this page before it was reloaded — has handed it in already, and it is being worked on.
        if (error instanceof Failure && error.code === "conflict") return void ask(underway);
        // Nobody is logged in any more: the file stays under way, and goes again under its id afterwards.
        if (error instanceof Failure && error.code === "not_authenticated")
          void queries.invalidateQueries({ queryKey: ["me"] });
        else forgetDraft(`load.${entry}`);
        setStage({ kind: "failed", error });
      } finally {
        sending.current = undefined;
      }
    },
    [entry, over, ask, queries],
  );

  resend.current = (underway) => void go(underway);

  const choose = useCallback(
    (chosen: File, ofSheet: string | undefined) => {
      file.current = chosen;
      sheet.current = ofSheet;
      const before = kept(entry);
      const same = before !== undefined && before.name === chosen.name && before.size === chosen.size;
      void go({ id: same ? before.id : crypto.randomUUID(), name: chosen.name, size: chosen.size });
    },
    [entry, go],
  );

  useEffect(() => {
    if (stage.kind === "asking") void ask(stage.underway);
  }, [stage, ask]);

  // The rows are told while they are read. After a reload nobody waits for the answer of the sending any more; then what came
  // of it is asked when the district says that the load is over.
  const [progress, setProgress] = useState<LoadProgress>();
  const working = stage.kind === "working" ? stage.underway : undefined;
  useEffect(() => {
    if (working === undefined) return;
    let later: ReturnType<typeof setTimeout> | undefined;
    const settle = () => {
      if (sending.current === undefined) void ask(working);
    };
    const end = watchLoad(working.id, {
      onProgress: setProgress,
      onDone: settle,
      onGone: () => {
        later = setTimeout(settle, 1_000);
      },
    });
    return () => {
      end();
      clearTimeout(later);
      setProgress(undefined);
    };
  }, [working, ask]);

  // Leaving the page breaks the sending off; the browser asks first.
  const isSending = stage.kind === "sending";
  useEffect(() => {
    if (!isSending) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [isSending]);

  return {
    stage,
    progress,
    choose,
    /** Sends the file at hand again under its id, after asking what became of it. */
    again: (underway: Underway) => void ask(underway, true),
    stop: () => sending.current?.stop(),
    reset: () => {
      file.current = undefined;
      forgetDraft(`load.${entry}`);
      setStage({ kind: "free" });
    },
  };
}
