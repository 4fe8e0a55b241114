/** Logging in, and going on to the page that was asked for. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, Navigate, useNavigate, useSearch } from "@tanstack/react-router";
import { Alert } from "antd";
import { me, setupStanding } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { keepDraftsFor } from "../../parts/drafts";
import { LookSwitches } from "../../shell/Shell";
import { LoginForm } from "./LoginForm";

export function Login() {
  const { t } = useGlossary();
  const { to } = useSearch({ from: "/login" });
  const navigate = useNavigate();
  const queries = useQueryClient();

  // A district without administrators has nobody who could log in.
  const standing = useQuery(setupStanding).data;

  const entered = async () => {
    queries.clear();
    const { person } = await queries.fetchQuery(me);
    keepDraftsFor(person ?? "");
    // The way back was read off the address; the router takes it only as a path of this application.
    await navigate({ href: to ?? "/" });
  };

  if (standing?.needed) return <Navigate to="/setup" replace />;
  return (
    <div className="login">
      <div className="login-switches">
        <LookSwitches />
      </div>
      <main className="login-card">
        <img src={`${import.meta.env.BASE_URL}favicon.svg`} alt="" width={44} height={44} />
        <h1>{t("login.title")}</h1>
        <p className="quiet">{t("login.lead")}</p>
        {to !== undefined && <Alert type="info" showIcon title={t("login.back")} />}
        <LoginForm entered={entered} />
        <p className="middle quiet">
          {t("login.without")} <Link to="/law">{t("nav.law")}</Link>
          {t("list.dot")}
          <Link to="/objections">{t("nav.objections")}</Link>
        </p>
      </main>
    </div>
  );
}
