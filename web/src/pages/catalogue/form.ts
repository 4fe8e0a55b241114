/** The catalogue's form in Excel on its way to the district and back: looked through, taken over, or marked with its faults. */
import { Failure, type Problem, type Schemas } from "../../api/client";

const XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/** What is in the form, and whether it was taken over: never with a fault, never on trial. */
export type Imported = Schemas["Imported"];

async function post(file: File, trial: boolean, accept: string, key: string): Promise<Response> {
  const answer = await fetch(`/api/v1/entries/import?dry_run=${trial}`, {
    method: "POST",
    headers: { accept, "content-type": XLSX, "x-gongshu-request": "1", "idempotency-key": key },
    body: file,
  }).catch(() => undefined);
  if (answer === undefined) throw new Failure(undefined);
  if (!answer.ok) throw new Failure((await answer.json().catch(() => undefined)) as Problem | undefined);
  return answer;
}

/** Sends the form; on trial nothing is taken over. */
export async function sendForm(file: File, trial: boolean, key: string): Promise<Imported> {
  return (await post(file, trial, "application/json", key)).json() as Promise<Imported>;
}

/** Gets the same form back with its faults in red, and hands it to the browser as a download. */
export async function markedForm(file: File): Promise<void> {
  const answer = await post(file, true, XLSX, crypto.randomUUID());
  const address = URL.createObjectURL(await answer.blob());
  const link = document.createElement("a");
  link.href = address;
  link.download = file.name.replace(/(\.xlsx)?$/i, "-checked.xlsx");
  link.click();
  URL.revokeObjectURL(address);
}
