import { queryOptions } from "@tanstack/react-query";
import { client, type Schemas, take } from "../client";
import { LONG } from "./often";

/** A pack with all that it says. */
export type Book = Schemas["PackView"];

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

/** Every day of a year as the district counts it. */
export const calendarYear = (year: number) =>
  queryOptions({
    queryKey: ["calendar", year],
    queryFn: () => take(client.GET("/api/v1/law/calendar/{year}", { params: { path: { year } } })),
    staleTime: LONG,
  });
