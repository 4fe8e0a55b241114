/** For the case page: what this slice knows of the case's subject, if it is one of its own. Loaded only where it is. */
import { Skeleton } from "antd";
import { lazy, Suspense } from "react";
import type { Schemas } from "../../api/client";

const Request = lazy(() => import("./Panels").then((module) => ({ default: module.Request })));
const ServiceLine = lazy(() => import("./Panels").then((module) => ({ default: module.ServiceLine })));

export function RequestPanel({ view }: { view: Schemas["CaseView"] }) {
  if (view.subject_kind !== "request" && view.subject_kind !== "service") return null;
  return (
    <Suspense fallback={<Skeleton active className="card" title={false} />}>
      {view.subject_kind === "request" ? <Request view={view} /> : <ServiceLine id={view.subject} />}
    </Suspense>
  );
}
