import { queryOptions } from "@tanstack/react-query";
import { client, type Schemas, take } from "../client";
import { LONG } from "./often";

/** An explanation without the pauses, whose pairs the client's types do not follow. */
export type Explanation = Omit<Schemas["Explanation"], "clocks"> & { clocks: Omit<Schemas["ClockGround"], "pauses">[] };

export interface CaseFilter {
  waiting_for_me?: boolean;
  mine?: boolean;
  /** Only cases in which the reader's organisation plays this part. */
  part?: "demander" | "provider";
  pack?: string;
  procedure?: string;
  ended?: boolean;
  subject?: string;
  text?: string;
  due_before?: string;
  sort?: "due" | "changed" | "opened";
  offset?: number;
  limit?: number;
}

export const cases = (filter: CaseFilter) =>
  queryOptions({
    queryKey: ["cases", filter],
    queryFn: () => take(client.GET("/api/v1/cases", { params: { query: filter } })),
  });

export const oneCase = (id: string) =>
  queryOptions({
    queryKey: ["case", id],
    queryFn: () => take(client.GET("/api/v1/cases/{id}", { params: { path: { id } } })),
  });

export const explanation = (id: string) =>
  queryOptions({
    queryKey: ["case", id, "explanation"],
    queryFn: () => take(client.GET("/api/v1/cases/{id}/explanation", { params: { path: { id } } })),
  });

export const actPapers = (id: string) =>
  queryOptions({
    queryKey: ["act", id, "papers"],
    queryFn: () => take(client.GET("/api/v1/acts/{id}/papers", { params: { path: { id } } })),
    staleTime: LONG,
  });

export const notices = (unread: boolean, offset: number, limit: number) =>
  queryOptions({
    queryKey: ["notices", unread, offset, limit],
    queryFn: () => take(client.GET("/api/v1/notices", { params: { query: { unread, offset, limit } } })),
  });

/** What was done since an instant, by people and by the law, in the cases that concern the reader. */
export const changes = (since: string, offset: number, limit: number) =>
  queryOptions({
    queryKey: ["changes", since, offset, limit],
    queryFn: () => take(client.GET("/api/v1/changes", { params: { query: { since, offset, limit } } })),
  });

/** What an act would lead to, or why the law would refuse it; nothing is written. Only what decides is in the key, no text. */
export const rehearsal = (id: string, body: Schemas["ActBody"]) =>
  queryOptions({
    queryKey: [
      "case",
      id,
      "rehearsal",
      body.act,
      body.expected_version,
      Object.keys(body.papers ?? {}),
      body.facts,
      body.extension,
    ],
    queryFn: () => take(client.POST("/api/v1/cases/{id}/rehearsal", { params: { path: { id } }, body })),
    retry: false,
  });
