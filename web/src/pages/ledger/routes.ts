import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { shell } from "../../shell/routes";
import { text, whole } from "../../shell/search";

export interface LedgerSearch {
  /** Which list; else one thing's proof. */
  view?: string;
  act?: string;
  call?: string;
  load?: string;
  /** A leaf by its place: `CLASS/PERIOD/INDEX`. */
  entry?: string;
  service?: string;
  /** Where a call's record stands: `PERIOD:INDEX`. */
  place?: string;
  organisation?: string;
  person?: string;
  /** The kind of who acted. */
  by?: string;
  /** Which act of the procedure. */
  action?: string;
  /** Only what the law did because a term had run out. */
  missed?: boolean;
  outcome?: string;
  /** How far a load has come. */
  state?: string;
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
    entry: text(search.entry),
    service: text(search.service),
    place: text(search.place),
    organisation: text(search.organisation),
    person: text(search.person),
    by: text(search.by),
    action: text(search.action),
    missed: search.missed === true || undefined,
    outcome: text(search.outcome),
    state: text(search.state),
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
