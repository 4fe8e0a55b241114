import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { shell } from "../../shell/routes";

const overview = createRoute({
  getParentRoute: () => shell,
  path: "/administration",
  component: lazyRouteComponent(() => import("./Overview"), "Overview"),
});

const organisations = createRoute({
  getParentRoute: () => shell,
  path: "/administration/organisations",
  component: lazyRouteComponent(() => import("./Organisations"), "Organisations"),
});

const people = createRoute({
  getParentRoute: () => shell,
  path: "/administration/people",
  component: lazyRouteComponent(() => import("./People"), "People"),
});

const clients = createRoute({
  getParentRoute: () => shell,
  path: "/administration/clients",
  component: lazyRouteComponent(() => import("./Clients"), "Clients"),
});

const sessions = createRoute({
  getParentRoute: () => shell,
  path: "/administration/sessions",
  component: lazyRouteComponent(() => import("./Sessions"), "Sessions"),
});

const policy = createRoute({
  getParentRoute: () => shell,
  path: "/administration/policy",
  component: lazyRouteComponent(() => import("./Policy"), "Policy"),
});

const law = createRoute({
  getParentRoute: () => shell,
  path: "/administration/law",
  component: lazyRouteComponent(() => import("./LawInForce"), "LawInForce"),
});

const amend = createRoute({
  getParentRoute: () => shell,
  path: "/administration/law/amendment",
  component: lazyRouteComponent(() => import("./Amend"), "Amend"),
});

const account = createRoute({
  getParentRoute: () => shell,
  path: "/account",
  component: lazyRouteComponent(() => import("./Account"), "Account"),
});

export const administrationRoutes = [overview, organisations, people, clients, sessions, policy, law, amend, account] as const;
