/** Who is logged in: one's own sessions, and for the security and the audit administrator everybody's. */
import { useGlossary } from "../../glossary";
import { Frame, useRoles } from "./parts";
import { SessionList } from "./SessionList";

export function Sessions() {
  const { t } = useGlossary();
  const roles = useRoles();
  const sees = roles.includes("security_administrator") || roles.includes("audit_administrator");
  return (
    <Frame word="admin.sessions" lead="admin.sessions_lead">
      <section className="card">
        <h2>{t("admin.sessions_mine")}</h2>
        <SessionList />
      </section>
      {sees && (
        <section className="card">
          <h2>{t("admin.sessions_others")}</h2>
          <SessionList whose={{ all: true, open: true }} />
        </section>
      )}
    </Frame>
  );
}
