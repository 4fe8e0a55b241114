/** What is linked to an entry: the cases about it. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Tag } from "antd";
import type { Schemas } from "../../api/client";
import { cases } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { Table } from "../../parts/Table";
import { dayOf } from "../../parts/time";
import { Loaded, Nothing } from "../../shell/Faults";

const PAGE = 20;

export function Linked({ view }: { view: Schemas["EntryView"] }) {
  const { t } = useGlossary();
  const found = useQuery(cases({ subject: view.id, limit: PAGE }));
  return (
    <section className="card">
      <div className="card-head">
        <h2>{t("linked.cases")}</h2>
        <Link to="/catalogue/links" search={{ entry: view.id }} className="as-button">
          {t("linked.picture")}
        </Link>
      </div>
      <Loaded of={found}>
        {({ items }) =>
          items.length === 0 ? (
            <Nothing>{t("linked.no_cases")}</Nothing>
          ) : (
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
          )
        }
      </Loaded>
    </section>
  );
}
