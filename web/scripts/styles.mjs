// Writes the styles of the Ant Design components that the consoles use to `src/antd.css`: the rules once, the variables of
// each theme. The file is made anew before every build, and is not kept in the repository.
import { writeFileSync } from "node:fs";
import { extractStyle } from "@ant-design/static-style-extract";
import { ConfigProvider } from "antd";
import { createElement } from "react";
import { createServer } from "vite";

/** Whoever uses another component adds it here; without it the component stands without its style. */
const USED = [
  "Alert",
  "Button",
  "Empty",
  "Form",
  "Input",
  "InputNumber",
  "Pagination",
  "QRCode",
  "Segmented",
  "Select",
  "Skeleton",
  "Tag",
  "Tooltip",
];

// The extraction renders every component, also deprecated parts of them; its complaints are not ours.
console.error = () => {};
console.warn = () => {};

const vite = await createServer({ server: { middlewareMode: true }, appType: "custom", logLevel: "error", configFile: false });
const { THEMES } = await vite.ssrLoadModule("/src/theme.ts");
await vite.close();

const [light, dark] = ["light", "dark"].map((name) =>
  extractStyle({
    includes: USED,
    customTheme: (node) => createElement(ConfigProvider, { theme: { ...THEMES[name], zeroRuntime: false } }, node),
  }),
);
const variables = dark.split("}").filter((rule) => /^\s*\.dark[^{]*\{\s*--/.test(rule));
if (variables.length === 0) throw new Error("the dark theme has no variables: has Ant Design changed how it writes them?");
writeFileSync(new URL("../src/antd.css", import.meta.url), `${light}${variables.join("}")}}\n`);
