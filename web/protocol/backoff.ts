const shortestMs = 500;
const longestMs = 30_000;

/**
 * backoffMs is how long to wait before the next attempt when the connection has been gone for that long: full jitter, from a window as long as it
 * has been gone, 0.5 to 30 s. So most are back before an outage has lasted twice as long, and all are spread over as long as it lasted.
 */
export function backoffMs(goneMs: number, random: () => number = Math.random): number {
  return Math.round(random() * Math.min(longestMs, Math.max(shortestMs, goneMs)));
}
