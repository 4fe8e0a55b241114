import { queryOptions } from "@tanstack/react-query";
import { client, type Schemas, take } from "../client";
import type { operations } from "../schema";
import { LONG } from "./often";

export const sharingRequest = (id: string) =>
  queryOptions({
    queryKey: ["sharing-request", id],
    queryFn: () => take(client.GET("/api/v1/sharing-requests/{id}", { params: { path: { id } } })),
  });

/** The signed commitment of a request, verified anew by the district; a failure where there is none or it does not hold. */
export const commitment = (id: string) =>
  queryOptions({
    queryKey: ["sharing-request", id, "commitment"],
    queryFn: () => take(client.GET("/api/v1/sharing-requests/{id}/commitment", { params: { path: { id } } })),
    retry: false,
  });

/** The text to sign for these elements. */
export const commitmentText = (body: Schemas["RequestInput"]) =>
  queryOptions({
    queryKey: ["commitment-text", body],
    queryFn: () => take(client.POST("/api/v1/sharing-requests/commitment-text", { body })),
    staleTime: LONG,
  });

/** Under which key an organisation signs, and whether the platform keeps its private half. */
export const signingKey = (id: string) =>
  queryOptions({
    queryKey: ["signing-key", id],
    queryFn: () => take(client.GET("/api/v1/organisations/{id}/signing-key", { params: { path: { id } } })),
  });

export const services = (offset: number, limit: number) =>
  queryOptions({
    queryKey: ["services", offset, limit],
    queryFn: () => take(client.GET("/api/v1/services", { params: { query: { offset, limit } } })),
  });

export const service = (id: string) =>
  queryOptions({
    queryKey: ["service", id],
    queryFn: () => take(client.GET("/api/v1/services/{id}", { params: { path: { id } } })),
  });

/** Systems that may call a service. */
export const serviceClients = (id: string) =>
  queryOptions({
    queryKey: ["service", id, "clients"],
    queryFn: () => take(client.GET("/api/v1/services/{id}/clients", { params: { path: { id } } })),
  });

/** What a system must send to call a service. */
export const serviceExample = (id: string) =>
  queryOptions({
    queryKey: ["service", id, "example"],
    queryFn: () => take(client.GET("/api/v1/services/{id}/example", { params: { path: { id } } })),
    staleTime: LONG,
  });

type Usage = operations["services_usage"]["parameters"]["query"];

/** The sums of a service's use by `day` or `hour`. The document's type of the step says too little; these are its words. */
export const serviceUsage = (id: string, by: "day" | "hour", from: string) =>
  queryOptions({
    queryKey: ["usage", id, by, from],
    queryFn: () => {
      const query = { by, from } as Usage;
      return take(client.GET("/api/v1/services/{id}/usage", { params: { path: { id }, query } }));
    },
    placeholderData: (before: Schemas["Usage"] | undefined) => before,
  });
