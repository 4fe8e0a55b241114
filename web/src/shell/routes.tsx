/** The frame of all addresses: the login, and the shell around everything that needs one. */
import type { QueryClient } from "@tanstack/react-query";
import { createRootRouteWithContext, createRoute, lazyRouteComponent, Outlet, redirect } from "@tanstack/react-router";
import { Failure } from "../api/client";
import { me } from "../api/queries";
import { Crashed, NoSuchPage } from "./Faults";
import { Shell } from "./Shell";

export const root = createRootRouteWithContext<{ queries: QueryClient }>()({
  component: Outlet,
  notFoundComponent: NoSuchPage,
});

/** A page to come back to after the login: a path of ours, never an address. */
function pathOf(value: unknown): string | undefined {
  return typeof value === "string" && /^\/(?!\/|login)/.test(value) ? value : undefined;
}

export const login = createRoute({
  getParentRoute: () => root,
  path: "/login",
  validateSearch: (search): { to?: string } => ({ to: pathOf(search.to) }),
  component: lazyRouteComponent(() => import("../pages/identity/Login"), "Login"),
});

export const shell = createRoute({
  getParentRoute: () => root,
  id: "shell",
  component: Shell,
  errorComponent: Crashed,
  beforeLoad: async ({ context, location, matches }) => {
    try {
      const known = await context.queries.ensureQueryData(me);
      if (known !== null) return;
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== "not_authenticated") throw error;
    }
    if (matches.some(({ staticData }) => staticData.open)) return;
    throw redirect({ to: "/login", search: { to: location.href } });
  },
});

declare module "@tanstack/react-router" {
  interface StaticDataRouteOption {
    /** Whether the page is for everybody, logged in or not. */
    open?: true;
  }
}
