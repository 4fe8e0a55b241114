import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { shell } from "../../shell/routes";
import { text } from "../../shell/search";

const evidence = createRoute({
  getParentRoute: () => shell,
  path: "/evidence",
  validateSearch: (search): { act?: string } => ({ act: text(search.act) }),
  component: lazyRouteComponent(() => import("./Evidence"), "Evidence"),
});

export const ledgerRoutes = [evidence] as const;
