/**
 * Sending a file, and what became of it. The load's id is chosen here and is the key under which the district knows the file:
 * sending it again under the same id repeats nothing, whatever was lost on the way.
 */
import { Failure, type Problem, type Schemas } from "../../api/client";

export interface Sending {
  done: Promise<Schemas["Loaded"]>;
  stop: () => void;
}

interface Wanted {
  entry: string;
  id: string;
  file: File;
  sheet: string | undefined;
  /** Bytes that have left. `fetch` does not tell; that is why this is not the client. */
  onSent: (bytes: number) => void;
}

export function send({ entry, id, file, sheet, onSent }: Wanted): Sending {
  const request = new XMLHttpRequest();
  const about = new URLSearchParams({ name: file.name });
  if (sheet) about.set("sheet", sheet);
  const done = new Promise<Schemas["Loaded"]>((resolve, reject) => {
    request.upload.onprogress = (event) => onSent(event.loaded);
    request.upload.onload = () => onSent(file.size);
    request.onload = () => {
      const answer = parse(request.responseText);
      if (request.status >= 200 && request.status < 300 && answer !== undefined) resolve(answer as Schemas["Loaded"]);
      else reject(new Failure(answer as Problem | undefined));
    };
    request.onerror = () => reject(new Failure(undefined));
    request.onabort = () => reject(new Failure(undefined));
  });
  request.open("POST", `/api/v1/entries/${entry}/loads?${about}`);
  request.setRequestHeader("content-type", "application/octet-stream");
  request.setRequestHeader("x-gongshu-request", "1");
  request.setRequestHeader("idempotency-key", id);
  request.send(file);
  return { done, stop: () => request.abort() };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The forms that the district reads, by the end of the name. What the content really is, it looks at itself. */
export const READ = [".csv", ".tsv", ".txt", ".xlsx", ".xls", ".jsonl", ".ndjson", ".gz"];

export const isWorkbook = (name: string) => /\.xlsx?$/i.test(name);

/** `12.3 MB`: decimal, as file managers count. */
export function sizeOf(bytes: number): string {
  const units = ["B", "kB", "MB", "GB"];
  let size = bytes;
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? size : size.toFixed(1)} ${units[unit]}`;
}
