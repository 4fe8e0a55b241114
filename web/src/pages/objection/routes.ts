import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { shell } from "../../shell/routes";
import { text } from "../../shell/search";

/** A receipt number is a credential and stands in no address. */
const objections = createRoute({
  getParentRoute: () => shell,
  path: "/objections",
  staticData: { open: true },
  validateSearch: (search): { entry?: string; view?: string } => ({ entry: text(search.entry), view: text(search.view) }),
  component: lazyRouteComponent(() => import("./Objections"), "Objections"),
});

export const objectionRoutes = [objections] as const;
