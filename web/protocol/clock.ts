/** Clock is time and chance as the socket and the outbox use them. Tests bring their own. */
export interface Clock {
  now(): number;
  random(): number;
  /** after runs f once, ms milliseconds later, and returns what takes it back. */
  after(ms: number, f: () => void): () => void;
}

export const realClock: Clock = {
  now: () => Date.now(),
  random: () => Math.random(),
  after(ms, f) {
    const timer = setTimeout(f, ms);
    return () => clearTimeout(timer);
  },
};
