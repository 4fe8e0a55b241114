import { queryOptions } from "@tanstack/react-query";
import { client, take } from "../client";

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
