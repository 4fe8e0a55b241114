/** Who is logged in: one's own sessions, and for the security administrator everybody's, person by person. */
import { Link } from "@tanstack/react-router";
import { useGlossary } from "../../glossary";
import { Frame, useRoles } from "./parts";
import { SessionList } from "./SessionList";

export function Sessions() {
  const { t } = useGlossary();
  const secures = useRoles().includes("security_administrator");
  return (
    <Frame word="admin.sessions" lead="admin.sessions_lead">
      <section className="card">
        <h2>{t("admin.sessions_mine")}</h2>
        <SessionList />
      </section>
      {secures && (
        <section className="card stack">
          <h2>{t("admin.sessions_others")}</h2>
          <p>
            {t("admin.sessions_by_person")} <Link to="/administration/people">{t("admin.to_people")}</Link>
          </p>
        </section>
      )}
    </Frame>
  );
}
