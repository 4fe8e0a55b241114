/** Where each page stands. A slice names its own pages; every page is a chunk of its own, loaded when somebody goes there. */
import type { QueryClient } from "@tanstack/react-query";
import { createRouter } from "@tanstack/react-router";
import { administrationRoutes } from "./pages/administration/routes";
import { catalogueRoutes } from "./pages/catalogue/routes";
import { collectionRoutes } from "./pages/collection/routes";
import { demonstrationRoutes } from "./pages/demonstration/routes";
import { docketRoutes } from "./pages/docket/routes";
import { helpRoutes } from "./pages/help/routes";
import { lawRoutes } from "./pages/law/routes";
import { ledgerRoutes } from "./pages/ledger/routes";
import { objectionRoutes } from "./pages/objection/routes";
import { setup } from "./pages/setup/routes";
import { sharingRoutes } from "./pages/sharing/routes";
import { Crashed, NoSuchPage } from "./shell/Faults";
import { login, root, shell } from "./shell/routes";

const tree = root.addChildren([
  login,
  setup,
  shell.addChildren([
    ...docketRoutes,
    ...catalogueRoutes,
    ...collectionRoutes,
    ...sharingRoutes,
    ...lawRoutes,
    ...objectionRoutes,
    ...ledgerRoutes,
    ...administrationRoutes,
    ...helpRoutes,
    ...demonstrationRoutes,
  ]),
]);

export function makeRouter(queries: QueryClient) {
  return createRouter({
    routeTree: tree,
    basepath: import.meta.env.BASE_URL.replace(/\/$/, ""),
    context: { queries },
    defaultPreload: "intent",
    defaultNotFoundComponent: NoSuchPage,
    defaultErrorComponent: Crashed,
    scrollRestoration: true,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
