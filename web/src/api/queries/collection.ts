import { queryOptions } from "@tanstack/react-query";
import { client, take } from "../client";
import { LONG } from "./often";

export const entryLoads = (id: string, offset = 0, limit = 10) =>
  queryOptions({
    queryKey: ["entry", id, "loads", offset, limit],
    queryFn: () => take(client.GET("/api/v1/entries/{id}/loads", { params: { path: { id }, query: { offset, limit } } })),
  });

interface LoadsFilter {
  organisation?: string | undefined;
  state?: string | undefined;
  /** Of the whole district, for who reads the log. */
  district?: boolean;
  offset: number;
  limit: number;
}

/** What an organisation handed in, over all its entries, newest first. */
export const loadsOf = (filter: LoadsFilter) =>
  queryOptions({
    queryKey: ["loads", filter],
    queryFn: () => take(client.GET("/api/v1/loads", { params: { query: filter } })),
  });

/** The first rows of an entry's data, as it is shown: under its masks. */
export const preview = (id: string, limit: number) =>
  queryOptions({
    queryKey: ["entry", id, "preview", limit],
    queryFn: () => take(client.GET("/api/v1/entries/{id}/preview", { params: { path: { id }, query: { limit } } })),
  });

/** Where a load stands, also while it is running and when it was refused. */
export const loadState = (id: string) =>
  queryOptions({
    queryKey: ["load", id, "state"],
    queryFn: () => take(client.GET("/api/v1/loads/{id}/state", { params: { path: { id } } })),
  });

/** What came of a load that is over; it never changes. */
export const certificate = (id: string) =>
  queryOptions({
    queryKey: ["load", id],
    queryFn: () => take(client.GET("/api/v1/loads/{id}", { params: { path: { id } } })),
    staleTime: LONG,
  });

export const rejected = (id: string, offset: number, limit: number) =>
  queryOptions({
    queryKey: ["load", id, "rejected", offset, limit],
    queryFn: () => take(client.GET("/api/v1/loads/{id}/rejected", { params: { path: { id }, query: { offset, limit } } })),
    staleTime: LONG,
  });
