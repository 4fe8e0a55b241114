import { queryOptions } from "@tanstack/react-query";
import { client, type Schemas, take } from "../client";

export interface EntryFilter {
  text?: string;
  organisation?: string;
  status?: Schemas["EntryStatus"];
  sharing?: Schemas["SharingType"];
  offset: number;
  limit: number;
}

export const entries = (filter: EntryFilter) =>
  queryOptions({
    queryKey: ["entries", filter],
    queryFn: () => take(client.GET("/api/v1/entries", { params: { query: filter } })),
  });

export const entry = (id: string) =>
  queryOptions({
    queryKey: ["entry", id],
    queryFn: () => take(client.GET("/api/v1/entries/{id}", { params: { path: { id } } })),
  });
