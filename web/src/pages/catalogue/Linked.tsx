/** What is linked to an entry: the cases about it. */
import { Link } from "@tanstack/react-router";
import { Tag } from "antd";
import type { Schemas } from "../../api/client";
import { cases } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { List } from "../../parts/List";
import { Table } from "../../parts/Table";
import { dayOf } from "../../parts/time";

export function Linked({ view }: { view: Schemas["EntryView"] }) {
  const { t } = useGlossary();
  return (
    <section className="card">
      <div className="card-head">
        <h2>{t("linked.cases")}</h2>
        <Link to="/catalogue/links" search={{ entry: view.id }} className="as-button">
          {t("linked.picture")}
        </Link>
      </div>
      <List query={(offset, limit) => cases({ subject: view.id, offset, limit })} empty={t("linked.no_cases")}>
        {({ items }) => (
          <Table columns={[t("linked.matter"), t("linked.state"), t("linked.opened")]}>
            {items.map((one) => (
              <tr key={one.id}>
                <td lang="zh-CN">
                  <Link to="/cases/$id" params={{ id: one.id }}>
                    {one.title}
                  </Link>
                </td>
                <td lang="zh-CN">
                  <Tag color={one.ended ? "default" : "processing"}>{one.state_title}</Tag>
                </td>
                <td className="number-left">{dayOf(one.opened_at)}</td>
              </tr>
            ))}
          </Table>
        )}
      </List>
    </section>
  );
}
