import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { shell } from "../../shell/routes";
import { text, whole } from "../../shell/search";

const requests = createRoute({
  getParentRoute: () => shell,
  path: "/sharing",
  validateSearch: (search): { page?: number; scope?: string } => ({ page: whole(search.page), scope: text(search.scope) }),
  component: lazyRouteComponent(() => import("./Requests"), "Requests"),
});

const basket = createRoute({
  getParentRoute: () => shell,
  path: "/sharing/basket",
  component: lazyRouteComponent(() => import("./Basket"), "Basket"),
});

const key = createRoute({
  getParentRoute: () => shell,
  path: "/sharing/key",
  component: lazyRouteComponent(() => import("./Key"), "Key"),
});

const supplement = createRoute({
  getParentRoute: () => shell,
  path: "/sharing/supplement/$id",
  component: lazyRouteComponent(() => import("./Supplement"), "Supplement"),
});

const services = createRoute({
  getParentRoute: () => shell,
  path: "/sharing/services",
  validateSearch: (search): { page?: number } => ({ page: whole(search.page) }),
  component: lazyRouteComponent(() => import("./Services"), "Services"),
});

const service = createRoute({
  getParentRoute: () => shell,
  path: "/sharing/services/$id",
  component: lazyRouteComponent(() => import("./Service"), "Service"),
});

export const sharingRoutes = [requests, basket, key, supplement, services, service] as const;
