/** Help: what somebody in this role does here and where, the keys, and the tour again. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Button } from "antd";
import { me } from "../../api/queries";
import { useGlossary, type Word } from "../../glossary";
import { type Part, partOf } from "../../shell/Tour";
import "./help.css";

type Place =
  | "/"
  | "/cases"
  | "/catalogue"
  | "/collection"
  | "/sharing"
  | "/law"
  | "/evidence"
  | "/account"
  | "/administration"
  | "/administration/people"
  | "/administration/organisations"
  | "/administration/clients"
  | "/administration/sessions"
  | "/administration/law";

/** Where each line of a role's guide leads; its words are `guide.<part>_<line>`. */
const GUIDE: Record<Part, Place[]> = {
  work: ["/", "/catalogue", "/collection", "/sharing", "/cases", "/account"],
  officer: ["/", "/cases", "/law", "/catalogue", "/evidence", "/account"],
  system: [
    "/administration/organisations",
    "/administration/people",
    "/administration/clients",
    "/administration/law",
    "/account",
  ],
  security: ["/administration/people", "/administration/sessions", "/administration", "/account"],
  audit: ["/evidence", "/cases", "/administration/people", "/account"],
};

const KEYS: Word[] = ["help.key_find", "help.key_tab", "help.key_enter", "help.key_escape"];

export function Help() {
  const { t, term } = useGlossary();
  const { data: known } = useQuery(me);
  const navigate = useNavigate();
  if (!known) return null;
  const part = partOf(known);
  const again = async () => {
    await navigate({ to: "/" });
    window.dispatchEvent(new Event("gongshu:tour"));
  };
  return (
    <div className="page">
      <header className="page-head">
        <h1>{t("nav.help")}</h1>
        <p className="quiet">{t("help.lead", { role: term("part", part) })}</p>
      </header>
      <section className="card" aria-labelledby="guide">
        <h2 id="guide">{t("help.guide")}</h2>
        <ol className="guide">
          {GUIDE[part].map((to, index) => (
            <li key={to}>
              <Link to={to}>{term("guide_to", to)}</Link>
              <p>{term("guide", `${part}_${index + 1}`)}</p>
            </li>
          ))}
        </ol>
        <Button onClick={() => void again()}>{t("help.tour")}</Button>
      </section>
      <section className="card" aria-labelledby="dates">
        <h2 id="dates">{t("help.dates")}</h2>
        <ul className="guide">
          <li>
            <p>{t("help.dates_1")}</p>
          </li>
          <li>
            <p>{t("help.dates_2")}</p>
          </li>
          <li>
            <p>{t("help.dates_3")}</p>
          </li>
        </ul>
      </section>
      <section className="card" aria-labelledby="faults">
        <h2 id="faults">{t("help.faults")}</h2>
        <ul className="guide">
          <li>
            <p>{t("help.faults_1")}</p>
          </li>
          <li>
            <p>{t("help.faults_2")}</p>
          </li>
          <li>
            <p>{t("help.faults_3")}</p>
          </li>
        </ul>
      </section>
      <section className="card" aria-labelledby="keys">
        <h2 id="keys">{t("help.keys")}</h2>
        <ul className="guide">
          {KEYS.map((word) => (
            <li key={word}>
              <p>{t(word)}</p>
            </li>
          ))}
        </ul>
      </section>
    </div>
  );
}
