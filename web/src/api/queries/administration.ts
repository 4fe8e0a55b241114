import { queryOptions } from "@tanstack/react-query";
import { client, type Schemas, take } from "../client";
import { LONG } from "./often";

export interface PeopleFilter {
  organisation?: string;
  search?: string;
  role?: Schemas["Role"];
  disabled?: boolean;
  offset: number;
  limit: number;
}

export const people = (filter: PeopleFilter) =>
  queryOptions({
    queryKey: ["people", filter],
    queryFn: () => take(client.GET("/api/v1/people", { params: { query: filter } })),
  });

export const organisationsPage = (search: string, offset: number, limit: number) =>
  queryOptions({
    queryKey: ["organisations", "page", search, offset, limit],
    queryFn: () =>
      take(
        client.GET("/api/v1/organisations", {
          params: { query: { ...(search === "" ? {} : { search }), offset, limit } },
        }),
      ),
  });

export const clients = (organisation: string | undefined, offset: number, limit: number) =>
  queryOptions({
    queryKey: ["clients", organisation, offset, limit],
    queryFn: () =>
      take(
        client.GET("/api/v1/clients", {
          params: { query: { ...(organisation === undefined ? {} : { organisation }), offset, limit } },
        }),
      ),
  });

/** One's own sessions, another person's, or those of everybody. */
export const sessions = (whose: { person?: string; all?: boolean; open?: boolean }, offset: number, limit: number) =>
  queryOptions({
    queryKey: ["sessions", whose, offset, limit],
    queryFn: () => take(client.GET("/api/v1/sessions", { params: { query: { ...whose, offset, limit } } })),
  });

export const amendments = (offset: number, limit: number) =>
  queryOptions({
    queryKey: ["amendments", offset, limit],
    queryFn: () => take(client.GET("/api/v1/amendments", { params: { query: { offset, limit } } })),
  });

export const amendmentMoves = (id: string, offset: number, limit: number) =>
  queryOptions({
    queryKey: ["amendments", id, "moves", offset, limit],
    queryFn: () => take(client.GET("/api/v1/amendments/{id}/moves", { params: { path: { id }, query: { offset, limit } } })),
  });

export const policyBook = queryOptions({
  queryKey: ["policy"],
  queryFn: () => take(client.GET("/api/v1/policy/rules")),
  staleTime: LONG,
});

export const setupStanding = queryOptions({
  queryKey: ["setup"],
  queryFn: () => take(client.GET("/api/v1/setup")),
  staleTime: 0,
});
