//! A layered layout of a directed graph, top-down, after Sugiyama, Tagawa and Toda (1981) as refined by Gansner et al.
//! (*A technique for drawing directed graphs*, 1993): cycles are broken, nodes ranked by their longest way from the first,
//! long edges cut into stations one layer each, layers ordered by barycentres with the fewest crossings kept, and
//! coordinates found by relaxing towards the neighbours. A label is a station with a size of its own, so that no two
//! labels and no label and box ever overlap.
//!
//! Everything is deterministic: the same graph is drawn the same on every machine.

#![expect(
    clippy::indexing_slicing,
    reason = "every index is a number that this file itself has given to a vertex; the tests draw every procedure there is"
)]

/// The extent of something to be placed.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Size {
    pub(super) width: f64,
    pub(super) height: f64,
}

/// An edge between two boxes, by their numbers, with the size of its label. The two must differ.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wire {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) label: Size,
}

/// A point of the drawing, x to the right, y down.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Point {
    pub(super) x: f64,
    pub(super) y: f64,
}

/// The way of an edge.
#[derive(Clone, Debug)]
pub(super) struct Route {
    /// Where it leaves its box and where it arrives.
    pub(super) ends: (Point, Point),
    /// Vertical pieces on the way, from the first point to the second, in the direction of the edge.
    pub(super) stations: Vec<(Point, Point)>,
    /// The middle of its label.
    pub(super) label: Point,
}

/// A drawing without ink.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    /// The middle of each box.
    pub(super) boxes: Vec<Point>,
    pub(super) routes: Vec<Route>,
    pub(super) size: Size,
}

/// Between two boxes, or anything else, of a layer.
const BOX_GAP: f64 = 40.0;
const GAP: f64 = 18.0;
/// Between two layers.
const LAYER_GAP: f64 = 26.0;
/// Sweeps over all layers for their order, and for their coordinates.
const ORDER_SWEEPS: usize = 32;
const PLACE_SWEEPS: usize = 120;
/// The most room between two edges that leave a box side by side.
const PORT_STEP: f64 = 30.0;

/// Places `boxes`, the first of which is the root, and routes `wires`.
pub(super) fn lay_out(boxes: &[Size], wires: &[Wire]) -> Layout {
    let turned = turned(boxes.len(), wires);
    let mut mesh = Mesh::new(boxes, wires, &turned);
    mesh.order();
    mesh.place();
    mesh.finish(wires, &turned)
}

/// Which wires lead back up: those that close a cycle in a walk from the root.
fn turned(count: usize, wires: &[Wire]) -> Vec<bool> {
    let mut turned = vec![false; wires.len()];
    // 0 = not met, 1 = on the way, 2 = done.
    let mut met = vec![0_u8; count];
    for root in 0..count {
        let mut path = vec![(root, 0_usize)];
        if met[root] != 0 {
            continue;
        }
        met[root] = 1;
        while let Some((node, next)) = path.pop() {
            let Some(at) = (next..wires.len()).find(|at| wires[*at].from == node) else {
                met[node] = 2;
                continue;
            };
            path.push((node, at + 1));
            let to = wires[at].to;
            match met[to] {
                0 => {
                    met[to] = 1;
                    path.push((to, 0));
                }
                1 => turned[at] = true,
                _ => {}
            }
        }
    }
    turned
}

/// The even rank of each box: twice its longest way from a root.
fn ranks(count: usize, wires: &[Wire], turned: &[bool]) -> Vec<usize> {
    let mut ranks = vec![0_usize; count];
    // As many rounds as the longest way can have steps.
    for _ in 0..count {
        for (wire, turned) in wires.iter().zip(turned) {
            let (upper, lower) = if *turned { (wire.to, wire.from) } else { (wire.from, wire.to) };
            ranks[lower] = ranks[lower].max(ranks[upper] + 2);
        }
    }
    ranks
}

/// One thing in a layer: a box, a label, or a bend of a long wire.
struct Vertex {
    size: Size,
    is_box: bool,
    layer: usize,
    x: f64,
    y: f64,
    /// Neighbours in the layer above and below.
    above: Vec<usize>,
    below: Vec<usize>,
}

