/**
 * A picture of numbers or links. ECharts comes only to the pages that draw one, and of it only what the kind of picture needs.
 *
 * The picture is drawn as SVG elements, whose styles are set on the elements and not written into the page, which the content
 * policy forbids; for the same reason hints are drawn too (`richText`) and are no HTML. Whoever cannot see the picture has its
 * table: `children`, under a fold that everybody can open.
 */
import type { EChartsCoreOption, EChartsType } from "echarts/core";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useGlossary } from "../glossary";
import { Nothing } from "../shell/Faults";
import "./chart.css";

/** The theme's colours as they are now, for a picture's option. */
export interface Palette {
  text: string;
  quiet: string;
  line: string;
  surface: string;
  /** What the picture stands on. */
  ground: string;
  primary: string;
  success: string;
  warning: string;
  error: string;
  /** One colour after the other for series and groups; each keeps a contrast of 3 : 1 to the surface. */
  series: string[];
}

/** How large the picture is now, in pixels. */
export interface Size {
  width: number;
  height: number;
}

interface Props {
  /** `graph` for nodes and links, `series` for bars and lines. */
  kind: "graph" | "series";
  /** What the picture shows, in one sentence, for whoever does not see it. */
  label: string;
  /** Makes ECharts' option. Give the same function while nothing has changed (`useCallback`), or the picture is drawn again. */
  draw: (palette: Palette, size: Size) => EChartsCoreOption;
  /** What to say instead of a picture, where there is nothing to draw. */
  empty?: ReactNode;
  size?: "short" | "normal" | "tall";
  /** In pixels, where the picture grows with what it shows. */
  height?: number;
  /** The id (else the name) of what was clicked. */
  onSelect?: (id: string) => void;
  /** The same as a table. */
  children: ReactNode;
}

const LOAD = { graph: () => import("./charts/graph"), series: () => import("./charts/series") };

export function Chart({ kind, label, draw, empty, size = "normal", height, onSelect, children }: Props) {
  const { t } = useGlossary();
  const box = useRef<HTMLDivElement>(null);
  const [chart, setChart] = useState<EChartsType>();
  const select = useRef(onSelect);
  select.current = onSelect;
  const shown = empty === undefined || empty === null;

  useEffect(() => {
    const place = box.current;
    if (!shown || place === null) return;
    if (height !== undefined) place.style.height = `${height}px`;
    let made: EChartsType | undefined;
    let gone = false;
    void LOAD[kind]().then(({ init }) => {
      if (gone) return;
      made = init(place, null, { renderer: "svg" });
      made.on("click", (event) => {
        const data = event.data as { id?: string } | undefined;
        select.current?.(data?.id ?? event.name);
      });
      setChart(made);
    });
    return () => {
      gone = true;
      made?.dispose();
      setChart(undefined);
    };
  }, [kind, shown, height]);

  useEffect(() => {
    if (chart === undefined) return;
    const paint = () => {
      const palette = paletteNow();
      const size = { width: chart.getWidth(), height: chart.getHeight() };
      chart.setOption({ ...calm(palette), ...draw(palette, size) }, { notMerge: true });
    };
    const place = chart.getDom();
    // The first report comes at once and paints for the first time.
    const resized = new ResizeObserver(() => {
      chart.resize();
      paint();
    });
    resized.observe(place);
    // The theme is the class of the document, and changes while the picture stands.
    const themed = new MutationObserver(paint);
    themed.observe(document.documentElement, { attributeFilter: ["class"] });
    return () => {
      themed.disconnect();
      resized.disconnect();
    };
  }, [chart, draw]);

  if (!shown) return <Nothing>{empty}</Nothing>;
  return (
    <figure className="chart">
      <div ref={box} className={`chart-box ${size}`} role="img" aria-label={label} aria-busy={chart === undefined} />
      <details>
        <summary>{t("chart.as_table")}</summary>
        {children}
      </details>
    </figure>
  );
}

/** What every picture has alike: quiet words, hints drawn in the theme's colours, no movement for whoever wants none. */
function calm(palette: Palette): EChartsCoreOption {
  return {
    animation: !window.matchMedia("(prefers-reduced-motion: reduce)").matches,
    animationDuration: 250,
    color: palette.series,
    textStyle: { color: palette.text, fontFamily: getComputedStyle(document.body).fontFamily },
    tooltip: hint(palette),
  };
}

/** The look of a hint; an option that brings a `tooltip` of its own spreads this first. */
export function hint(palette: Palette) {
  return {
    renderMode: "richText" as const,
    backgroundColor: palette.surface,
    borderColor: palette.line,
    textStyle: { color: palette.text, fontSize: 13 },
    confine: true,
  };
}

const SERIES = {
  light: ["#1558b0", "#15703f", "#9a5b00", "#7a3fb0", "#0b7285", "#c02626"],
  dark: ["#8ec1ff", "#74d39c", "#f0b95a", "#c9a3f5", "#6fd0e0", "#ff9a9a"],
};

function paletteNow(): Palette {
  const root = document.documentElement;
  const styles = getComputedStyle(root);
  const colour = (name: string) => styles.getPropertyValue(`--ant-color-${name}`).trim();
  return {
    text: colour("text"),
    quiet: colour("text-tertiary"),
    line: colour("border"),
    surface: colour("bg-elevated"),
    ground: colour("bg-container"),
    primary: colour("primary"),
    success: colour("success"),
    warning: colour("warning"),
    error: colour("error"),
    series: SERIES[root.classList.contains("dark") ? "dark" : "light"],
  };
}
