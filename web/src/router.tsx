/** Where each page stands. Every page is a chunk of its own, loaded when somebody goes there. */
import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import { Failure } from "./api/client";
import { me } from "./api/queries";
import { Crashed, NoSuchPage } from "./shell/Faults";
import { Shell } from "./shell/Shell";

const root = createRootRouteWithContext<{ queries: QueryClient }>()({ component: Outlet, notFoundComponent: NoSuchPage });

/** A page to come back to after the login: a path of ours, never an address. */
function pathOf(value: unknown): string | undefined {
  return typeof value === "string" && /^\/(?!\/|login)/.test(value) ? value : undefined;
}

const login = createRoute({
  getParentRoute: () => root,
  path: "/login",
  validateSearch: (search): { to?: string } => ({ to: pathOf(search.to) }),
  component: lazyRouteComponent(() => import("./pages/identity/Login"), "Login"),
});

const shell = createRoute({
  getParentRoute: () => root,
  id: "shell",
  component: Shell,
  errorComponent: Crashed,
  beforeLoad: async ({ context, location }) => {
    try {
      const known = await context.queries.ensureQueryData(me);
      if (known !== null) return;
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== "not_authenticated") throw error;
    }
    throw redirect({ to: "/login", search: { to: location.href } });
  },
});

const text = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);
const whole = (value: unknown) => (typeof value === "number" && Number.isInteger(value) && value > 1 ? value : undefined);

const home = createRoute({
  getParentRoute: () => shell,
  path: "/",
  component: lazyRouteComponent(() => import("./pages/docket/Home"), "Home"),
});

const allCases = createRoute({
  getParentRoute: () => shell,
  path: "/cases",
  validateSearch: (search): { page?: number; procedure?: string; scope?: string } => ({
    page: whole(search.page),
    procedure: text(search.procedure),
    scope: text(search.scope),
  }),
  component: lazyRouteComponent(() => import("./pages/docket/Cases"), "Cases"),
});

const oneCase = createRoute({
  getParentRoute: () => shell,
  path: "/cases/$id",
  component: lazyRouteComponent(() => import("./pages/docket/Case"), "Case"),
});

const law = createRoute({
  getParentRoute: () => shell,
  path: "/law",
  validateSearch: (search): { pack?: string; view?: string; article?: string; search?: string; with?: string } => ({
    pack: text(search.pack),
    view: text(search.view),
    article: text(search.article),
    search: text(search.search),
    with: text(search.with),
  }),
  component: lazyRouteComponent(() => import("./pages/law/Law"), "Law"),
});

const procedure = createRoute({
  getParentRoute: () => shell,
  path: "/law/$pack/$procedure",
  component: lazyRouteComponent(() => import("./pages/law/Procedure"), "Procedure"),
});

const catalogue = createRoute({
  getParentRoute: () => shell,
  path: "/catalogue",
  validateSearch: (search): { page?: number; text?: string; status?: string; sharing?: string; organisation?: string } => ({
    page: whole(search.page),
    text: text(search.text),
    status: text(search.status),
    sharing: text(search.sharing),
    organisation: text(search.organisation),
  }),
  component: lazyRouteComponent(() => import("./pages/catalogue/Catalogue"), "Catalogue"),
});

const entry = createRoute({
  getParentRoute: () => shell,
  path: "/catalogue/$id",
  component: lazyRouteComponent(() => import("./pages/catalogue/Entry"), "Entry"),
});

const evidence = createRoute({
  getParentRoute: () => shell,
  path: "/evidence",
  validateSearch: (search): { act?: string } => ({ act: text(search.act) }),
  component: lazyRouteComponent(() => import("./pages/ledger/Evidence"), "Evidence"),
});

const time = createRoute({
  getParentRoute: () => shell,
  path: "/time",
  component: lazyRouteComponent(() => import("./pages/demonstration/Time"), "Time"),
});

const tree = root.addChildren([
  login,
  shell.addChildren([home, allCases, oneCase, law, procedure, catalogue, entry, evidence, time]),
]);

export function makeRouter(queries: QueryClient) {
  return createRouter({
    routeTree: tree,
    basepath: import.meta.env.BASE_URL.replace(/\/$/, ""),
    context: { queries },
    defaultPreload: "intent",
    defaultNotFoundComponent: NoSuchPage,
    defaultErrorComponent: Crashed,
    scrollRestoration: true,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
