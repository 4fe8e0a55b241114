/** What went wrong, in people's words: what it means, on which article, and what to do next. */
import { Link } from "@tanstack/react-router";
import { Alert, Button, Empty, Skeleton } from "antd";
import type { ReactNode } from "react";
import { Failure } from "../api/client";
import { fill, useGlossary } from "../glossary";

/** A failure in a place of the page. `names` translates ids of papers and conditions where the caller knows them. */
export function Fault({ error, again, name }: { error: unknown; again?: () => void; name?: (id: string) => string }) {
  const { t, term } = useGlossary();
  const failure = error instanceof Failure ? error : new Failure(undefined);
  const problem = failure.problem;
  const title = problem?.refusal ? term("refusal", problem.refusal) : term("problem", failure.code, t("problem.unknown"));
  const reasons = problem?.reasons ?? [];
  // What is said reason by reason needs no list of ids beside it.
  const lacking = reasons.length > 0 ? [] : [...(problem?.missing ?? []), ...(problem?.failed ?? [])];
  return (
    <Alert
      type={problem?.code === "conflict" || problem?.refusal ? "warning" : "error"}
      showIcon
      role="alert"
      title={title}
      action={again && <Button onClick={again}>{t("fault.again")}</Button>}
      description={
        <>
          <p>{term("problem_next", failure.code, t("problem_next.unknown"))}</p>
          {reasons.length > 0 && (
            <ul>
              {reasons.map(({ code, values }) => (
                <li key={`${code} ${Object.values(values).join(" ")}`}>
                  {fill(term("reason", code, t("problem.unknown")), values)}
                </li>
              ))}
            </ul>
          )}
          {lacking.length > 0 && (
            <ul lang="zh-CN">
              {lacking.map((id) => (
                <li key={id}>{name?.(id) ?? id}</li>
              ))}
            </ul>
          )}
          {(problem?.fields ?? []).length > 0 && (
            <ul>
              {problem?.fields?.map((field) => (
                <li key={field.path}>
                  <code>{field.path}</code> {field.what}
                </li>
              ))}
            </ul>
          )}
          {problem?.article && <p>{t("fault.article", { article: problem.article })}</p>}
          {problem && (
            <details>
              <summary>{t("fault.details")}</summary>
              <code lang="en">{problem.detail}</code> {problem.request_id && <code>{problem.request_id}</code>}
            </details>
          )}
        </>
      }
    />
  );
}

interface Asked<T> {
  data: T | undefined;
  error: unknown;
  refetch: () => unknown;
}

/** A query's three faces: still coming, failed, there. */
export function Loaded<T>({ of, rows = 4, children }: { of: Asked<T>; rows?: number; children: (data: T) => ReactNode }) {
  const { t } = useGlossary();
  if (of.data !== undefined) return children(of.data);
  if (of.error) return <Fault error={of.error} again={() => void of.refetch()} />;
  return (
    <div aria-busy="true" aria-label={t("fault.loading")} role="status">
      <Skeleton active paragraph={{ rows }} title={false} />
    </div>
  );
}

/** Nothing to show, and what to do about it. */
export function Nothing({ children }: { children: ReactNode }) {
  return <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={children} />;
}

export function NoSuchPage() {
  const { t } = useGlossary();
  return (
    <div className="page">
      <h1>{t("fault.no_page")}</h1>
      <p>
        <Link to="/">{t("fault.home")}</Link>
      </p>
    </div>
  );
}

export function Crashed({ error, reset }: { error: unknown; reset: () => void }) {
  const { t } = useGlossary();
  return (
    <div className="page">
      <h1>{t("fault.crashed")}</h1>
      <Fault error={error} again={reset} />
    </div>
  );
}