struct Mesh {
    vertices: Vec<Vertex>,
    layers: Vec<Vec<usize>>,
    /// The stations of each wire, from above to below.
    chains: Vec<Vec<usize>>,
    boxes: usize,
}

impl Mesh {
    fn new(boxes: &[Size], wires: &[Wire], turned: &[bool]) -> Self {
        let ranks = ranks(boxes.len(), wires, turned);
        let mut mesh = Self { vertices: Vec::new(), layers: Vec::new(), chains: Vec::new(), boxes: boxes.len() };
        for (size, rank) in boxes.iter().zip(&ranks) {
            mesh.add(*size, true, *rank);
        }
        for (wire, turned) in wires.iter().zip(turned) {
            let (upper, lower) = if *turned { (wire.to, wire.from) } else { (wire.from, wire.to) };
            // A label stands next to the box that its edge leaves.
            let labelled = if *turned { ranks[lower] - 1 } else { ranks[upper] + 1 };
            let mut chain = Vec::new();
            let mut last = upper;
            for rank in ranks[upper] + 1..ranks[lower] {
                let size = if rank == labelled { wire.label } else { Size::default() };
                let station = mesh.add(size, false, rank);
                mesh.join(last, station);
                chain.push(station);
                last = station;
            }
            mesh.join(last, lower);
            mesh.chains.push(chain);
        }
        mesh
    }

    fn add(&mut self, size: Size, is_box: bool, layer: usize) -> usize {
        let number = self.vertices.len();
        while self.layers.len() <= layer {
            self.layers.push(Vec::new());
        }
        self.layers[layer].push(number);
        self.vertices.push(Vertex { size, is_box, layer, x: 0.0, y: 0.0, above: Vec::new(), below: Vec::new() });
        number
    }

    fn join(&mut self, upper: usize, lower: usize) {
        self.vertices[upper].below.push(lower);
        self.vertices[lower].above.push(upper);
    }

    /// Orders every layer so that few edges cross.
    fn order(&mut self) {
        let mut best = (self.crossings(), self.layers.clone());
        for sweep in 0..ORDER_SWEEPS {
            let downwards = sweep % 2 == 0;
            let count = self.layers.len();
            for step in 1..count {
                let layer = if downwards { step } else { count - 1 - step };
                self.sort_by_barycentre(layer, downwards);
            }
            self.swap_neighbours();
            let crossings = self.crossings();
            if crossings < best.0 {
                best = (crossings, self.layers.clone());
            }
        }
        self.layers = best.1;
    }

    fn positions(&self) -> Vec<usize> {
        let mut positions = vec![0; self.vertices.len()];
        for layer in &self.layers {
            for (at, vertex) in layer.iter().enumerate() {
                positions[*vertex] = at;
            }
        }
        positions
    }

    fn sort_by_barycentre(&mut self, layer: usize, downwards: bool) {
        let positions = self.positions();
        let weight = |vertex: usize| {
            let neighbours = if downwards { &self.vertices[vertex].above } else { &self.vertices[vertex].below };
            let sum: usize = neighbours.iter().map(|other| positions[*other]).sum();
            // Whoever has no neighbours stays where it is.
            if neighbours.is_empty() { positions[vertex] as f64 } else { sum as f64 / neighbours.len() as f64 }
        };
        let mut weighed: Vec<(f64, usize)> =
            self.layers[layer].iter().map(|vertex| (weight(*vertex), *vertex)).collect();
        weighed.sort_by(|one, other| one.0.total_cmp(&other.0));
        self.layers[layer] = weighed.into_iter().map(|(_, vertex)| vertex).collect();
    }

