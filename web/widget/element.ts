/** Mount fills a shadow root and returns what empties it. */
export type Mount = (host: HTMLElement, root: ShadowRoot) => () => void;

const tag = "parlor-chatbox";

/** ChatboxElement is <parlor-chatbox>. It shows while it stands in a document; taken out, it holds on to nothing. */
export interface ChatboxElement extends HTMLElement {
  mount: Mount | null;
}

/** createElement makes the custom element. A script that is loaded again finds it defined, and uses it. */
export function createElement(mount: Mount): ChatboxElement {
  if (!customElements.get(tag)) customElements.define(tag, defineClass());
  const element = document.createElement(tag) as ChatboxElement;
  element.mount = mount;
  return element;
}

function defineClass(): CustomElementConstructor {
  return class extends HTMLElement implements ChatboxElement {
    mount: Mount | null = null;
    private unmount: (() => void) | null = null;

    connectedCallback(): void {
      if (this.unmount || !this.mount) return;
      const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
      this.unmount = this.mount(this, root);
    }

    disconnectedCallback(): void {
      this.unmount?.();
      this.unmount = null;
    }
  };
}
