/** The head that all pages of the catalogue share: the ways to look at it, and what can be done with it. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { me } from "../../api/queries";
import { useGlossary } from "../../glossary";
import "./catalogue.css";

const VIEWS = [
  ["/catalogue", "catalogue.view_table"],
  ["/catalogue/tree", "catalogue.view_tree"],
  ["/catalogue/links", "catalogue.view_links"],
  ["/catalogue/gaps", "catalogue.view_gaps"],
  ["/catalogue/sources", "catalogue.view_sources"],
] as const;

export function CatalogueHead({ children }: { children?: ReactNode }) {
  const { t } = useGlossary();
  const writes = useWrites();
  return (
    <header className="page-head">
      <div className="card-head flush">
        <h1>{t("nav.catalogue")}</h1>
        <div className="filters">
          {children}
          {writes && (
            <>
              <Link to="/catalogue/import" className="as-button">
                {t("catalogue.import")}
              </Link>
              <Link to="/catalogue/new" className="as-button main">
                {t("catalogue.write")}
              </Link>
            </>
          )}
        </div>
      </div>
      <nav aria-label={t("catalogue.views")}>
        <ul className="subnav">
          {VIEWS.map(([to, word]) => (
            <li key={to}>
              <Link to={to} activeOptions={{ exact: true, includeSearch: false }}>
                {t(word)}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
    </header>
  );
}

/** Whether this person writes entries for an organisation. The interface decides; this only spares dead ends. */
export function useWrites(organisation?: string): boolean {
  const known = useQuery(me).data;
  if (!known?.organisation || (organisation !== undefined && organisation !== known.organisation.id)) return false;
  return known.roles.some((role) => role === "data_executive" || role === "chief_data_officer");
}
