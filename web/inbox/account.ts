// The agent's login over HTTP (docs/protocol.md, section 5). The cookie that it sets is out of reach for scripts.

/** What a login request came to. throttled: try again after so many seconds. */
export type LoginResult =
  | { kind: "ok" }
  | { kind: "wrong" }
  | { kind: "throttled"; seconds: number }
  | { kind: "unavailable" }
  | { kind: "noCookie" }
  | { kind: "unreachable" };

/** whoami asks whether somebody is logged in. */
export async function whoami(): Promise<"in" | "out" | "unreachable"> {
  try {
    const answer = await fetch("/agent/me", { headers: { Accept: "application/json" }, cache: "no-store" });
    if (answer.ok) return "in";
    return answer.status === 401 ? "out" : "unreachable";
  } catch {
    return "unreachable";
  }
}

export async function login(email: string, password: string): Promise<LoginResult> {
  let answer: Response;
  try {
    answer = await fetch("/agent/login", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ email, password }),
      cache: "no-store",
    });
  } catch {
    return { kind: "unreachable" };
  }
  if (answer.status === 429) return { kind: "throttled", seconds: retryAfter(answer) };
  if (answer.status >= 500) return { kind: "unavailable" };
  if (!answer.ok) return { kind: "wrong" };
  // The cookie is Secure: over plain http to anything but localhost the browser drops it without a word.
  return { kind: (await whoami()) === "out" ? "noCookie" : "ok" };
}

function retryAfter(answer: Response): number {
  const seconds = Number(answer.headers.get("Retry-After"));
  return Number.isFinite(seconds) && seconds > 0 ? Math.ceil(seconds) : 30;
}

/** logout ends the login; false when the server could not be told. */
export async function logout(): Promise<boolean> {
  try {
    const answer = await fetch("/agent/logout", { method: "POST" });
    return answer.ok || answer.status === 401;
  } catch {
    return false;
  }
}
