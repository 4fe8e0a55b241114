import { queryOptions } from "@tanstack/react-query";
import { client, take } from "../client";

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
