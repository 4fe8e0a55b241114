import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { shell } from "../../shell/routes";
import { text, whole } from "../../shell/search";

const home = createRoute({
  getParentRoute: () => shell,
  path: "/",
  component: lazyRouteComponent(() => import("./Home"), "Home"),
});

const allCases = createRoute({
  getParentRoute: () => shell,
  path: "/cases",
  validateSearch: (search): { page?: number; procedure?: string; state?: string; scope?: string } => ({
    page: whole(search.page),
    procedure: text(search.procedure),
    state: text(search.state),
    scope: text(search.scope),
  }),
  component: lazyRouteComponent(() => import("./Cases"), "Cases"),
});

const oneCase = createRoute({
  getParentRoute: () => shell,
  path: "/cases/$id",
  component: lazyRouteComponent(() => import("./Case"), "Case"),
});

const batch = createRoute({
  getParentRoute: () => shell,
  path: "/batch",
  validateSearch: (search): { cases?: string } => ({ cases: text(search.cases) }),
  component: lazyRouteComponent(() => import("./Batch"), "Batch"),
});

export const docketRoutes = [home, allCases, oneCase, batch] as const;
