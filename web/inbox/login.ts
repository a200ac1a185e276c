// The login page.

import { h, setText, toggle } from "../design/dom";
import { icon, iconChat, iconEye } from "../design/icons";
import { login, type LoginResult } from "./account";
import type { Part } from "./context";
import type { State } from "./state";
import type { Strings } from "./strings";

export function createLogin(t: Strings, onIn: () => void): Part {
  return new LoginView(t, onIn);
}

class LoginView implements Part {
  readonly root: HTMLElement;
  private readonly email: HTMLInputElement;
  private readonly password: HTMLInputElement;
  private readonly submit: HTMLButtonElement;
  private readonly error: HTMLElement;
  private readonly expired: HTMLElement;
  private throttledUntil = 0;
  private busy = false;
  private shown = false;

  constructor(private readonly t: Strings, private readonly onIn: () => void) {
    this.email = h("input", { type: "email", class: "text-field", name: "email", autocomplete: "username", inputmode: "email", autocapitalize: "off", spellcheck: "false", "aria-describedby": "login-error" });
    this.password = h("input", { type: "password", class: "text-field", name: "password", autocomplete: "current-password", "aria-describedby": "login-error" });
    const reveal = h("button", { type: "button", class: "icon-button reveal", "aria-label": t.loginShow, "aria-pressed": "false", onclick: () => this.reveal(reveal) }, icon(iconEye));
    this.submit = h("button", { type: "submit", class: "button primary wide" }, t.loginSubmit);
    this.error = h("p", { class: "form-error", id: "login-error", role: "alert" });
    this.expired = h("p", { class: "form-note", hidden: true }, t.loginExpired);
    this.root = h("main", { class: "login" },
      h("form", { class: "login-card", novalidate: true, onsubmit: (e) => { e.preventDefault(); void this.tried(); } },
        h("div", { class: "login-brand" }, h("span", { class: "login-logo" }, icon(iconChat)), h("span", null, t.product)),
        h("h1", null, t.loginTitle), this.expired,
        h("label", { class: "form-label" }, h("span", null, t.loginEmail), this.email),
        h("label", { class: "form-label", for: "login-password" }, t.loginPassword),
        h("div", { class: "password" }, this.password, reveal),
        this.error, this.submit));
    this.password.id = "login-password";
  }

  update(s: State): void {
    const shown = s.phase === "login";
    toggle(this.root, shown);
    toggle(this.expired, s.expired);
    if (shown && !this.shown) (this.email.value ? this.password : this.email).focus();
    this.shown = shown;
  }

  private reveal(button: HTMLElement): void {
    const show = this.password.type === "password";
    this.password.type = show ? "text" : "password";
    button.setAttribute("aria-pressed", String(show));
    button.setAttribute("aria-label", show ? this.t.loginHide : this.t.loginShow);
    this.password.focus();
  }

  private async tried(): Promise<void> {
    if (this.busy || Date.now() < this.throttledUntil) return;
    if (!this.email.value.trim() || !this.password.value) {
      this.say(this.t.loginMissing);
      (this.email.value.trim() ? this.password : this.email).focus();
      return;
    }
    this.setBusy(true);
    const result = await login(this.email.value.trim(), this.password.value);
    this.setBusy(false);
    if (result.kind === "ok") {
      this.password.value = "";
      this.say("");
      this.onIn();
    } else this.failed(result);
  }

  private failed(result: LoginResult): void {
    if (result.kind === "throttled") {
      this.throttledUntil = Date.now() + result.seconds * 1000;
      this.countDown();
      return;
    }
    const words = { wrong: this.t.loginWrong, unavailable: this.t.loginUnavailable, noCookie: this.t.loginNoCookie, unreachable: this.t.loginUnreachable, ok: "" };
    this.say(words[result.kind]);
    if (result.kind === "wrong") this.password.select();
  }

  /** countDown shows how long one has to wait; only its first and last words are read out. */
  private countDown(): void {
    const seconds = Math.ceil((this.throttledUntil - Date.now()) / 1000);
    this.submit.disabled = seconds > 0;
    this.say(this.t.loginThrottled(Math.max(0, seconds)));
    this.error.setAttribute("aria-live", seconds > 0 ? "off" : "assertive");
    if (seconds > 0) setTimeout(() => this.countDown(), 1_000);
  }

  private say(words: string): void {
    setText(this.error, words);
    this.email.setAttribute("aria-invalid", String(words !== ""));
    this.password.setAttribute("aria-invalid", String(words !== ""));
  }

  private setBusy(busy: boolean): void {
    this.busy = busy;
    this.submit.disabled = busy;
    setText(this.submit, busy ? this.t.loginBusy : this.t.loginSubmit);
  }
}
