import { queryOptions } from "@tanstack/react-query";
import { client, take } from "../client";
import type { operations } from "../schema";
import { LONG } from "./often";

/** Whether the reader may do something to the platform as a whole, as the district's policy answers. */
export const mayDo = (action: string) =>
  queryOptions({
    queryKey: ["policy", "may", action],
    queryFn: async () => (await take(client.POST("/api/v1/policy/explanation", { body: { action } }))).allowed,
    staleTime: LONG,
  });

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

export type ActFilter = NonNullable<operations["acts_list"]["parameters"]["query"]>;

/** Acts of the whole district, latest first. */
export const acts = (query: ActFilter) =>
  queryOptions({
    queryKey: ["acts", query],
    queryFn: () => take(client.GET("/api/v1/acts", { params: { query } })),
  });

/** Whatever stands at a place of the log, proven. */
export const entryEvidence = (shard: string, period: string, index: number) =>
  queryOptions({
    queryKey: ["log", shard, period, index, "evidence"],
    queryFn: () =>
      take(
        client.GET("/api/v1/log/{class}/{period}/entries/{index}/evidence", {
          params: { path: { class: shard, period, index } },
        }),
      ),
    staleTime: LONG,
    retry: false,
  });

export const figures = queryOptions({
  queryKey: ["figures"],
  queryFn: () => take(client.GET("/api/v1/figures")),
});

/** A recount from the log alone: nothing that runs unasked, and kept until it is asked for again. */
export const recount = queryOptions({
  queryKey: ["figures", "recount"],
  queryFn: () => take(client.POST("/api/v1/figures/recount")),
  enabled: false,
  retry: false,
  staleTime: Number.POSITIVE_INFINITY,
  gcTime: Number.POSITIVE_INFINITY,
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

/** The keys with which the log signs, as the district publishes them. */
export const logKeys = queryOptions({
  queryKey: ["checkpoint", "keys"],
  queryFn: () => take(client.GET("/api/v1/log/keys")),
  staleTime: LONG,
});

/** Who witnesses the log, and how far. */
export const witnesses = queryOptions({
  queryKey: ["checkpoint", "witnesses"],
  queryFn: () => take(client.GET("/api/v1/log/witnesses")),
});

export const districtState = queryOptions({
  queryKey: ["state"],
  queryFn: () => take(client.GET("/api/v1/state")),
});