    /// Swaps neighbours wherever that takes a crossing away.
    fn swap_neighbours(&mut self) {
        for _ in 0..4 {
            let mut better = false;
            for layer in 0..self.layers.len() {
                for at in 1..self.layers[layer].len() {
                    let positions = self.positions();
                    let (left, right) = (self.layers[layer][at - 1], self.layers[layer][at]);
                    if self.crossings_of(left, right, &positions) > self.crossings_of(right, left, &positions) {
                        self.layers[layer].swap(at - 1, at);
                        better = true;
                    }
                }
            }
            if !better {
                break;
            }
        }
    }

    /// How many edges of two vertices of a layer cross when the one stands left of the other.
    fn crossings_of(&self, left: usize, right: usize, positions: &[usize]) -> usize {
        let count = |ours: &[usize], theirs: &[usize]| {
            let pairs = ours.iter().flat_map(|one| theirs.iter().map(move |other| (one, other)));
            pairs.filter(|(one, other)| positions[**one] > positions[**other]).count()
        };
        let (left, right) = (&self.vertices[left], &self.vertices[right]);
        count(&left.above, &right.above) + count(&left.below, &right.below)
    }

    fn crossings(&self) -> usize {
        let positions = self.positions();
        let mut crossings = 0;
        for layer in &self.layers {
            for (at, left) in layer.iter().enumerate() {
                for right in layer.iter().skip(at + 1) {
                    let (left, right) = (&self.vertices[*left], &self.vertices[*right]);
                    let pairs = left.below.iter().flat_map(|one| right.below.iter().map(move |other| (one, other)));
                    crossings += pairs.filter(|(one, other)| positions[**one] > positions[**other]).count();
                }
            }
        }
        crossings
    }

    /// Finds coordinates: every layer is moved as close to its neighbours as its own order and sizes let it.
    fn place(&mut self) {
        for layer in 0..self.layers.len() {
            let wanted = vec![(0.0, 1.0); self.layers[layer].len()];
            self.settle(layer, &wanted);
        }
        let count = self.layers.len();
        for sweep in 0..PLACE_SWEEPS {
            // First from one side, so that the drawing unfolds; at the end from both, so that it straightens.
            let both = sweep * 2 > PLACE_SWEEPS;
            for step in 0..count {
                let downwards = sweep % 2 == 0;
                let layer = if downwards { step } else { count - 1 - step };
                let wanted: Vec<(f64, f64)> = self.layers[layer]
                    .iter()
                    .map(|vertex| self.wish(*vertex, downwards || both, !downwards || both))
                    .collect();
                self.settle(layer, &wanted);
            }
        }
        let mut y = 0.0;
        for layer in &self.layers {
            let height = layer.iter().map(|vertex| self.vertices[*vertex].size.height).fold(0.0, f64::max);
            // Edges that lead far aside need height to be told apart.
            let aside = layer.iter().map(|vertex| self.reach(*vertex)).fold(0.0, f64::max);
            for vertex in layer {
                self.vertices[*vertex].y = y + height / 2.0;
            }
            y += height + LAYER_GAP + (aside / 16.0).min(44.0);
        }
    }

    /// How far aside the neighbours below a vertex lie.
    fn reach(&self, vertex: usize) -> f64 {
        let own = &self.vertices[vertex];
        own.below.iter().map(|other| (self.vertices[*other].x - own.x).abs()).fold(0.0, f64::max)
    }

    /// Where a vertex would like to be, and how much it cares. Bends care most: long edges should be straight.
    fn wish(&self, vertex: usize, above: bool, below: bool) -> (f64, f64) {
        let own = &self.vertices[vertex];
        let neighbours = own.above.iter().filter(|_| above).chain(own.below.iter().filter(|_| below));
        let (mut sum, mut weight) = (0.0, 0.0);
        for other in neighbours.map(|other| &self.vertices[*other]) {
            // Between bends, the pull weakens with the distance: least absolute distances instead of least squares, so that
            // a long edge makes one jump and not a staircase.
            let pull = match (own.is_box, other.is_box) {
                (false, false) => 120.0 / (own.x - other.x).abs().max(6.0),
                (true, true) => 1.0,
                _ => 2.0,
            };
            sum += pull * other.x;
            weight += pull;
        }
        if weight == 0.0 { (own.x, 0.1) } else { (sum / weight, weight) }
    }

