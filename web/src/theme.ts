/**
 * The look of the consoles: two palettes over Ant Design's tokens.
 *
 * The styles are not made in the browser (`zeroRuntime`): `scripts/styles.mjs` writes them to `antd.css` at build time, so that
 * the page works under a content security policy that allows neither inline styles nor a nonce. Whoever changes a token or
 * uses another component of Ant Design runs `npm run styles`.
 *
 * Text colours are darker (lighter in the dark) than Ant Design's own where those stay under a contrast of 4.5 : 1.
 */
import { type ThemeConfig, theme } from "antd";

export type ThemeName = "light" | "dark";

const FONT =
  "-apple-system, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'Source Han Sans SC', 'Segoe UI', sans-serif";

export const THEMES: Record<ThemeName, ThemeConfig> = {
  light: {
    algorithm: theme.defaultAlgorithm,
    hashed: false,
    zeroRuntime: true,
    cssVar: { key: "light" },
    token: {
      fontFamily: FONT,
      colorPrimary: "#1558b0",
      colorInfo: "#1558b0",
      colorLink: "#1558b0",
      colorSuccess: "#15703f",
      colorWarning: "#9a5b00",
      colorError: "#c02626",
      colorTextBase: "#16202e",
      colorTextSecondary: "#465366",
      colorTextTertiary: "#5a6678",
      colorTextDescription: "#5a6678",
      colorTextPlaceholder: "#667085",
      colorPrimaryBg: "#e7f0fb",
      colorPrimaryBgHover: "#d8e7f9",
      colorPrimaryBorder: "#b3cff0",
      colorInfoBg: "#e7f0fb",
      colorInfoBorder: "#b3cff0",
      colorSuccessBg: "#e6f5ec",
      colorSuccessBorder: "#a9d9bd",
      colorWarningBg: "#fff5e0",
      colorWarningBorder: "#f0d08f",
      colorErrorBg: "#fdecec",
      colorErrorBorder: "#f2b8b8",
      colorBgLayout: "#f4f6f9",
      colorBorderSecondary: "#e4e8ee",
      borderRadius: 6,
    },
    // The track of a choice between a few is seen on the page too, not only on a card.
    components: { Segmented: { trackBg: "#e6eaf0" } },
  },
  dark: {
    algorithm: theme.darkAlgorithm,
    hashed: false,
    zeroRuntime: true,
    cssVar: { key: "dark" },
    token: {
      fontFamily: FONT,
      colorPrimary: "#8ec1ff",
      colorInfo: "#8ec1ff",
      colorLink: "#98c6ff",
      colorSuccess: "#6fd6a0",
      colorWarning: "#f2bb68",
      colorError: "#ff9a9a",
      colorTextBase: "#e6ebf2",
      colorTextSecondary: "#b6c0ce",
      colorTextTertiary: "#9aa6b6",
      colorTextDescription: "#9aa6b6",
      colorTextPlaceholder: "#98a3b3",
      colorTextLightSolid: "#0b1420",
      colorPrimaryBg: "#16304f",
      colorPrimaryBgHover: "#1c3c62",
      colorPrimaryBorder: "#2f5a8c",
      colorInfoBg: "#16304f",
      colorInfoBorder: "#2f5a8c",
      colorSuccessBg: "#123021",
      colorSuccessBorder: "#28583f",
      colorWarningBg: "#33260f",
      colorWarningBorder: "#65491a",
      colorErrorBg: "#3a1b1e",
      colorErrorBorder: "#6d3035",
      colorBgBase: "#0f151d",
      colorBgContainer: "#161e29",
      colorBgElevated: "#1c2633",
      colorBgLayout: "#0f151d",
      colorBorder: "#3a4758",
      colorBorderSecondary: "#273242",
      borderRadius: 6,
    },
    components: { Segmented: { trackBg: "#1e2835", itemSelectedBg: "#36455a" } },
  },
};
