/** In which order the things of a graph of links stand: a column for every kind, each node near what it hangs together with. */
import type { Schemas } from "../../api/client";

type Node = Schemas["LinkNode"];

export const KINDS: Node["kind"][] = ["duty", "system", "entry", "service"];

/** The columns from left to right, one for each of `KINDS`, also where nothing of a kind is there: a head stands above its own. */
export function placed(graph: Schemas["Links"]): Node[][] {
  const columns = KINDS.map((kind) => graph.nodes.filter((node) => node.kind === kind));
  const row = new Map<string, number>();
  const number = (column: Node[]) => {
    column.forEach((node, at) => {
      row.set(node.id, at / column.length);
    });
  };
  columns.forEach(number);
  // Every column is put in the order of the middle of what it hangs together with before it; three rounds settle it.
  for (let round = 0; round < 3; round += 1) {
    for (const column of columns.slice(1)) {
      const middle = new Map(column.map((node) => [node.id, middleOf(node, graph, row)]));
      column.sort((a, b) => (middle.get(a.id) ?? 0) - (middle.get(b.id) ?? 0));
      number(column);
    }
  }
  return columns;
}

function middleOf(node: Node, graph: Schemas["Links"], row: Map<string, number>): number {
  const before = graph.edges.filter((edge) => edge.to === node.id).map((edge) => row.get(edge.from) ?? 0);
  if (before.length === 0) return row.get(node.id) ?? 0;
  return before.reduce((sum, at) => sum + at, 0) / before.length;
}