    /// Sets a layer's coordinates to the nearest ones, by weighted squares, that keep everything apart: pool adjacent
    /// violators over the coordinates with the least distances taken out.
    fn settle(&mut self, layer: usize, wanted: &[(f64, f64)]) {
        let vertices = self.layers[layer].clone();
        let mut offsets = Vec::new();
        let mut offset = 0.0;
        for (at, vertex) in vertices.iter().enumerate() {
            if let Some(before) = at.checked_sub(1).map(|before| &self.vertices[vertices[before]]) {
                let own = &self.vertices[*vertex];
                let gap = if before.is_box && own.is_box { BOX_GAP } else { GAP };
                offset += (before.size.width + own.size.width) / 2.0 + gap;
            }
            offsets.push(offset);
        }
        // Blocks of (weighted sum, weight, length) whose members share one shift.
        let mut blocks: Vec<(f64, f64, usize)> = Vec::new();
        for (at, (x, weight)) in wanted.iter().enumerate() {
            let mut block = ((x - offsets[at]) * weight, *weight, 1);
            while let Some(last) = blocks.last().copied().filter(|last| last.0 / last.1 > block.0 / block.1) {
                blocks.pop();
                block = (block.0 + last.0, block.1 + last.1, block.2 + last.2);
            }
            blocks.push(block);
        }
        let shifts = blocks.iter().flat_map(|(sum, weight, length)| std::iter::repeat_n(sum / weight, *length));
        for ((vertex, offset), shift) in vertices.iter().zip(&offsets).zip(shifts) {
            self.vertices[*vertex].x = offset + shift;
        }
    }

    /// Moves everything to positive coordinates and strings the routes.
    fn finish(mut self, wires: &[Wire], turned: &[bool]) -> Layout {
        let left = self.vertices.iter().map(|own| own.x - own.size.width / 2.0).fold(f64::INFINITY, f64::min);
        for vertex in &mut self.vertices {
            vertex.x -= left;
        }
        let right = self.vertices.iter().map(|own| own.x + own.size.width / 2.0).fold(0.0, f64::max);
        let bottom = self.vertices.iter().map(|own| own.y + own.size.height / 2.0).fold(0.0, f64::max);
        let routes = (0..wires.len()).map(|wire| self.route(wire, wires, turned)).collect();
        let boxes = self.vertices.iter().take(self.boxes).map(|own| Point { x: own.x, y: own.y }).collect();
        Layout { boxes, routes, size: Size { width: right, height: bottom } }
    }

    fn route(&self, wire: usize, wires: &[Wire], turned: &[bool]) -> Route {
        let Wire { from, to, .. } = wires[wire];
        let (upper, lower) = if turned[wire] { (to, from) } else { (from, to) };
        let top = Point { x: self.port(upper, wire, false), y: self.edge_of(upper, 1.0) };
        let bottom = Point { x: self.port(lower, wire, true), y: self.edge_of(lower, -1.0) };
        let heights = |layer: usize| {
            self.layers[layer].iter().map(|vertex| self.vertices[*vertex].size.height).fold(0.0, f64::max) / 2.0
        };
        let chain = &self.chains[wire];
        let piece = |vertex: &usize| {
            let own = &self.vertices[*vertex];
            let half = heights(own.layer);
            (Point { x: own.x, y: own.y - half }, Point { x: own.x, y: own.y + half })
        };
        // A card that is lower than its neighbours is left straight down to the end of its layer.
        let stub = |vertex: usize, x: f64, sign: f64| {
            let own = &self.vertices[vertex];
            Point { x, y: own.y + sign * heights(own.layer) }
        };
        let mut stations = vec![(top, stub(upper, top.x, 1.0))];
        stations.extend(chain.iter().map(piece));
        stations.push((stub(lower, bottom.x, -1.0), bottom));
        let labelled = if turned[wire] { chain.last() } else { chain.first() };
        let label = labelled.map_or(top, |vertex| Point { x: self.vertices[*vertex].x, y: self.vertices[*vertex].y });
        if turned[wire] {
            let stations = stations.into_iter().rev().map(|(one, other)| (other, one)).collect();
            return Route { ends: (bottom, top), stations, label };
        }
        Route { ends: (top, bottom), stations, label }
    }

