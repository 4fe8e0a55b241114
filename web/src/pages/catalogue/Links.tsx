/**
 * What hangs together, as a picture: duties, the systems that serve them, the entries that arise, the services that give them
 * away. Every kind has its column, so that a line always leads from the reason to what follows from it.
 */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Alert } from "antd";
import { useCallback, useMemo } from "react";
import type { Schemas } from "../../api/client";
import { entry, links, me } from "../../api/queries";
import { useGlossary } from "../../glossary";
import { Chart, hint, type Palette, type Size } from "../../parts/Chart";
import { OrganisationSelect } from "../../parts/OrganisationSelect";
import { Table } from "../../parts/Table";
import { Loaded } from "../../shell/Faults";
import { CatalogueHead } from "./Head";
import { KINDS, placed } from "./placed";

type Node = Schemas["LinkNode"];

export function Links() {
  const { t } = useGlossary();
  const search = useSearch({ from: "/shell/catalogue/links" });
  const navigate = useNavigate({ from: "/catalogue/links" });
  const own = useQuery(me).data?.organisation?.id;
  const organisation = search.entry === undefined ? (search.organisation ?? own) : undefined;
  const found = useQuery({
    ...links(search.entry === undefined ? { organisation } : { entry: search.entry }),
    enabled: search.entry !== undefined || organisation !== undefined,
  });
  const around = useQuery({ ...entry(search.entry ?? ""), enabled: search.entry !== undefined }).data;
  return (
    <div className="page">
      <CatalogueHead />
      <div className="filters">
        <OrganisationSelect
          label={t("catalogue.organisation")}
          value={organisation}
          choose={(value) => void navigate({ search: { organisation: value } })}
        />
        {around && (
          <span>
            {t("links.around")}{" "}
            <Link to="/catalogue/$id" params={{ id: around.id }} lang="zh-CN">
              {around.title}
            </Link>
          </span>
        )}
      </div>
      <section className="card" aria-label={t("catalogue.view_links")}>
        <Loaded of={found} rows={10}>
          {(graph) => <Picture graph={graph} />}
        </Loaded>
      </section>
    </div>
  );
}

function Picture({ graph }: { graph: Schemas["Links"] }) {
  const { t, term } = useGlossary();
  const navigate = useNavigate();
  const columns = useMemo(() => placed(graph), [graph]);
  const height = Math.max(...columns.map((column) => column.length), 1) * ROW + HEAD;
  const draw = useCallback(
    (palette: Palette, size: Size) => option(graph, columns, palette, size, (kind) => term("node", kind)),
    [graph, columns, term],
  );
  const counted = (kind: Node["kind"]) => graph.nodes.filter((node) => node.kind === kind).length;
  const go = (id: string) => {
    const node = graph.nodes.find((one) => one.id === id);
    if (node?.kind === "entry") void navigate({ to: "/catalogue/$id", params: { id } });
    if (node?.kind === "service") void navigate({ to: "/sharing/services/$id", params: { id } });
    if (node?.kind === "duty" || node?.kind === "system")
      void navigate({ to: "/catalogue", search: { organisation: node.organisation, [node.kind]: id } });
  };
  const label = t("links.label", {
    duties: counted("duty"),
    systems: counted("system"),
    entries: counted("entry"),
    services: counted("service"),
  });
  return (
    <>
      {graph.truncated && <Alert type="info" showIcon role="status" title={t("links.truncated")} />}
      <Chart
        kind="graph"
        label={label}
        draw={draw}
        empty={graph.nodes.length === 0 ? t("links.nothing") : undefined}
        height={height}
        onSelect={go}
      >
        <Lines graph={graph} />
      </Chart>
    </>
  );
}

function Lines({ graph }: { graph: Schemas["Links"] }) {
  const { t, term } = useGlossary();
  const by = new Map(graph.nodes.map((node) => [node.id, node]));
  const end = (id: string) => <Thing node={by.get(id)} />;
  return (
    <Table label={t("catalogue.view_links")} columns={[t("links.from"), t("links.relation"), t("links.to")]}>
      {graph.edges.map((edge) => (
        <tr key={`${edge.from} ${edge.to}`}>
          <td>{end(edge.from)}</td>
          <td>{term("edge", edge.kind)}</td>
          <td>{end(edge.to)}</td>
        </tr>
      ))}
    </Table>
  );
}

