/**
 * guardLeaving lets the browser ask before the page is left while there is something to lose, and returns what ends that. It listens only
 * then: a page that always listens is not kept for the way back.
 */
export function guardLeaving(watch: (look: () => void) => () => void, atRisk: () => boolean): () => void {
  let listening = false;
  const ask = (e: BeforeUnloadEvent): void => {
    e.preventDefault();
    e.returnValue = true; // older browsers ask only for this
  };
  const listen = (on: boolean): void => {
    if (on === listening) return;
    listening = on;
    window[on ? "addEventListener" : "removeEventListener"]("beforeunload", ask);
  };
  const stop = watch(() => listen(atRisk()));
  return () => {
    stop();
    listen(false);
  };
}
