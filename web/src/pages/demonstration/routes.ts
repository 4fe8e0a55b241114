import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { shell } from "../../shell/routes";

const time = createRoute({
  getParentRoute: () => shell,
  path: "/time",
  component: lazyRouteComponent(() => import("./Time"), "Time"),
});

export const demonstrationRoutes = [time] as const;
