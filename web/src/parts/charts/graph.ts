/** What a graph of links needs of ECharts, and nothing else: a chunk of its own. */
import { GraphChart } from "echarts/charts";
import { TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([GraphChart, TooltipComponent, SVGRenderer]);

export { init };
