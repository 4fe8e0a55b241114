import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { shell } from "../../shell/routes";
import { text, whole } from "../../shell/search";

interface Search {
  page?: number;
  text?: string;
  status?: string;
  sharing?: string;
  organisation?: string;
  duty?: string;
  system?: string;
  collected?: boolean;
}

const catalogue = createRoute({
  getParentRoute: () => shell,
  path: "/catalogue",
  validateSearch: (search): Search => ({
    page: whole(search.page),
    text: text(search.text),
    status: text(search.status),
    sharing: text(search.sharing),
    organisation: text(search.organisation),
    duty: text(search.duty),
    system: text(search.system),
    collected: typeof search.collected === "boolean" ? search.collected : undefined,
  }),
  component: lazyRouteComponent(() => import("./Catalogue"), "Catalogue"),
});

const gaps = createRoute({
  getParentRoute: () => shell,
  path: "/catalogue/gaps",
  validateSearch: (search): { page?: number; of?: string; lack?: string; organisation?: string } => ({
    page: whole(search.page),
    of: text(search.of),
    lack: text(search.lack),
    organisation: text(search.organisation),
  }),
  component: lazyRouteComponent(() => import("./Gaps"), "Gaps"),
});

const tree = createRoute({
  getParentRoute: () => shell,
  path: "/catalogue/tree",
  validateSearch: (search): { by?: string } => ({ by: text(search.by) }),
  component: lazyRouteComponent(() => import("./Tree"), "Tree"),
});

const links = createRoute({
  getParentRoute: () => shell,
  path: "/catalogue/links",
  validateSearch: (search): { organisation?: string; entry?: string } => ({
    organisation: text(search.organisation),
    entry: text(search.entry),
  }),
  component: lazyRouteComponent(() => import("./Links"), "Links"),
});

const sources = createRoute({
  getParentRoute: () => shell,
  path: "/catalogue/sources",
  validateSearch: (search): { organisation?: string } => ({ organisation: text(search.organisation) }),
  component: lazyRouteComponent(() => import("./Sources"), "Sources"),
});

const fresh = createRoute({
  getParentRoute: () => shell,
  path: "/catalogue/new",
  validateSearch: (search): { duty?: string; system?: string } => ({ duty: text(search.duty), system: text(search.system) }),
  component: lazyRouteComponent(() => import("./Editor"), "NewEntry"),
});

const form = createRoute({
  getParentRoute: () => shell,
  path: "/catalogue/import",
  component: lazyRouteComponent(() => import("./Import"), "Import"),
});

const entry = createRoute({
  getParentRoute: () => shell,
  path: "/catalogue/$id",
  validateSearch: (search): { view?: string; done?: string } => ({ view: text(search.view), done: text(search.done) }),
  component: lazyRouteComponent(() => import("./Entry"), "Entry"),
});

const edit = createRoute({
  getParentRoute: () => shell,
  path: "/catalogue/$id/edit",
  component: lazyRouteComponent(() => import("./Editor"), "EditEntry"),
});

const review = createRoute({
  getParentRoute: () => shell,
  path: "/catalogue/$id/review",
  component: lazyRouteComponent(() => import("./Review"), "Review"),
});

export const catalogueRoutes = [catalogue, tree, links, gaps, sources, fresh, form, entry, edit, review] as const;
