/**
 * The three catalogues as one tree: an organisation, in it its systems or its duties, under them the entries. A branch is read
 * from the district when it is opened, page by page; nothing is opened but one's own organisation.
 */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Segmented, Tag } from "antd";
import { useState } from "react";
import type { Schemas } from "../../api/client";
import { me, type Shelf, treeBranch } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { Loaded, Nothing } from "../../shell/Faults";
import { CatalogueHead } from "./Head";

type Node = Schemas["TreeNode"];

export function Tree() {
  const { t, term } = useGlossary();
  const search = useSearch({ from: "/shell/catalogue/tree" });
  const navigate = useNavigate({ from: "/catalogue/tree" });
  const by: Shelf = search.by === "duty" ? "duty" : "system";
  return (
    <div className="page">
      <CatalogueHead />
      <div className="filters">
        <Segmented
          aria-label={t("tree.by")}
          value={by}
          options={(["system", "duty"] as const).map((value) => ({ value, label: term("tree_by", value) }))}
          onChange={(value) => void navigate({ search: value === "duty" ? { by: "duty" } : {} })}
        />
      </div>
      <section className="card" aria-label={t("catalogue.view_tree")}>
        <Branch key={by} by={by} />
      </section>
    </div>
  );
}

function Branch({ by, organisation, under }: { by: Shelf; organisation?: string; under?: string }) {
  const { t } = useGlossary();
  const found = useInfiniteQuery(treeBranch({ by, organisation, under }));
  const nodes = found.data?.pages.flatMap((page) => page.items) ?? [];
  const total = found.data?.pages[0]?.total ?? 0;
  return (
    <Loaded of={found} rows={organisation === undefined ? 10 : 2}>
      {() =>
        total === 0 ? (
          organisation === undefined ? (
            <Nothing>{t("tree.nothing")}</Nothing>
          ) : (
            <p className="quiet tree-empty">{t("tree.nothing")}</p>
          )
        ) : (
          <>
            <ul className="tree">
              {nodes.map((node) => (
                <li key={`${node.kind} ${node.id ?? ""}`}>
                  {node.kind === "entry" ? <Leaf node={node} /> : <Opening node={node} by={by} />}
                </li>
              ))}
            </ul>
            {found.hasNextPage && (
              <button type="button" className="plain" onClick={() => void found.fetchNextPage()}>
                {t("tree.more", { count: total - nodes.length })}
              </button>
            )}
          </>
        )
      }
    </Loaded>
  );
}

function Opening({ node, by }: { node: Node; by: Shelf }) {
  const { t, term } = useGlossary();
  const own = useQuery(me).data?.organisation?.id;
  const [chosen, setChosen] = useState<boolean>();
  const open = chosen ?? (node.kind === "organisation" && node.id === own);
  const inside = node.kind === "organisation" ? node.children > 0 : node.entries > 0;
  return (
    <>
      <div className="tree-row">
        <button
          type="button"
          className="tree-button"
          aria-expanded={inside ? open : undefined}
          disabled={!inside}
          onClick={() => setChosen(!open)}
        >
          <span className="twist" aria-hidden="true" />
          {node.kind !== "organisation" && <Tag>{term("node", node.kind)}</Tag>}
          {node.kind === "unlinked" ? term("tree_unlinked", by) : <span lang="zh-CN">{node.title}</span>}
        </button>
        <span className="quiet number">
          {node.entries === 0 ? t("tree.no_entries") : t("tree.entries", { entries: node.entries, published: node.published })}
        </span>
      </div>
      {open && inside && (
        <Branch
          by={by}
          organisation={node.organisation}
          {...(node.kind === "organisation" ? {} : { under: node.id ?? "none" })}
        />
      )}
    </>
  );
}

function Leaf({ node }: { node: Node }) {
  const { term } = useGlossary();
  return (
    <div className="tree-row leaf">
      <Link to="/catalogue/$id" params={{ id: node.id ?? "" }} lang="zh-CN">
        {node.title}
      </Link>
      {node.status && node.status !== "published" && <Tag>{term("entry_status", node.status)}</Tag>}
    </div>
  );
}
