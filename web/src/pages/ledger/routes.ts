import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { shell } from "../../shell/routes";
import { text, whole } from "../../shell/search";

export interface LedgerSearch {
  /** Which list: acts, calls or loads; else one thing's proof. */
  view?: string;
  act?: string;
  call?: string;
  load?: string;
  service?: string;
  /** Where a call's record stands: `PERIOD:INDEX`. */
  place?: string;
  organisation?: string;
  outcome?: string;
  from?: string;
  until?: string;
  before?: string;
  procedure?: string;
  ended?: string;
  page?: number;
}

const evidence = createRoute({
  getParentRoute: () => shell,
  path: "/evidence",
  validateSearch: (search): LedgerSearch => ({
    view: text(search.view),
    act: text(search.act),
    call: text(search.call),
    load: text(search.load),
    service: text(search.service),
    place: text(search.place),
    organisation: text(search.organisation),
    outcome: text(search.outcome),
    from: text(search.from),
    until: text(search.until),
    before: text(search.before),
    procedure: text(search.procedure),
    ended: text(search.ended),
    page: whole(search.page),
  }),
  component: lazyRouteComponent(() => import("./Evidence"), "Evidence"),
});

export const ledgerRoutes = [evidence] as const;
