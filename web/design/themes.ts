/** Theme is an accent: lightness, chroma and hue of OKLCH for fills, and whether the text on them is dark. */
export interface Theme {
  l: number;
  c: number;
  h: number;
  dark?: boolean;
}

const table: Record<string, [l: number, c: number, h: number, dark?: 1]> = {
  default: [0.55, 0.17, 255],
  amber: [0.82, 0.165, 80, 1],
  black: [0.27, 0.005, 255],
  blue: [0.55, 0.17, 255],
  blue_grey: [0.5, 0.04, 240],
  light_blue: [0.54, 0.125, 235],
  brown: [0.46, 0.07, 45],
  cyan: [0.52, 0.09, 212],
  green: [0.52, 0.13, 149],
  light_green: [0.54, 0.125, 135],
  grey: [0.5, 0.005, 255],
  indigo: [0.48, 0.18, 275],
  orange: [0.76, 0.16, 60, 1],
  deep_orange: [0.56, 0.18, 37],
  pink: [0.56, 0.2, 358],
  purple: [0.52, 0.2, 312],
  deep_purple: [0.46, 0.19, 295],
  red: [0.54, 0.19, 27],
  teal: [0.51, 0.085, 186],
};

/** themeOf is the accent of a color's name; the default for names that are not known. Text on each fill has 4.5:1. */
export function themeOf(name: string | undefined): Theme {
  const [l, c, h, dark] = Object.prototype.hasOwnProperty.call(table, name ?? "") ? table[name!]! : table.default!;
  return { l, c, h, dark: dark === 1 };
}

/** themeNames are the names that themeOf knows. */
export function themeNames(): string[] {
  return Object.keys(table);
}

/** themeProperties are the custom properties that make a theme of tokens.css. */
export function themeProperties(theme: Theme): [string, string][] {
  return [
    ["--accent-l", String(theme.l)],
    ["--accent-c", String(theme.c)],
    ["--accent-h", String(theme.h)],
    ["--on-accent", theme.dark ? "oklch(0.24 0.03 70)" : "oklch(1 0 0)"],
  ];
}
