/** What the pages read, each with its key; a page never writes a path. Keys begin with the thing's noun, for invalidation. */
import { queryOptions } from "@tanstack/react-query";
import { client, type Schemas, take } from "./client";

/** A pack as it arrives: the document says of `articles` that it is a number and a list; it is the list. */
export type Book = Omit<Schemas["PackView"], "articles"> & { articles: Schemas["ArticleView"][] };

/** An explanation without the pauses, whose pairs the client's types do not follow. */
export type Explanation = Omit<Schemas["Explanation"], "clocks"> & { clocks: Omit<Schemas["ClockGround"], "pauses">[] };

/** The law and what is written for good change rarely. */
const LONG = 10 * 60_000;

export const me = queryOptions({
  queryKey: ["me"],
  queryFn: () => take(client.GET("/api/v1/me")),
  staleTime: 60_000,
});

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

export const actEvidence = (id: string) =>
  queryOptions({
    queryKey: ["act", id, "evidence"],
    queryFn: () => take(client.GET("/api/v1/acts/{id}/evidence", { params: { path: { id } } })),
    staleTime: LONG,
  });

export const notices = (unread: boolean, offset: number, limit: number) =>
  queryOptions({
    queryKey: ["notices", unread, offset, limit],
    queryFn: () => take(client.GET("/api/v1/notices", { params: { query: { unread, offset, limit } } })),
  });

export const packs = queryOptions({
  queryKey: ["packs"],
  queryFn: () => take(client.GET("/api/v1/packs")),
  staleTime: LONG,
});

export const pack = (id: string) =>
  queryOptions({
    queryKey: ["packs", id],
    queryFn: () => take(client.GET("/api/v1/packs/{pack}", { params: { path: { pack: id } } })),
    staleTime: LONG,
  });

export const procedure = (packId: string, id: string) =>
  queryOptions({
    queryKey: ["packs", packId, "procedure", id],
    queryFn: () =>
      take(
        client.GET("/api/v1/law/packs/{pack}/procedures/{procedure}", { params: { path: { pack: packId, procedure: id } } }),
      ),
    staleTime: LONG,
  });

export const procedureGraph = (packId: string, id: string) =>
  queryOptions({
    queryKey: ["packs", packId, "graph", id],
    queryFn: () =>
      take(
        client.GET("/api/v1/law/packs/{pack}/procedures/{procedure}/graph.svg", {
          params: { path: { pack: packId, procedure: id } },
          parseAs: "text",
        }),
      ),
    staleTime: LONG,
  });

export const comparison = (left: string, right: string, all: boolean) =>
  queryOptions({
    queryKey: ["packs", "compare", left, right, all],
    queryFn: () => take(client.GET("/api/v1/law/compare", { params: { query: { left, right, all } } })),
    staleTime: LONG,
  });

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

export const entryLoads = (id: string) =>
  queryOptions({
    queryKey: ["entry", id, "loads"],
    queryFn: () => take(client.GET("/api/v1/entries/{id}/loads", { params: { path: { id }, query: { limit: 10 } } })),
  });

export const entryVersions = (id: string) =>
  queryOptions({
    queryKey: ["entry", id, "versions"],
    queryFn: () => take(client.GET("/api/v1/entries/{id}/versions", { params: { path: { id }, query: { limit: 20 } } })),
  });

export const sharingRequest = (id: string) =>
  queryOptions({
    queryKey: ["sharing-request", id],
    queryFn: () => take(client.GET("/api/v1/sharing-requests/{id}", { params: { path: { id } } })),
  });

export const service = (id: string) =>
  queryOptions({
    queryKey: ["service", id],
    queryFn: () => take(client.GET("/api/v1/services/{id}", { params: { path: { id } } })),
  });

export const organisations = queryOptions({
  queryKey: ["organisations"],
  queryFn: () => take(client.GET("/api/v1/organisations", { params: { query: { limit: 200 } } })),
  staleTime: LONG,
});

export const districtState = queryOptions({
  queryKey: ["state"],
  queryFn: () => take(client.GET("/api/v1/state")),
});

export const clockReading = queryOptions({
  queryKey: ["demonstration", "clock"],
  queryFn: () => take(client.GET("/api/v1/demonstration/clock")),
});
