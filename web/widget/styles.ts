/** Styles gives a shadow root its style sheets and returns a sheet whose text can be replaced: for values that only the script knows. */
export function adopt(root: ShadowRoot, css: string): (values: string) => void {
  if ("adoptedStyleSheets" in Document.prototype && "replaceSync" in CSSStyleSheet.prototype) {
    const sheet = new CSSStyleSheet();
    const values = new CSSStyleSheet();
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [sheet, values];
    return (text) => values.replaceSync(text);
  }
  // Browsers from before 2023: style elements, which a strict style-src of the page may refuse.
  const make = (text: string): HTMLStyleElement => {
    const style = document.createElement("style");
    style.textContent = text;
    root.appendChild(style);
    return style;
  };
  make(css);
  const values = make("");
  return (text) => {
    values.textContent = text;
  };
}
