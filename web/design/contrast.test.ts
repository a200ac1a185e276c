import { ok, test } from "../testing/harness";
import { themeNames, themeOf, themeProperties } from "./themes";
import elements from "./elements.css?text";
import tokens from "./tokens.css?text";

// The pairs that are used for text (4.5:1) and for icons and borders of controls (3:1), in both ramps.
const text: [string, string[]][] = [
  ["--n12", ["--n1", "--n2", "--n3", "--n4", "--n5"]],
  ["--n11", ["--n1", "--n2", "--n3", "--n4", "--n5"]],
  ["--n10", ["--n1", "--n2", "--n3", "--n4"]],
  ["--n9", ["--n1", "--n2"]],
  ["--accent-text", ["--n1", "--n2", "--n3", "--n4", "--accent-surface"]],
  ["--n12", ["--accent-surface", "--success-surface", "--warning-surface", "--danger-surface"]],
  ["--success-text", ["--n1", "--n2", "--success-surface"]],
  ["--warning-text", ["--n1", "--n2", "--warning-surface"]],
  ["--danger-text", ["--n1", "--n2", "--n3", "--danger-surface"]],
  ["--on-danger", ["--danger"]],
];
const graphics: [string, string[]][] = [["--n8", ["--n1", "--n2", "--n3"]], ["--success", ["--n1", "--n2"]], ["--danger", ["--n1", "--n2"]]];

const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true })!;

/** luminance is the relative luminance of WCAG 2.2 of a color as this browser paints it. */
function luminance(color: string): number {
  canvas.clearRect(0, 0, 1, 1);
  canvas.fillStyle = "#010203";
  canvas.fillStyle = color;
  canvas.fillRect(0, 0, 1, 1);
  const [r, g, b] = Array.from(canvas.getImageData(0, 0, 1, 1).data.slice(0, 3), (v) => {
    const c = v / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

function contrast(a: string, b: string): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high! + 0.05) / (low! + 0.05);
}

/** colorsIn shows an element with the tokens, and reads what a token is there. */
function colorsIn(theme: "light" | "dark", accent: string): { of(token: string): string; remove(): void } {
  const host = document.createElement("div");
  host.dataset.theme = theme;
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`${tokens} :host{${themeProperties(themeOf(accent)).map(([k, v]) => `${k}:${v}`).join(";")}}`);
  root.adoptedStyleSheets = [sheet];
  const probe = root.appendChild(document.createElement("i"));
  document.body.append(host);
  const rule = new CSSStyleSheet();
  root.adoptedStyleSheets.push(rule);
  return {
    of(token) {
      rule.replaceSync(`i{color:var(${token})}`);
      return getComputedStyle(probe).color;
    },
    remove: () => host.remove(),
  };
}

function check(pairs: [string, string[]][], least: number, colors: { of(token: string): string }, where: string): void {
  for (const [front, backs] of pairs) {
    for (const back of backs) {
      const ratio = contrast(colors.of(front), colors.of(back));
      ok(ratio >= least, `${front} on ${back} has ${least}:1 in ${where}, and not ${ratio.toFixed(2)}:1`);
    }
  }
}

for (const theme of ["light", "dark"] as const) {
  test(`every pair that is used passes in ${theme}`, () => {
    const colors = colorsIn(theme, "default");
    check(text, 4.5, colors, theme);
    check(graphics, 3, colors, theme);
    colors.remove();
  });

  test(`every accent carries its text and is seen in ${theme}`, () => {
    for (const name of themeNames()) {
      const colors = colorsIn(theme, name);
      check([["--on-accent", ["--accent"]], ["--accent-text", ["--n1", "--n4", "--accent-surface"]]], 4.5, colors, `${name}, ${theme}`);
      colors.remove();
    }
  });
}

test("avatars carry their initials", () => {
  const rules = [...elements.matchAll(/--tone:\s*(oklch\([^)]*\))/g)].map((m) => m[1]!);
  ok(rules.length === 8, `eight tones, and not ${rules.length}`);
  for (const tone of rules) ok(contrast("#fff", tone) >= 4.5, `white on ${tone}: ${contrast("#fff", tone).toFixed(2)}:1`);
});
