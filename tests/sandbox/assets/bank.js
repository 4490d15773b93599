/* The window of a bank whose customers sign in there. It talks to the dialog that opened it, which
 * is of the same origin. */
import { avatar, h } from "./dom.js";

const main = document.getElementById("pane");
const dialog = window.opener;

const tell = (message) => dialog?.postMessage(message, location.origin);
const outcome = (fields) => {
  tell({ type: "outcome", ...fields });
  main.replaceChildren(h("h1", {}, "You can close this window"));
};

function show({ name, accounts }) {
  document.title = name;
  const boxes = (accounts ?? []).map((account) =>
    h("label", { class: "choice" },
      h("input", { type: "checkbox", name: "account", value: account.id, checked: account.fits, disabled: !account.fits }),
      account.name + " ••••" + account.last4 + (account.fits ? "" : " – " + account.why)));
  const form = h("form", {},
    boxes.length > 0 && h("fieldset", {}, h("legend", {}, "Share these accounts"), boxes),
    h("div", { class: "buttons" },
      h("button", { type: "submit", class: "primary", "data-testid": "authorize-button" }, "Sign in and allow access"),
      h("button", { type: "button", class: "secondary", "data-testid": "deny-button", onclick: () => outcome({ authorized: false }) }, "Cancel")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const chosen = new FormData(form).getAll("account");
    outcome({ authorized: true, accounts: boxes.length > 0 ? chosen : undefined });
  });
  main.replaceChildren(
    avatar(name),
    h("h1", {}, name),
    h("p", { class: "lead" }, "This is the sign-in page of a test bank. There is nothing to fill in: a real bank asks for your user name and password here."),
    form);
  form.querySelector("button").focus();
}

if (dialog) {
  window.addEventListener("message", (event) => {
    if (event.source !== dialog || event.origin !== location.origin) return;
    if (event.data?.type === "show") show(event.data.institution);
  });
  tell({ type: "ready" });
} else {
  main.replaceChildren(h("h1", {}, "A test bank"), h("p", {}, "The dialog that links accounts opens this window."));
}
