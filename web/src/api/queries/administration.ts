import { queryOptions } from "@tanstack/react-query";
import { client, take } from "../client";

export interface PeopleFilter {
  organisation?: string;
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

export const sessions = (person: string | undefined, offset: number, limit: number) =>
  queryOptions({
    queryKey: ["sessions", person, offset, limit],
    queryFn: () =>
      take(
        client.GET("/api/v1/sessions", { params: { query: { ...(person === undefined ? {} : { person }), offset, limit } } }),
      ),
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
