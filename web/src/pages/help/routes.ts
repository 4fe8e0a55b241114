import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { shell } from "../../shell/routes";

const help = createRoute({
  getParentRoute: () => shell,
  path: "/help",
  component: lazyRouteComponent(() => import("./Help"), "Help"),
});

export const helpRoutes = [help] as const;
