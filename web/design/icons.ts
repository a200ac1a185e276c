// The icons of both faces, drawn for this project: 20 px, strokes of 1.5 px, round ends. Each is the path data of one <path>.

export const iconChat = "M10 3.25c4 0 7.25 2.75 7.25 6.25s-3.25 6.25-7.25 6.25c-.8 0-1.6-.1-2.3-.3L4 17l.7-3.1c-1.2-1.1-1.95-2.7-1.95-4.4C2.75 6 6 3.25 10 3.25Z";
export const iconClose = "M5 5l10 10M15 5L5 15";
export const iconSend = "M3.25 10 3 3.75 17.25 10 3 16.25 3.25 10Zm0 0H9.5";
export const iconSmile = "M10 17.25a7.25 7.25 0 1 0 0-14.5 7.25 7.25 0 0 0 0 14.5ZM6.75 11.75c.7 1.3 1.9 2 3.25 2s2.55-.7 3.25-2M7.5 7.75v.5M12.5 7.75v.5";
export const iconAttach = "M16.25 9.5 10 15.75a3.9 3.9 0 0 1-5.5-5.5l6.5-6.5a2.6 2.6 0 0 1 3.7 3.7l-6.45 6.4a1.3 1.3 0 0 1-1.85-1.85L12 6.4";
export const iconCheck = "M4 10.5 8 14.5 16 5.75";
export const iconChecks = "M1.75 10.75 5.25 14.25 12 6.25M8.75 13.25 9.75 14.25 17.75 5.25";
export const iconClock = "M10 17.25a7.25 7.25 0 1 0 0-14.5 7.25 7.25 0 0 0 0 14.5ZM10 6v4.25L12.75 12";
export const iconWarning = "M10 3.25 17.75 16.5H2.25L10 3.25ZM10 8.25v3.5M10 14v.1";
export const iconInfo = "M10 17.25a7.25 7.25 0 1 0 0-14.5 7.25 7.25 0 0 0 0 14.5ZM10 9.25v4.25M10 6.5v.1";
export const iconRetry = "M16.5 10a6.5 6.5 0 1 1-1.9-4.6L16.5 7.25M16.5 3.25v4h-4";
export const iconUndo = "M4 7.5h8a4.25 4.25 0 0 1 0 8.5H7M4 7.5l3.5-3.5M4 7.5 7.5 11";
export const iconDown = "M5 7.75 10 12.5l5-4.75";
export const iconUp = "M5 12.25 10 7.5l5 4.75";
export const iconLeft = "M12.25 5 7.5 10l4.75 5";
export const iconRight = "M7.75 5 12.5 10l-4.75 5";
export const iconArrowDown = "M10 4v12M5 11l5 5 5-5";
export const iconSearch = "M9 14.75a5.75 5.75 0 1 0 0-11.5 5.75 5.75 0 0 0 0 11.5ZM13.25 13.25 17 17";
export const iconInbox = "M2.75 11.25 5 4.25h10l2.25 7v4.5H2.75v-4.5ZM2.75 11.25H7c0 1.5 1.2 2.5 3 2.5s3-1 3-2.5h4.25";
export const iconEye = "M1.75 10C3.25 6.6 6.3 4.5 10 4.5s6.75 2.1 8.25 5.5c-1.5 3.4-4.55 5.5-8.25 5.5S3.25 13.4 1.75 10ZM10 12.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Z";
export const iconPeople = "M7.5 9.25a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM1.75 16.5c.3-2.9 2.5-4.75 5.75-4.75s5.45 1.85 5.75 4.75M13 3.5a2.85 2.85 0 0 1 0 5.5M15 12.25c1.9.6 3.05 2.1 3.25 4.25";
export const iconPerson = "M10 9.5a3.25 3.25 0 1 0 0-6.5 3.25 3.25 0 0 0 0 6.5ZM3.25 17c.4-3.1 3-5 6.75-5s6.35 1.9 6.75 5";
export const iconPersonAdd = "M8.25 9.5a3.25 3.25 0 1 0 0-6.5 3.25 3.25 0 0 0 0 6.5ZM1.75 17c.4-3.1 2.9-5 6.5-5 2 0 3.65.6 4.8 1.6M15.5 6v5M13 8.5h5";
export const iconNote = "M4.25 3.25h11.5v8.5l-4.5 5h-7v-13.5ZM11.25 16.5v-4.75h4.5M7 6.75h6M7 9.75h3";
export const iconTrash = "M3.5 5.25h13M8 5.25v-2h4v2M5 5.25l.75 11.5h8.5L15 5.25M8.25 8.5v5M11.75 8.5v5";
export const iconBlock = "M10 17.25a7.25 7.25 0 1 0 0-14.5 7.25 7.25 0 0 0 0 14.5ZM5 5l10 10";
export const iconMore = "M4.5 10v.1M10 10v.1M15.5 10v.1";
export const iconGlobe = "M10 17.25a7.25 7.25 0 1 0 0-14.5 7.25 7.25 0 0 0 0 14.5ZM2.75 10h14.5M10 2.75c2 2.1 3 4.55 3 7.25s-1 5.15-3 7.25c-2-2.1-3-4.55-3-7.25s1-5.15 3-7.25Z";
export const iconMail = "M2.75 4.75h14.5v10.5H2.75V4.75ZM2.75 5.5 10 11l7.25-5.5";
export const iconPhone = "M6.5 2.75H4.25c-.8 0-1.5.7-1.45 1.5.4 7.2 5.75 12.55 12.95 12.95.8.05 1.5-.65 1.5-1.45V13.5l-3.75-1.25-1.6 1.85a12.2 12.2 0 0 1-6-6L7.75 6.5 6.5 2.75Z";
export const iconTag = "M2.75 3.25h6.5l8 8-6 6-8-8-.5-6ZM6.25 6.75v.1";
export const iconList = "M3.25 5.5h13.5M3.25 10h13.5M3.25 14.5h8.5";
export const iconSettings = "M3 6h7.5M14.5 6H17M12.5 8a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM3 14h2.5M9.5 14H17M7.5 16a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z";
export const iconKeyboard = "M2.25 5.25h15.5v9.5H2.25v-9.5ZM5 8.25v.1M8.35 8.25v.1M11.65 8.25v.1M15 8.25v.1M6.5 11.75h7";
export const iconSun = "M10 13.25a3.25 3.25 0 1 0 0-6.5 3.25 3.25 0 0 0 0 6.5ZM10 2.25v1.5M10 16.25v1.5M2.25 10h1.5M16.25 10h1.5M4.5 4.5l1.1 1.1M14.4 14.4l1.1 1.1M4.5 15.5l1.1-1.1M14.4 5.6l1.1-1.1";
export const iconMoon = "M16.75 11.75A7 7 0 0 1 8.25 3.25a7 7 0 1 0 8.5 8.5Z";
export const iconLeave = "M12.5 6V3.25h-9v13.5h9V14M8 10h9.25M14.5 7.25 17.25 10l-2.75 2.75";
export const iconPlus = "M10 4v12M4 10h12";
export const iconFile = "M4.75 2.75h6.5l4 4v10.5H4.75V2.75ZM11 3v4h4";
export const iconImage = "M2.75 3.75h14.5v12.5H2.75V3.75ZM2.75 13.5l4.25-4 3.75 3.5 2-1.75 4.5 4M13 7.25v.1";
export const iconPlay = "M6 3.75 16 10 6 16.25V3.75Z";
export const iconDownload = "M10 3.25v9.5M6 9l4 4 4-4M3.25 16.75h13.5";
export const iconCopy = "M6.75 6.75h10v10h-10v-10ZM13.25 6.75v-3.5h-10v10h3.5";
export const iconExternal = "M11 3.25h5.75V9M16.5 3.5 9 11M13.75 11.5v5.25H3.25V6.25H8.5";
export const iconOffline = "M2.5 2.5l15 15M6 11.5a6 6 0 0 1 3-1.7M3.25 8.5A10 10 0 0 1 6.5 6.4M10 5.5c2.6 0 4.9 1.1 6.75 3M13 10.75c.4.2.7.45 1 .75M10 15v.1";
export const iconBell = "M4.25 13.75h11.5l-1.25-2V8.25a4.5 4.5 0 0 0-9 0v3.5l-1.25 2ZM8.25 16.25c.35.65 1 1 1.75 1s1.4-.35 1.75-1";
export const iconBellOff = "M5.5 8.5v3.25l-1.25 2h9.5M8.25 16.25c.35.65 1 1 1.75 1s1.4-.35 1.75-1M6.75 5a4.5 4.5 0 0 1 7.75 3.25v2.25M2.75 2.75l14.5 14.5";
export const iconFilter = "M3.25 4.25h13.5L11.5 10.5v5.25l-3 1.5V10.5L3.25 4.25Z";
export const iconCommand = "M7.5 7.5h5v5h-5v-5ZM7.5 7.5H5.4A2.1 2.1 0 1 1 7.5 5.4v2.1ZM12.5 7.5V5.4a2.1 2.1 0 1 1 2.1 2.1h-2.1ZM12.5 12.5h2.1a2.1 2.1 0 1 1-2.1 2.1v-2.1ZM7.5 12.5v2.1a2.1 2.1 0 1 1-2.1-2.1h2.1Z";
export const iconPin = "M10 17.25c3.5-3.2 5.25-5.95 5.25-8.25a5.25 5.25 0 0 0-10.5 0c0 2.3 1.75 5.05 5.25 8.25ZM10 10.75a1.75 1.75 0 1 0 0-3.5 1.75 1.75 0 0 0 0 3.5Z";
export const iconDevice = "M2.75 3.75h14.5v9.5H2.75v-9.5ZM7 16.75h6M10 13.25v3.5";
export const iconSpark = "M10 2.75c.6 4.4 2.1 6 6.75 7.25-4.65 1.25-6.15 2.85-6.75 7.25C9.4 12.85 7.9 11.25 3.25 10 7.9 8.75 9.4 7.15 10 2.75Z";
export const iconArchive = "M2.75 3.75h14.5v3.5H2.75v-3.5ZM4 7.25v9h12v-9M8 10.5h4";
export const iconShield = "M10 2.5 16.25 5v4.75c0 3.6-2.3 6.3-6.25 7.75-3.95-1.45-6.25-4.15-6.25-7.75V5L10 2.5Z";
export const iconBolt = "M11 2.5 4.25 11.25h5L8.75 17.5l7-9.25h-5L11 2.5Z";
export const iconCart = "M2.25 3.25h2.5l2 9.25h8.5l1.75-6.5H5.5M7.75 16.25v.1M14.25 16.25v.1";

const svg = "http://www.w3.org/2000/svg";

/** icon draws path data. It is decoration: what it means stands in the label of its control. */
export function icon(data: string, className = ""): SVGSVGElement {
  const root = document.createElementNS(svg, "svg");
  root.setAttribute("class", `icon ${className}`.trim());
  root.setAttribute("viewBox", "0 0 20 20");
  root.setAttribute("aria-hidden", "true");
  root.setAttribute("focusable", "false");
  const path = document.createElementNS(svg, "path");
  path.setAttribute("d", data);
  root.appendChild(path);
  return root;
}