function Thing({ node }: { node: Node | undefined }) {
  if (node === undefined) return null;
  const title = <span lang="zh-CN">{node.title}</span>;
  if (node.kind === "entry")
    return (
      <Link to="/catalogue/$id" params={{ id: node.id }}>
        {title}
      </Link>
    );
  if (node.kind === "service")
    return (
      <Link to="/sharing/services/$id" params={{ id: node.id }}>
        {title}
      </Link>
    );
  return (
    <Link to="/catalogue" search={{ organisation: node.organisation, [node.kind]: node.id }}>
      {title}
    </Link>
  );
}

/** Pixels for a row, for the heads of the columns, and for the words right of the last column. */
const ROW = 34;
const HEAD = 44;
const WORDS = 190;

/** One colour and one column a kind; words stand right of their mark and are cut where the next column begins. */
function option(graph: Schemas["Links"], columns: Node[][], palette: Palette, size: Size, kindWord: (kind: string) => string) {
  const colours = [palette.series[3], palette.series[2], palette.series[0], palette.series[1]];
  const apart = (size.width - WORDS - 20) / (KINDS.length - 1);
  // Lines pass behind the words.
  const words = { position: "right", fontSize: 13, backgroundColor: palette.ground, padding: [2, 4] };
  const room = size.height - HEAD;
  const spots = KINDS.flatMap((kind, at) => {
    const column = columns[at] ?? [];
    const x = 10 + at * apart;
    const width = at === KINDS.length - 1 ? WORDS - 24 : Math.max(80, apart - 48);
    const head = {
      id: `head ${kind}`,
      x,
      y: 14,
      symbolSize: 0,
      silent: true,
      label: {
        ...words,
        width,
        show: true,
        color: palette.quiet,
        formatter: `${kindWord(kind)} ${column.length}`,
        offset: [-8, 0],
      },
    };
    const nodes = column.map((node, i) => ({
      id: node.id,
      name: node.id,
      title: node.title,
      kind,
      x,
      y: HEAD + ((i + 0.5) * room) / column.length,
      itemStyle: { color: colours[at] ?? palette.primary },
      // Braces would be read as a pattern.
      label: { ...words, show: true, color: palette.text, formatter: fitting(node.title.replace(/[{}]/g, ""), width) },
    }));
    return [head, ...nodes];
  });
  // The picture is not stretched: the box of its points is the box that they are given.
  const ys = spots.map((spot) => spot.y);
  const [top, bottom] = [Math.min(...ys), Math.max(...ys)];
  return {
    tooltip: {
      ...hint(palette),
      formatter: ({ data }: { data: { title?: string; kind?: string } }) =>
        data.title === undefined ? "" : `${kindWord(data.kind ?? "")}  ${data.title}`,
    },
    series: [
      {
        type: "graph",
        layout: "none",
        left: 10,
        top,
        width: Math.max(1, apart * (KINDS.length - 1)),
        height: Math.max(1, bottom - top),
        symbolSize: 10,
        lineStyle: { color: palette.quiet, opacity: 0.4, width: 1.2, curveness: 0.06 },
        emphasis: { focus: "adjacency", lineStyle: { width: 2, opacity: 1, color: palette.primary } },
        data: spots,
        links: graph.edges.map((edge) => ({ source: edge.from, target: edge.to })),
      },
    ],
  };
}

/** As much of a title as fits, a Chinese character being as wide as it is high: the ground behind it must end where it ends. */
function fitting(title: string, width: number): string {
  let left = width / 13;
  let kept = "";
  for (const one of title) {
    left -= one.charCodeAt(0) < 0x2e80 ? 0.6 : 1;
    if (left < 1) return `${kept}…`;
    kept += one;
  }
  return kept;
}
