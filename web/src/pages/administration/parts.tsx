/** What the pages of the administration share: their frame, who may use them, and how a secret is shown once. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Alert, Button } from "antd";
import { type ReactNode, useState } from "react";
import type { Schemas } from "../../api/client";
import { me } from "../../api/queries";
import { useGlossary, type Word } from "../../glossary";
import "./administration.css";

export type Role = Schemas["Role"];

/** The three administrators 三员, who exclude one another. */
export const ADMINISTRATORS: Role[] = ["system_administrator", "security_administrator", "audit_administrator"];

type Place = "" | "/organisations" | "/people" | "/clients" | "/sessions" | "/policy" | "/law";

const TABS: { to: `/administration${Place}`; word: Word }[] = [
  { to: "/administration", word: "admin.overview" },
  { to: "/administration/organisations", word: "admin.organisations" },
  { to: "/administration/people", word: "admin.people" },
  { to: "/administration/clients", word: "admin.clients" },
  { to: "/administration/sessions", word: "admin.sessions" },
  { to: "/administration/policy", word: "admin.policy" },
  { to: "/administration/law", word: "admin.law" },
];

export function useRoles(): Role[] {
  return useQuery(me).data?.roles ?? [];
}

interface FrameProps {
  word: Word;
  lead: Word;
  /** Who may use the page; absent where everybody may. */
  roles?: Role[];
  /** What one can do at once, beside the title. */
  action?: ReactNode;
  children: ReactNode;
}

/** A page of the administration. Whoever may not use it reads why, and whom to ask; nothing of it is asked of the district. */
export function Frame({ word, lead, roles, action, children }: FrameProps) {
  const { t } = useGlossary();
  const mine = useRoles();
  const allowed = roles === undefined || roles.some((role) => mine.includes(role));
  return (
    <div className="page administration">
      <header className="page-head">
        <div className="admin-head">
          <h1>{t(word)}</h1>
          {allowed && action}
        </div>
        <p className="quiet">{t(lead)}</p>
      </header>
      <nav className="subnav" aria-label={t("admin.title")}>
        {TABS.map(({ to, word }) => (
          <Link key={to} to={to} activeOptions={{ exact: to === "/administration" }}>
            {t(word)}
          </Link>
        ))}
      </nav>
      {allowed ? children : <NotYours roles={roles} />}
    </div>
  );
}

function NotYours({ roles }: { roles: Role[] }) {
  const { t, term } = useGlossary();
  const mine = useRoles();
  const names = (list: Role[]) => list.map((role) => term("role", role)).join(t("list.separator"));
  return (
    <section className="card stack">
      <h2>{t("admin.not_yours")}</h2>
      <p>{t("admin.not_yours_why", { theirs: names(roles), mine: mine.length > 0 ? names(mine) : t("admin.no_role") })}</p>
      <p>{t("admin.not_yours_next", { theirs: names(roles) })}</p>
      <p>
        <Link to="/administration">{t("admin.not_yours_more")}</Link>
      </p>
    </section>
  );
}

/** A secret that is shown once and is not kept anywhere in the consoles. */
export function Once({ title, value, hint, children }: { title: string; value: string; hint: string; children?: ReactNode }) {
  const { t } = useGlossary();
  const [copied, setCopied] = useState(false);
  return (
    <Alert
      type="success"
      showIcon
      role="status"
      title={title}
      description={
        <div className="stack once">
          {children}
          <div className="filters">
            <code className="secret">{value}</code>
            <Button
              size="small"
              onClick={() =>
                void navigator.clipboard.writeText(value).then(
                  () => setCopied(true),
                  () => setCopied(false),
                )
              }
            >
              {t(copied ? "admin.copied" : "admin.copy")}
            </Button>
          </div>
          <p>{hint}</p>
        </div>
      }
    />
  );
}

/** A button that wants a second press, for what people notice: the first press only arms it. */
export function Sure({ word, danger, busy, go }: { word: Word; danger?: boolean; busy: boolean; go: () => void }) {
  const { t } = useGlossary();
  const [armed, setArmed] = useState(false);
  return (
    <div className="filters">
      <Button
        danger={danger ?? false}
        type={armed ? "primary" : "default"}
        loading={busy}
        onClick={() => {
          if (armed && !busy) go();
          setArmed(!armed);
        }}
      >
        {armed ? t("admin.sure", { what: t(word) }) : t(word)}
      </Button>
      {armed && !busy && (
        <Button type="text" onClick={() => setArmed(false)}>
          {t("admin.cancel")}
        </Button>
      )}
    </div>
  );
}
