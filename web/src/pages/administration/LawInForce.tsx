/** The law that this district runs on: which packs are in force since when, and every amendment with the terms that it moved. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Tag } from "antd";
import { useState } from "react";
import type { Schemas } from "../../api/client";
import { amendmentMoves, amendments, packs } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { List } from "../../parts/List";
import { Side } from "../../parts/Side";
import { Table } from "../../parts/Table";
import { minuteOf } from "../../parts/time";
import { Loaded } from "../../shell/Faults";
import { Law } from "../docket/parts";
import { Moves } from "./Moves";
import { Frame, useRoles } from "./parts";

export function LawInForce() {
  const { t } = useGlossary();
  const amends = useRoles().includes("system_administrator");
  const found = useQuery(packs);
  return (
    <Frame
      word="admin.law"
      lead="admin.law_lead"
      action={
        amends && (
          <Link to="/administration/law/amendment" className="as-button main">
            {t("admin.amend")}
          </Link>
        )
      }
    >
      <section className="card" aria-labelledby="packs">
        <h2 id="packs">{t("admin.packs")}</h2>
        <Loaded of={found}>{(lines) => <Packs lines={lines} />}</Loaded>
        <p className="quiet">
          <Link to="/law" search={{ view: "calendar" }}>
            {t("admin.to_calendar")}
          </Link>
        </p>
      </section>
      <Amendments />
    </Frame>
  );
}

function Packs({ lines }: { lines: Schemas["PackLine"][] }) {
  const { t } = useGlossary();
  return (
    <Table
      columns={[t("admin.pack"), t("admin.pack_number"), t("admin.in_force_from"), t("admin.in_force_until"), t("admin.state")]}
    >
      {lines.map((line) => (
        <tr key={line.id}>
          <td>
            <Link to="/law" search={{ pack: line.id }}>
              <Law>{line.title}</Law>
            </Link>
          </td>
          <td>
            <Law>{line.number}</Law>
          </td>
          <td className="number-left">{line.from}</td>
          <td className="number-left">{line.until ?? t("value.none")}</td>
          <td>
            {line.ours && <Tag color="processing">{t("admin.ours")}</Tag>}
            <Tag>{t(line.in_force ? "admin.in_force" : "admin.not_in_force")}</Tag>
          </td>
        </tr>
      ))}
    </Table>
  );
}

function Amendments() {
  const { t } = useGlossary();
  const [shown, setShown] = useState<Schemas["AmendmentView"]>();
  return (
    <section className="card" aria-labelledby="amendments">
      <h2 id="amendments">{t("admin.amendments")}</h2>
      <List query={amendments} empty={t("admin.no_amendments")}>
        {({ items }) => (
          <Table columns={[t("admin.amendment"), t("admin.files"), t("admin.at"), { number: t("admin.moved") }]}>
            {items.map((one) => (
              <tr key={one.id}>
                <td>
                  <button type="button" className="plain cell" onClick={() => setShown(one)}>
                    <Law>{one.title}</Law>
                  </button>
                </td>
                <td>
                  <code>{one.files.join(" ")}</code>
                </td>
                <td className="number-left">{minuteOf(one.at)}</td>
                <td className="number">{one.finished ? one.moved : t("admin.counting", { moved: one.moved })}</td>
              </tr>
            ))}
          </Table>
        )}
      </List>
      {shown && (
        <Side title={<Law>{shown.title}</Law>} close={() => setShown(undefined)}>
          <Moved id={shown.id} />
        </Side>
      )}
    </section>
  );
}

function Moved({ id }: { id: string }) {
  const { t } = useGlossary();
  return (
    <List query={(offset, limit) => amendmentMoves(id, offset, limit)} empty={<p>{t("admin.moved_terms", { count: 0 })}</p>}>
      {({ items, total }) => (
        <>
          <p>{t("admin.moved_terms", { count: total })}</p>
          <Moves of={items} />
        </>
      )}
    </List>
  );
}