    fn edge_of(&self, vertex: usize, sign: f64) -> f64 {
        self.vertices[vertex].y + sign * self.vertices[vertex].size.height / 2.0
    }

    /// Where on its upper or lower side a box is left by a wire: side by side, in the order in which the wires lead away.
    fn port(&self, vertex: usize, wire: usize, upper: bool) -> f64 {
        let own = &self.vertices[vertex];
        let mut leaving: Vec<(f64, usize)> = Vec::new();
        for (at, chain) in self.chains.iter().enumerate() {
            let station = if upper { chain.last() } else { chain.first() };
            let Some(station) = station else { continue };
            let other = &self.vertices[*station];
            let beside = if upper { &other.below } else { &other.above };
            if beside.contains(&vertex) {
                leaving.push((other.x, at));
            }
        }
        leaving.sort_by(|one, other| one.0.total_cmp(&other.0));
        let place = leaving.iter().position(|(_, at)| *at == wire).unwrap_or(0);
        let spaces = leaving.len().saturating_sub(1) as f64;
        let room = (own.size.width - 28.0).max(0.0);
        let step = if spaces > 0.0 { (room / spaces).min(PORT_STEP) } else { 0.0 };
        own.x + (place as f64 - spaces / 2.0) * step
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const CARD: Size = Size { width: 120.0, height: 40.0 };
    const LABEL: Size = Size { width: 80.0, height: 20.0 };

    fn overlap(one: (Point, Size), other: (Point, Size)) -> bool {
        let near = |a: f64, b: f64, room: f64| (a - b).abs() < room / 2.0 - 0.01;
        near(one.0.x, other.0.x, one.1.width + other.1.width) && near(one.0.y, other.0.y, one.1.height + other.1.height)
    }

    proptest! {
        /// Whatever the graph, with cycles and parallel edges: nothing lies on anything, nothing lies outside.
        #[test]
        fn nothing_overlaps_and_everything_lies_inside(
            count in 1_usize..12, ends in proptest::collection::vec((0_usize..12, 0_usize..12), 0..24)
        ) {
            let wires: Vec<Wire> = ends
                .into_iter()
                .map(|(from, to)| Wire { from: from % count, to: to % count, label: LABEL })
                .filter(|wire| wire.from != wire.to)
                .collect();
            let drawn = lay_out(&vec![CARD; count], &wires);
            let mut things: Vec<(Point, Size)> = drawn.boxes.iter().map(|at| (*at, CARD)).collect();
            things.extend(drawn.routes.iter().map(|route| (route.label, LABEL)));
            for (at, one) in things.iter().enumerate() {
                prop_assert!(one.0.x - one.1.width / 2.0 > -0.01 && one.0.x + one.1.width / 2.0 < drawn.size.width + 0.01);
                prop_assert!(one.0.y > 0.0 && one.0.y < drawn.size.height);
                for other in things.iter().skip(at + 1) {
                    prop_assert!(!overlap(*one, *other), "{one:?} lies on {other:?}");
                }
            }
        }
    }

    /// A chain is drawn as one straight column, and a way back leads upwards.
    #[test]
    fn a_chain_is_straight_and_a_way_back_leads_up() {
        let wire = |from, to| Wire { from, to, label: LABEL };
        let drawn = lay_out(&[CARD; 3], &[wire(0, 1), wire(1, 2)]);
        assert!(drawn.boxes.iter().all(|at| (at.x - drawn.boxes[0].x).abs() < 0.01), "{:?}", drawn.boxes);
        let drawn = lay_out(&[CARD; 2], &[wire(0, 1), wire(1, 0)]);
        let back = &drawn.routes[1];
        assert!(back.ends.0.y > back.ends.1.y, "{back:?}");
    }
}
