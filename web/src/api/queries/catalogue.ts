import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
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

/** Along which catalogue data is shelved. */
export type Shelf = "system" | "duty";
/** What is lacking: an entry, or its data. */
export type Lack = "entry" | "data";

export interface GapFilter {
  of: Shelf;
  lack: Lack;
  organisation?: string;
  offset: number;
  limit: number;
}

export const gaps = (filter: GapFilter) =>
  queryOptions({
    queryKey: ["entries", "gaps", filter],
    queryFn: () => take(client.GET("/api/v1/catalogue/gaps", { params: { query: filter } })),
  });

const BRANCH = 50;

/** One branch of the tree of catalogues, a page at a time. */
export const treeBranch = (branch: { by: Shelf; organisation?: string; under?: string }) =>
  infiniteQueryOptions({
    queryKey: ["entries", "tree", branch],
    queryFn: ({ pageParam }) =>
      take(client.GET("/api/v1/catalogue/tree", { params: { query: { ...branch, offset: pageParam, limit: BRANCH } } })),
    initialPageParam: 0,
    getNextPageParam: (last, pages) => (pages.length * BRANCH < last.total ? pages.length * BRANCH : undefined),
  });

export const links = (around: { organisation?: string; entry?: string }) =>
  queryOptions({
    queryKey: ["entries", "links", around],
    queryFn: () => take(client.GET("/api/v1/catalogue/links", { params: { query: around } })),
  });

export const history = (id: string, offset: number, limit: number) =>
  queryOptions({
    queryKey: ["entry", id, "history", offset, limit],
    queryFn: () => take(client.GET("/api/v1/entries/{id}/history", { params: { path: { id }, query: { offset, limit } } })),
  });

/** What the draft would change of what is published. */
export const duplicates = (id: string) =>
  queryOptions({
    queryKey: ["entry", id, "duplicates"],
    queryFn: () => take(client.GET("/api/v1/entries/{id}/duplicates", { params: { path: { id } } })),
  });

export const draftChanges = (id: string) =>
  queryOptions({
    queryKey: ["entry", id, "changes"],
    queryFn: () => take(client.GET("/api/v1/entries/{id}/changes", { params: { path: { id } } })),
  });
