/** Room is the part of the window that an on-screen keyboard leaves free. */
export interface Room {
  top: number;
  height: number;
}

/** watchRoom calls back when the free part changes, and returns what stops it. Without the API, nothing is called. */
export function watchRoom(changed: (room: Room) => void): () => void {
  const viewport = window.visualViewport;
  if (!viewport) return () => {};
  const tell = (): void => changed({ top: Math.round(viewport.offsetTop), height: Math.round(viewport.height) });
  viewport.addEventListener("resize", tell);
  viewport.addEventListener("scroll", tell);
  tell();
  return () => {
    viewport.removeEventListener("resize", tell);
    viewport.removeEventListener("scroll", tell);
  };
}

/** watchNarrow calls back with whether the window is a phone's, now and when it changes. */
export function watchNarrow(changed: (narrow: boolean) => void): () => void {
  const query = window.matchMedia("(max-width: 479.98px)");
  const tell = (): void => changed(query.matches);
  query.addEventListener("change", tell);
  tell();
  return () => query.removeEventListener("change", tell);
}
