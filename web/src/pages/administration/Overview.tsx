/** The three separated administrators: who does what, who must not, and where to go. */
import { useQueries } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Tag } from "antd";
import { people } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { Table } from "../../parts/Table";
import { Loaded } from "../../shell/Faults";
import { Law, useOrganisation } from "../docket/parts";
import { ADMINISTRATORS, Frame, type Role, useRoles } from "./parts";

export function Overview() {
  const { t } = useGlossary();
  const mine = useRoles();
  const reads = ADMINISTRATORS.some((role) => mine.includes(role));
  return (
    <Frame word="admin.title" lead="admin.lead">
      <ul className="trio">
        {ADMINISTRATORS.map((role) => (
          <Administrator key={role} role={role} mine={mine.includes(role)} />
        ))}
      </ul>
      <section className="card stack">
        <h2>{t("admin.rules")}</h2>
        <ul className="bulleted">
          <li>{t("admin.rule_exclude")}</li>
          <li>{t("admin.rule_self")}</li>
          <li>{t("admin.rule_logged")}</li>
        </ul>
      </section>
      {reads && <Holders />}
    </Frame>
  );
}

function Administrator({ role, mine }: { role: Role; mine: boolean }) {
  const { t, term } = useGlossary();
  return (
    <li className="card stack">
      <h2>
        {term("role", role)} {mine && <Tag color="processing">{t("admin.you")}</Tag>}
      </h2>
      <dl>
        <dt>{t("admin.does")}</dt>
        <dd>{term("admin_does", role)}</dd>
        <dt>{t("admin.does_not")}</dt>
        <dd>{term("admin_does_not", role)}</dd>
      </dl>
    </li>
  );
}

/** Who holds the three roles in this district. */
function Holders() {
  const { t, term } = useGlossary();
  const organisation = useOrganisation();
  const found = useQueries({
    queries: ADMINISTRATORS.map((role) => people({ role, offset: 0, limit: 20 })),
    combine: (answers) => ({
      data: answers.every(({ data }) => data) ? answers.flatMap(({ data }) => data?.items ?? []) : undefined,
      error: answers.find(({ error }) => error)?.error ?? null,
      refetch: () => Promise.all(answers.map((answer) => answer.refetch())),
    }),
  });
  return (
    <section className="card">
      <h2>{t("admin.holders")}</h2>
      <Loaded of={found}>
        {(items) => (
          <Table columns={[t("admin.role"), t("admin.person"), t("admin.organisation"), t("admin.totp")]}>
            {items.map((person) => (
              <tr key={person.id}>
                <td>
                  {person.roles
                    .filter((role) => ADMINISTRATORS.includes(role))
                    .map((role) => term("role", role))
                    .join(t("list.separator"))}
                </td>
                <td>
                  <Law>{person.name}</Law>
                </td>
                <td>
                  <Law>{organisation(person.organisation)}</Law>
                </td>
                <td>{t(person.totp ? "admin.totp_on" : "admin.totp_off")}</td>
              </tr>
            ))}
          </Table>
        )}
      </Loaded>
      <p className="quiet">
        <Link to="/administration/people">{t("admin.to_people")}</Link>
      </p>
    </section>
  );
}
