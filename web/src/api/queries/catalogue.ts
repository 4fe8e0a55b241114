import { queryOptions } from "@tanstack/react-query";
import { client, type Schemas, take } from "../client";

export interface EntryFilter {
  text?: string;
  organisation?: string;
  status?: Schemas["EntryStatus"];
  sharing?: Schemas["SharingType"];
  duty?: string;
  system?: string;
  collected?: boolean;
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

/** The duties of an organisation, by code; of one's own where none is named. */
export const duties = (organisation: string | undefined, offset = 0, limit = 200) =>
  queryOptions({
    queryKey: ["duties", organisation, offset, limit],
    queryFn: () => take(client.GET("/api/v1/duties", { params: { query: { organisation, offset, limit } } })),
  });

/** The systems of an organisation, by code; of one's own where none is named. */
export const systems = (organisation: string | undefined, offset = 0, limit = 200) =>
  queryOptions({
    queryKey: ["systems", organisation, offset, limit],
    queryFn: () => take(client.GET("/api/v1/systems", { params: { query: { organisation, offset, limit } } })),
  });

export const gaps = (organisation: string | undefined) =>
  queryOptions({
    queryKey: ["entries", "gaps", organisation],
    queryFn: () => take(client.GET("/api/v1/entries/gaps", { params: { query: { organisation } } })),
  });
