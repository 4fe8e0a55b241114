/**
 * Something that changes what the district keeps; what depends on it is read again, and the page stays where it is.
 *
 * While it is on its way a second press is the same press: a form learns that it was sent only after the second click of a double
 * click. The key goes with requests that know one: where nothing answered, the same key finds out whether it was done; an answer,
 * a refusal too, ends it.
 */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import { Failure } from "../api/client";

export function useChange<Input, Output>(change: (input: Input, key: string) => Promise<Output>, nouns: string[]) {
  const queries = useQueryClient();
  const flying = useRef<Promise<Output>>(undefined);
  const key = useRef<string>(undefined);
  const again = () => Promise.all(nouns.map((noun) => queries.invalidateQueries({ queryKey: [noun] })));
  return useMutation({
    mutationFn: (input: Input) => {
      key.current ??= crypto.randomUUID();
      flying.current ??= change(input, key.current).finally(() => {
        flying.current = undefined;
      });
      return flying.current;
    },
    onSuccess: () => {
      key.current = undefined;
      return again();
    },
    onError: (error) => {
      if (!(error instanceof Failure) || error.problem === undefined) return;
      key.current = undefined;
      // What was refused may have been refused because it is not any more as the page shows it.
      void again();
    },
  });
}
