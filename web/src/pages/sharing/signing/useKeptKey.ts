/** The key that this browser keeps for a person, read without loading the arithmetic of SM2 before it is needed. */
import { useQuery } from "@tanstack/react-query";

export function useKeptKey(person: string | undefined) {
  return useQuery({
    queryKey: ["browser-key", person],
    queryFn: async () => {
      const keys = await import("./keys");
      return keys.canKeep() ? keys.keptKey(person ?? "") : null;
    },
    enabled: person !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
}
