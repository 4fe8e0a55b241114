import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { shell } from "../../shell/routes";
import { text, whole } from "../../shell/search";

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
  component: lazyRouteComponent(() => import("./Catalogue"), "Catalogue"),
});

const entry = createRoute({
  getParentRoute: () => shell,
  path: "/catalogue/$id",
  component: lazyRouteComponent(() => import("./Entry"), "Entry"),
});

export const catalogueRoutes = [catalogue, entry] as const;
