import { queryOptions } from "@tanstack/react-query";
import { client, take } from "../client";
import { LONG } from "./often";

export const actEvidence = (id: string) =>
  queryOptions({
    queryKey: ["act", id, "evidence"],
    queryFn: () => take(client.GET("/api/v1/acts/{id}/evidence", { params: { path: { id } } })),
    staleTime: LONG,
  });

export const loadEvidence = (id: string) =>
  queryOptions({
    queryKey: ["load", id, "evidence"],
    queryFn: () => take(client.GET("/api/v1/loads/{id}/evidence", { params: { path: { id } } })),
    staleTime: LONG,
  });

export const callEvidence = (id: string, service: string, index: number) =>
  queryOptions({
    queryKey: ["calls", id, "evidence"],
    queryFn: () => take(client.GET("/api/v1/calls/{id}/evidence", { params: { path: { id }, query: { service, index } } })),
    staleTime: LONG,
  });

export interface CallFilter {
  service?: string;
  organisation?: string;
  outcome?: string;
  from?: string;
  until?: string;
  before?: string;
  limit: number;
}

export const calls = (query: CallFilter) =>
  queryOptions({
    queryKey: ["calls", query],
    queryFn: () => take(client.GET("/api/v1/calls", { params: { query } })),
  });

/** The latest checkpoints of a shard; `null` where the log has no such shard yet. */
export const checkpoint = (shard: string, period: string) =>
  queryOptions({
    queryKey: ["checkpoint", shard, period],
    queryFn: () => take(client.GET("/api/v1/log/{class}/{period}/checkpoint", { params: { path: { class: shard, period } } })),
    retry: false,
  });

export const districtState = queryOptions({
  queryKey: ["state"],
  queryFn: () => take(client.GET("/api/v1/state")),
});
