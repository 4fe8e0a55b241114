import { queryOptions } from "@tanstack/react-query";
import { client, take } from "../client";
import { LONG } from "./often";

export const actEvidence = (id: string) =>
  queryOptions({
    queryKey: ["act", id, "evidence"],
    queryFn: () => take(client.GET("/api/v1/acts/{id}/evidence", { params: { path: { id } } })),
    staleTime: LONG,
  });

export const districtState = queryOptions({
  queryKey: ["state"],
  queryFn: () => take(client.GET("/api/v1/state")),
});
