import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { shell } from "../../shell/routes";
import { text } from "../../shell/search";

const law = createRoute({
  getParentRoute: () => shell,
  path: "/law",
  staticData: { open: true },
  validateSearch: (search): { pack?: string; view?: string; article?: string; search?: string; with?: string } => ({
    pack: text(search.pack),
    view: text(search.view),
    article: text(search.article),
    search: text(search.search),
    with: text(search.with),
  }),
  component: lazyRouteComponent(() => import("./Law"), "Law"),
});

const procedure = createRoute({
  getParentRoute: () => shell,
  path: "/law/$pack/$procedure",
  staticData: { open: true },
  component: lazyRouteComponent(() => import("./Procedure"), "Procedure"),
});

export const lawRoutes = [law, procedure] as const;
