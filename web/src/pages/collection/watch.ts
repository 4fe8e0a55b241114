/**
 * Watching a load from the district's side: how many rows it has read, and when it is over. The browser comes back by itself
 * when the line is cut, and is told the present state first. The returned function ends the watching.
 */
import type { Schemas } from "../../api/client";

export type LoadProgress = Schemas["LoadProgress"];

interface Ears {
  onProgress: (progress: LoadProgress) => void;
  onDone: () => void;
  /** The district does not know the load, or the stream cannot be had. */
  onGone: () => void;
}

export function watchLoad(id: string, ears: Ears): () => void {
  const source = new EventSource(`/api/v1/loads/${id}/events`);
  source.addEventListener("progress", (event) => ears.onProgress(JSON.parse(event.data) as LoadProgress));
  source.addEventListener("done", () => {
    source.close();
    ears.onDone();
  });
  source.onerror = () => {
    if (source.readyState === EventSource.CLOSED) ears.onGone();
  };
  return () => source.close();
}
