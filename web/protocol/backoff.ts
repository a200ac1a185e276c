const firstMs = 500;
const longestMs = 30_000;

/** backoffMs is how long to wait before attempt 0, 1, 2 …: full jitter, from a window of 0.5 s that doubles to 30 s. */
export function backoffMs(attempt: number, random: () => number = Math.random): number {
  return Math.round(random() * Math.min(longestMs, firstMs * 2 ** Math.min(attempt, 10)));
}
