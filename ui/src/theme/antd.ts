import { type ThemeConfig, theme } from "antd";
import { fontMono, fontText, type Palette, palettes, type Shade } from "./tokens";

type Algorithm = typeof theme.compactAlgorithm;

/** The algorithms shrink type and dim the accent on dark; this puts our sizes and colours back and keeps the spacing. */
const ours =
  (p: Palette): Algorithm =>
  (_, map) => ({
    ...(map ?? theme.compactAlgorithm(theme.defaultSeed)),
    fontSize: 13,
    fontSizeSM: 12,
    fontSizeLG: 14,
    lineHeight: 20 / 13,
    lineHeightSM: 20 / 12,
    lineHeightLG: 22 / 14,
    controlHeight: 28,
    controlHeightSM: 24,
    controlHeightLG: 36,
    colorPrimary: p.accent,
    colorPrimaryHover: p.accent,
    colorPrimaryActive: p.accent,
    colorError: p.danger,
    colorWarning: p.warning,
    colorInfo: p.information,
    colorSuccess: p.accent,
  });

/** antd drawn with our palette: compact, without motion, hairlines instead of shadows. */
export function antdTheme(shade: Shade): ThemeConfig {
  const p = palettes[shade];
  return {
    algorithm: [shade === "dark" ? theme.darkAlgorithm : theme.defaultAlgorithm, theme.compactAlgorithm, ours(p)],
    token: {
      motion: false,
      fontFamily: fontText,
      fontFamilyCode: fontMono,
      borderRadius: 4,
      colorPrimary: p.accent,
      colorPrimaryHover: p.accent,
      colorPrimaryActive: p.accent,
      colorLink: p.accent,
      colorLinkHover: p.accent,
      colorTextLightSolid: p.onAccent,
      colorError: p.danger,
      colorWarning: p.warning,
      colorInfo: p.information,
      colorSuccess: p.accent,
      colorText: p.text,
      colorTextSecondary: p.secondary,
      colorTextDescription: p.secondary,
      colorTextPlaceholder: p.secondary,
      colorBgLayout: p.canvas,
      colorBgContainer: p.surface,
      colorBgElevated: p.raised,
      colorBorder: p.lineStrong,
      colorBorderSecondary: p.line,
      colorSplit: p.line,
    },
    components: {
      Button: { primaryShadow: "none", defaultShadow: "none", dangerShadow: "none" },
      Segmented: { trackBg: p.line, itemSelectedBg: p.surface },
      Form: { itemMarginBottom: 14, verticalLabelPadding: "0 0 2px" },
      Tooltip: { colorBgSpotlight: shade === "dark" ? p.lineStrong : p.text, colorTextLightSolid: "#FFFFFF" },
    },
  };
}
