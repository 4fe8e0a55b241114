import { queryOptions } from "@tanstack/react-query";
import { client, take } from "../client";
import { LONG } from "./often";

export const me = queryOptions({
  queryKey: ["me"],
  queryFn: () => take(client.GET("/api/v1/me")),
  staleTime: 60_000,
});

export const organisations = queryOptions({
  queryKey: ["organisations"],
  queryFn: () => take(client.GET("/api/v1/organisations", { params: { query: { limit: 200 } } })),
  staleTime: LONG,
});
