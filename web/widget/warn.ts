import type { StatusInfo } from "../protocol/socket";

/** warn tells the site's owner, never the visitor. */
export function warn(text: string): void {
  console.warn(`Parlor: ${text}`);
}

/** whyEnded says what the site's owner has to set right when the connection ended for good. */
export function whyEnded(info: StatusInfo, website: string): string {
  switch (info.code) {
    case 4403: return `${location.origin} is not on the list of origins of website ${website}`;
    case 4404: return `there is no website ${website}; check CRISP_WEBSITE_ID`;
    default: return `the connection ended and is not made again: ${info.code} ${info.reason ?? ""}`;
  }
}
