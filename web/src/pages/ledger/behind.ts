/** From a figure, or one of its parts, to the list that it counts, with the filters set. */
import { linkOptions } from "@tanstack/react-router";

/** What a part is a part by, e.g. `{ status: "published" }`. */
export type Of = Record<string, string>;

export function behind(figure: string, of: Of = {}) {
  const { procedure, state, status } = of;
  switch (figure) {
    case "acts":
      return linkOptions({ to: "/evidence", search: { view: "acts", procedure } });
    case "missed_terms":
      return linkOptions({ to: "/evidence", search: { view: "acts", procedure, missed: true } });
    case "breaches":
      return linkOptions({ to: "/evidence", search: { view: "acts", procedure, missed: true, outcome: "breach" } });
    case "calls":
    case "records":
      return linkOptions({ to: "/evidence", search: { view: "calls", outcome: "served" } });
    case "refused_calls":
      return linkOptions({ to: "/evidence", search: { view: "calls" } });
    case "loads":
      return linkOptions({ to: "/evidence", search: { view: "loads", state: state ?? status } });
    case "open_cases":
      return linkOptions({ to: "/cases", search: { procedure, state } });
    case "requests":
      return linkOptions({ to: "/cases", search: { procedure: "sharing_request", state: state ?? status } });
    case "services":
      return linkOptions({ to: "/sharing/services" });
    case "entries":
      return linkOptions({ to: "/catalogue", search: { status: status ?? state } });
    case "collected":
    case "rows":
      return linkOptions({ to: "/catalogue", search: { collected: true } });
    case "duties":
      return linkOptions({ to: "/catalogue/tree", search: { by: "duty" } });
    case "systems":
      return linkOptions({ to: "/catalogue/tree", search: { by: "system" } });
    case "organisations":
      return linkOptions({ to: "/catalogue/tree" });
    default:
      return undefined;
  }
}
