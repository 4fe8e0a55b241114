/** One's own account: who one is here, the second factor, and where one is logged in. */
import { useQuery } from "@tanstack/react-query";
import { me } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { Law } from "../docket/parts";
import "./administration.css";
import { OwnPassword } from "./OwnPassword";
import { SessionList } from "./SessionList";
import { OwnEnrolment } from "./Totp";

export function Account() {
  const { t, term } = useGlossary();
  const { data: known } = useQuery(me);
  if (!known?.person) return null;
  return (
    <div className="page administration">
      <header className="page-head">
        <h1>{t("account.title")}</h1>
        <p className="quiet">{t("account.lead")}</p>
      </header>
      <section className="card">
        <h2>{t("account.who")}</h2>
        <dl className="contents">
          <div>
            <dt>{t("admin.person")}</dt>
            <dd>
              <Law>{known.name}</Law> <code>{known.login}</code>
            </dd>
          </div>
          <div>
            <dt>{t("admin.organisation")}</dt>
            <dd>
              <Law>{known.organisation?.name}</Law>
            </dd>
          </div>
          <div>
            <dt>{t("admin.roles")}</dt>
            <dd>{known.roles.map((role) => term("role", role)).join(t("list.separator"))}</dd>
          </div>
        </dl>
        <p className="quiet">{t("account.who_hint")}</p>
      </section>
      <section className="card stack">
        <h2>{t("admin.totp")}</h2>
        <p className="quiet">{t("account.totp_hint")}</p>
        <OwnEnrolment />
      </section>
      <section className="card stack">
        <h2>{t("account.password")}</h2>
        <p className="quiet">{t("account.password_hint")}</p>
        <OwnPassword />
      </section>
      <section className="card">
        <h2>{t("admin.sessions_mine")}</h2>
        <SessionList />
      </section>
    </div>
  );
}
