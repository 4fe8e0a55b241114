/** What became of an entry: each published version with what it changed, by which act, and where that act is proven. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Tag } from "antd";
import type { Schemas } from "../../api/client";
import { entryVersions } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { minuteOf } from "../../parts/time";
import { Loaded, Nothing } from "../../shell/Faults";
import { Changes } from "./Changes";
import { useNames } from "./Entry";

export function History({ view }: { view: Schemas["EntryView"] }) {
  const { t } = useGlossary();
  const found = useQuery(entryVersions(view.id));
  return (
    <section className="card">
      <h2>{t("catalogue.versions")}</h2>
      <Loaded of={found}>
        {({ items }) =>
          items.length === 0 ? (
            <Nothing>{t("catalogue.no_versions")}</Nothing>
          ) : (
            <ol className="timeline">
              {items.map((version, at) => (
                <Version key={version.number} version={version} before={items[at + 1]} organisation={view.organisation} />
              ))}
            </ol>
          )
        }
      </Loaded>
    </section>
  );
}

interface VersionProps {
  version: Schemas["EntryVersion"];
  before: Schemas["EntryVersion"] | undefined;
  organisation: string;
}

function Version({ version, before, organisation }: VersionProps) {
  const { t, term } = useGlossary();
  const names = useNames(organisation);
  return (
    <li>
      <p>
        <strong>{t("catalogue.version_number", { number: version.number })}</strong>{" "}
        <Tag>{term("version_kind", version.kind)}</Tag>
        {version.narrowed && <Tag color="warning">{t("catalogue.narrowed")}</Tag>}
        <span className="quiet number">{minuteOf(version.at)}</span>{" "}
        <Link to="/evidence" search={{ act: version.act }}>
          {t("evidence.show")}
        </Link>
      </p>
      {before && version.kind !== "withdrawn" && (
        <details open>
          <summary>{t("catalogue.what_changed")}</summary>
          <Changes before={before.elements} after={version.elements} names={names} />
        </details>
      )}
    </li>
  );
}
