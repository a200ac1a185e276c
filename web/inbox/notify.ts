// Notifications of the system: only where the agent asked for them, only while the page is out of sight.

import type { Opened } from "./state";

/** notificationState says whether they can be shown: possible (perhaps after asking), denied, or there are none in this browser. */
export function notificationState(): "possible" | "denied" | "none" {
  if (typeof Notification === "undefined") return "none";
  return Notification.permission === "denied" ? "denied" : "possible";
}

export function notify(title: string, text: string, x: Opened, onClick: () => void): void {
  if (typeof Notification === "undefined" || Notification.permission !== "granted") return;
  try {
    const notification = new Notification(title, { body: text, tag: x.session, silent: true });
    notification.onclick = () => {
      notification.close();
      window.focus();
      onClick();
    };
  } catch {
    // Some mobile browsers allow them to service workers only.
  }
}
