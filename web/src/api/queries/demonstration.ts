import { queryOptions } from "@tanstack/react-query";
import { client, take } from "../client";

export const clockReading = queryOptions({
  queryKey: ["demonstration", "clock"],
  queryFn: () => take(client.GET("/api/v1/demonstration/clock")),
});
