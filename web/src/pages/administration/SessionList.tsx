/** Sessions of one person: since when, until when, and ending one at once. */
import { Button, Tag } from "antd";
import { client, type Schemas, take } from "../../api/client";
import { sessions } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { List } from "../../parts/List";
import { Table } from "../../parts/Table";
import { minuteOf } from "../../parts/time";
import { useChange } from "../../parts/useChange";
import { Fault } from "../../shell/Faults";
import { Law, useNow, useOrganisation } from "../docket/parts";

interface Props {
  /** Absent: one's own. */
  whose?: { person?: string; all?: boolean; open?: boolean };
}

export function SessionList({ whose = {} }: Props) {
  const { t } = useGlossary();
  const end = useChange(
    (id: string) => take(client.DELETE("/api/v1/sessions/{id}", { params: { path: { id } } })),
    ["sessions"],
  );
  return (
    <>
      {end.error && <Fault error={end.error} />}
      <List query={(offset, limit) => sessions(whose, offset, limit)} rows={8} empty={t("admin.no_sessions")}>
        {({ items }) => (
          <Table
            label={t(whose.all ? "admin.sessions_others" : "admin.sessions")}
            columns={[
              whose.all && t("admin.login"),
              whose.all && t("admin.organisation"),
              t("admin.session_from"),
              t("admin.session_until"),
              t("admin.state"),
              { hidden: t("admin.session_end") },
            ]}
          >
            {items.map((one) => (
              <Row key={one.id} of={one} named={whose.all === true} end={() => end.mutate(one.id)} busy={end.isPending} />
            ))}
          </Table>
        )}
      </List>
    </>
  );
}

interface RowProps {
  of: Schemas["SessionView"];
  /** Whether the row says whose it is. */
  named: boolean;
  end: () => void;
  busy: boolean;
}

function Row({ of, named, end, busy }: RowProps) {
  const { t } = useGlossary();
  const organisation = useOrganisation();
  const over = of.ended_at ?? (of.expires_at <= useNow() ? of.expires_at : null);
  return (
    <tr>
      {named && (
        <td>
          <code>{of.login}</code>
        </td>
      )}
      {named && (
        <td>
          <Law>{organisation(of.organisation)}</Law>
        </td>
      )}
      <td className="number-left">{minuteOf(of.created_at)}</td>
      <td className="number-left">{minuteOf(over ?? of.expires_at)}</td>
      <td>
        {over ? (
          t("admin.session_over")
        ) : (
          <Tag color="success">{t(of.current ? "admin.session_this" : "admin.session_running")}</Tag>
        )}
      </td>
      <td className="number">
        {!over && !of.current && (
          <Button size="small" disabled={busy} onClick={end}>
            {t("admin.session_end")}
          </Button>
        )}
      </td>
    </tr>
  );
}
