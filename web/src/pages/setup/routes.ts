import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { root } from "../../shell/routes";

/** A district without administrators shows this page alone, to whoever holds the code that its server printed. */
export const setup = createRoute({
  getParentRoute: () => root,
  path: "/setup",
  component: lazyRouteComponent(() => import("./Setup"), "Setup"),
});
