/**
 * A real district before its set-up: a server of its own on an empty store. `GONGSHU_BIN` is the binary, else the one that the
 * workspace has built; its consoles are those that it carries.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const BINARY = process.env.GONGSHU_BIN ?? new URL("../../target/debug/gongshu", import.meta.url).pathname;

export interface EmptyDistrict {
  /** Where its consoles are. */
  console: string;
  /** What whoever started it read on the terminal. */
  code: string;
  end: () => Promise<void>;
}

export async function emptyDistrict(): Promise<EmptyDistrict> {
  const store = mkdtempSync(join(tmpdir(), "gongshu-empty-"));
  const server = spawn(BINARY, ["serve", "--json", "--store", store, "--listen", "127.0.0.1:0"], {
    env: { ...process.env, GONGSHU_PASSPHRASE: crypto.randomUUID() },
    stdio: ["ignore", "pipe", "ignore"],
  });
  const gone = new Promise<void>((resolve, reject) => {
    server.once("exit", () => resolve());
    server.once("error", reject);
  });
  const end = async () => {
    server.kill("SIGTERM");
    await gone;
    rmSync(store, { recursive: true, force: true });
  };
  let code = "";
  for await (const line of createInterface(server.stdout)) {
    const told: { setup_code?: string; serving?: string } = JSON.parse(line);
    code = told.setup_code ?? code;
    if (told.serving !== undefined) return { console: `${told.serving}/console`, code, end };
  }
  await gone;
  throw new Error(`${BINARY} did not serve an empty store`);
}
