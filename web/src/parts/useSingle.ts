/**
 * Lets a piece of work run once at a time. A second click may come before the first has been drawn, so what a form shows
 * ("pending") is too late to hold it back.
 */
import { useCallback, useRef } from "react";

export function useSingle(): (work: () => Promise<unknown>) => void {
  const busy = useRef(false);
  return useCallback((work) => {
    if (busy.current) return;
    busy.current = true;
    void work()
      // Whoever does the work shows its failure.
      .catch(() => undefined)
      .finally(() => {
        busy.current = false;
      });
  }, []);
}
