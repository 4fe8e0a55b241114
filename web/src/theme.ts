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
      colorSuccess: "#1a7f4b",
      colorWarning: "#9a5b00",
      colorError: "#c02626",
      colorTextBase: "#16202e",
      colorTextSecondary: "#465366",
      colorTextTertiary: "#5a6678",
      colorTextDescription: "#5a6678",
      colorTextPlaceholder: "#667085",
      colorBgLayout: "#f4f6f9",
      colorBorderSecondary: "#e4e8ee",
      borderRadius: 6,
    },
  },
  dark: {
    algorithm: theme.darkAlgorithm,
    hashed: false,
    zeroRuntime: true,
    cssVar: { key: "dark" },
    token: {
      fontFamily: FONT,
      colorPrimary: "#6ea8f5",
      colorInfo: "#6ea8f5",
      colorLink: "#82b4f7",
      colorSuccess: "#5cc48d",
      colorWarning: "#e3a74e",
      colorError: "#f28484",
      colorTextBase: "#e6ebf2",
      colorTextSecondary: "#b6c0ce",
      colorTextTertiary: "#9aa6b6",
      colorTextDescription: "#9aa6b6",
      colorTextPlaceholder: "#98a3b3",
      colorTextLightSolid: "#0b1420",
      colorBgBase: "#0f151d",
      colorBgContainer: "#161e29",
      colorBgElevated: "#1c2633",
      colorBgLayout: "#0f151d",
      colorBorder: "#3a4758",
      colorBorderSecondary: "#273242",
      borderRadius: 6,
    },
  },
};
