// The demo page: shows the part that its address names, and embeds the chatbox as any website does. The page's policy allows no inline
// script, so the two lines of the snippet stand here.

type Queue = { push(command: unknown[]): unknown };

const page = window as unknown as { $crisp: Queue; CRISP_WEBSITE_ID: string };

function showPart(): void {
  const part = /^\/demo\/(pricing|contact)/.exec(location.pathname)?.[1] ?? "home";
  for (const section of document.querySelectorAll<HTMLElement>("[data-page]")) section.hidden = section.dataset.page !== part;
  for (const link of document.querySelectorAll<HTMLElement>("[data-nav]")) {
    if (link.dataset.nav === part) link.setAttribute("aria-current", "page");
  }
  if (part !== "home") document.title = `${part[0]!.toUpperCase()}${part.slice(1)} · Moss & Clay`;
}

function embed(): void {
  page.$crisp = [["config", "color:theme", ["green"]]] as unknown[] as Queue;
  page.CRISP_WEBSITE_ID = document.querySelector<HTMLMetaElement>('meta[name="parlor-website"]')!.content;
  const script = document.createElement("script");
  script.src = "/l.js";
  script.async = true;
  document.head.append(script);
}

function listen(): void {
  for (const button of document.querySelectorAll<HTMLElement>("[data-chat]")) {
    button.addEventListener("click", () => {
      if (button.dataset.chat) page.$crisp.push(["set", "message:text", [button.dataset.chat]]);
      page.$crisp.push(["do", "chat:open"]);
    });
  }
  document.getElementById("host")!.textContent = location.origin;
  const copy = document.getElementById("copy")!;
  copy.addEventListener("click", () => {
    void navigator.clipboard.writeText(document.getElementById("snippet")!.textContent).then(() => {
      copy.textContent = "Copied";
      setTimeout(() => (copy.textContent = "Copy"), 2_000);
    });
  });
}

showPart();
embed();
listen();
