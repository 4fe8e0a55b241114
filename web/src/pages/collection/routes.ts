import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { shell } from "../../shell/routes";
import { text, whole } from "../../shell/search";

const collection = createRoute({
  getParentRoute: () => shell,
  path: "/collection",
  validateSearch: (search): { page?: number; view?: string; state?: string; organisation?: string } => ({
    page: whole(search.page),
    view: text(search.view),
    state: text(search.state),
    organisation: text(search.organisation),
  }),
  component: lazyRouteComponent(() => import("./Collection"), "Collection"),
});

const handIn = createRoute({
  getParentRoute: () => shell,
  path: "/collection/$entry",
  component: lazyRouteComponent(() => import("./HandIn"), "HandIn"),
});

const load = createRoute({
  getParentRoute: () => shell,
  path: "/collection/loads/$id",
  validateSearch: (search): { fresh?: boolean } => ({ fresh: search.fresh === true || undefined }),
  component: lazyRouteComponent(() => import("./Load"), "Load"),
});

export const collectionRoutes = [collection, handIn, load] as const;
