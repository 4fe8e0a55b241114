import { queryOptions } from "@tanstack/react-query";
import { client, type Schemas, take } from "../client";
import { LONG } from "./often";

/** An explanation without the pauses, whose pairs the client's types do not follow. */
export type Explanation = Omit<Schemas["Explanation"], "clocks"> & { clocks: Omit<Schemas["ClockGround"], "pauses">[] };

export interface CaseFilter {
  waiting_for_me?: boolean;
  mine?: boolean;
  procedure?: string;
  ended?: boolean;
  subject?: string;
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
