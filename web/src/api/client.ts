/**
 * The interface, typed from its own document.
 *
 * The session is a cookie that scripts cannot read. Every request carries the header that another site cannot add, because
 * the district refuses a cookie without it wherever something may change.
 */
import createClient from "openapi-fetch";
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];
export type Problem = Schemas["Problem"];

export const client = createClient<paths>({ baseUrl: "/", headers: { "x-gongshu-request": "1" } });

/** What the district or the way to it said instead of an answer. `problem` is absent where nothing answered. */
export class Failure extends Error {
  readonly problem: Problem | undefined;
  constructor(problem: Problem | undefined) {
    super(problem?.detail ?? "no answer");
    this.problem = problem;
  }
  /** The word of the table of errors, or `offline` where nothing answered. */
  get code(): string {
    return this.problem?.code ?? "offline";
  }
}

/** The answer's data. @throws Failure for a problem, and where nothing answers. */
export async function take<T>(asked: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const answer = await asked.catch(() => {
    throw new Failure(undefined);
  });
  if (answer.error !== undefined || !answer.response.ok) throw new Failure(problemIn(answer.error));
  return answer.data as T;
}

function problemIn(error: unknown): Problem | undefined {
  return typeof error === "object" && error !== null && "code" in error ? (error as Problem) : undefined;
}
