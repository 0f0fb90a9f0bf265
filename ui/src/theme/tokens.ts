/** The colours of one theme. They become CSS variables, so antd, the grid and our own CSS draw with the same set. */
export type Palette = {
  canvas: string;
  surface: string;
  raised: string;
  line: string;
  lineStrong: string;
  text: string;
  secondary: string;
  accent: string;
  accentSoft: string;
  onAccent: string;
  danger: string;
  dangerSoft: string;
  warning: string;
  warningSoft: string;
  information: string;
  informationSoft: string;
  violet: string;
  hover: string;
  selected: string;
};

const light: Palette = {
  canvas: "#F6F7F8",
  surface: "#FFFFFF",
  raised: "#FFFFFF",
  line: "#E3E6EA",
  lineStrong: "#C9CFD6",
  text: "#1B1F24",
  secondary: "#5B6470",
  accent: "#067A46",
  accentSoft: "#E7F4ED",
  onAccent: "#FFFFFF",
  danger: "#C4291C",
  dangerSoft: "#FCEDEB",
  warning: "#9A6700",
  warningSoft: "#FFF5DC",
  information: "#0B62C4",
  informationSoft: "#E8F1FC",
  violet: "#6B3FA0",
  hover: "#F0F2F4",
  selected: "#E3F1E9",
};

const dark: Palette = {
  canvas: "#14171A",
  surface: "#1B1F24",
  raised: "#22272D",
  line: "#2C3238",
  lineStrong: "#454D56",
  text: "#E8EAED",
  secondary: "#9AA4AF",
  accent: "#1FBF75",
  accentSoft: "#17342A",
  onAccent: "#0B1410",
  danger: "#FF7B72",
  dangerSoft: "#3A2022",
  warning: "#E3B341",
  warningSoft: "#352C17",
  information: "#79B8FF",
  informationSoft: "#1B2C42",
  violet: "#C8A2FF",
  hover: "#23282E",
  selected: "#1D3229",
};

export const palettes = { light, dark };
export type Shade = keyof typeof palettes;

export const fontText = '-apple-system, "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif';
export const fontMono = '"SF Mono", "Cascadia Mono", "JetBrains Mono", "Noto Sans Mono CJK SC", monospace';

/** Writes a palette into the document as `--canvas`, `--line-strong` and so on. */
export function applyPalette(shade: Shade): void {
  const root = document.documentElement;
  root.dataset.theme = shade;
  root.style.colorScheme = shade;
  for (const [name, value] of Object.entries(palettes[shade])) {
    root.style.setProperty(`--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`, value);
  }
  root.style.setProperty("--font-text", fontText);
  root.style.setProperty("--font-mono", fontMono);
}
