/** The head that the pages of sharing have alike: requests, services, and the basket with what lies in it. */
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useGlossary } from "../../glossary";
import { useAsks, useBasket } from "./basket";
import "./sharing.css";

export function Frame({ children }: { children: ReactNode }) {
  const { t } = useGlossary();
  const asks = useAsks();
  const count = useBasket().list.length;
  return (
    <div className="page">
      <header className="page-head">
        <h1>{t("nav.sharing")}</h1>
        <nav className="subnav" aria-label={t("nav.sharing")}>
          <Link to="/sharing" activeOptions={{ exact: true, includeSearch: false }}>
            {t("sharing.requests")}
          </Link>
          <Link to="/sharing/services" activeOptions={{ includeSearch: false }}>
            {t("sharing.services")}
          </Link>
          {asks && (
            <>
              <Link to="/sharing/basket">
                {t("basket.title")}
                {count > 0 && <b className="number">{count}</b>}
              </Link>
              <Link to="/sharing/key">{t("key.title")}</Link>
            </>
          )}
        </nav>
      </header>
      {children}
    </div>
  );
}
