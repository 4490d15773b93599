/* The sandbox's own page: what is in the sandbox, live, and buttons for what can be done to it. */
import { h } from "./dom.js";
import { plot } from "./plot.js";
import { showAccount, showEvent } from "./details.js";
import { control, dateTime, money, reason, timeOfDay } from "./show.js";

const at = (id) => document.getElementById(id);
const PERMISSIONS = ["balances", "ownership", "payment_method", "transactions"];

let state = null;

/** Puts rows in the place of others, and the focus where it was. */
function replace(place, ...children) {
  const key = place.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  place.replaceChildren(...children);
  if (key) place.querySelector('[data-key="' + CSS.escape(key) + '"]')?.focus();
}

function notice(text) {
  at("notice").textContent = text;
  at("notice").hidden = !text;
}

const empty = (text) => h("p", { class: "empty" }, text);
const status = (text, kind) => h("span", { class: "status " + kind }, text);

function table(label, heads, rows) {
  return h("table", { "aria-label": label },
    h("thead", {}, h("tr", {}, heads.map((head) => h("th", { scope: "col" }, head)))),
    h("tbody", {}, rows));
}

function render(next) {
  state = next;
  at("about").textContent = "API version " + state.version + ". Publishable key " + state.key + ".";
  at("now").textContent = dateTime(state.now);
  at("now").dateTime = new Date(state.now * 1000).toISOString();
  for (const name of ["accounts", "events", "requests", "sessions"]) {
    const { total } = state[name];
    at(name + "-count").textContent = total > state[name].data.length ? state[name].data.length + " newest of " + total : total;
  }
  replace(at("accounts"), ...(state.accounts.data.length ? state.accounts.data.map(card) : [empty("No account is linked yet.")]));
  replace(at("events"), state.events.data.length ? table("Events", ["Time", "Type", "Delivery"], state.events.data.map(event)) : empty("Nothing has happened yet."));
  replace(at("requests"), state.requests.data.length ? table("Requests", ["Time", "Request", "Answer"], state.requests.data.map(request)) : empty("No request to the API yet."));
  replace(at("sessions"), state.sessions.data.length ? table("Sessions", ["Made", "Session", "Holder", "Asks for", "Accounts"], state.sessions.data.map(session)) : empty("No session yet."));
  at("faults").textContent = state.faults === 0 ? "None is waiting." : state.faults === 1 ? "One is waiting." : state.faults + " are waiting.";
}

function card(account) {
  const { id, name, institution_name, last4, balance } = account;
  return h("article", { class: "account", "aria-label": name + " " + last4 },
    h("div", { class: "head" },
      h("div", {}, h("strong", {}, name, " ", h("span", { class: "hint" }, "••••" + last4)), h("span", { class: "hint" }, institution_name)),
      status(account.status, account.status === "active" ? "good" : "bad")),
    h("p", { class: "balance" }, money(balance.current), h("span", { class: "hint" }, balance.usable === null ? "" : balance.type === "credit" ? money(-balance.usable) + " used" : money(balance.usable) + " available")),
    plot(account.plot),
    h("div", { class: "foot" },
      h("button", { type: "button", class: "link", "data-key": id, "data-testid": "account-details", onclick: () => showAccount(id) }, "Owners and transactions"),
      account.status === "active"
        ? act("Deactivate", id, "deactivate")
        : account.status === "inactive" && act("Reactivate", id, "reactivate")));
}

function act(label, id, what) {
  return h("button", {
    type: "button", class: "secondary small", "data-key": what + id,
    onclick: () => make("accounts/" + id + "/" + what, {}),
  }, label);
}

function event(row) {
  const delivery = { none: ["no endpoint", ""], pending: ["pending", "warn"], delivered: ["delivered", "good"], failed: ["failed", "bad"] }[row.delivery] ?? [row.delivery, ""];
  return h("tr", {},
    h("td", {}, h("time", { title: dateTime(row.created) }, timeOfDay(row.created))),
    h("td", {}, h("button", { type: "button", class: "link cell", "data-key": row.id, onclick: () => showEvent(row.id, notice) }, row.type), h("span", { class: "hint mono" }, row.subject)),
    h("td", {}, status(delivery[0], delivery[1])));
}

function request(row) {
  const kind = row.status >= 500 ? "bad" : row.status >= 400 ? "warn" : "good";
  return h("tr", { title: row.id },
    h("td", {}, h("time", { title: dateTime(row.at) }, timeOfDay(row.at))),
    h("td", {}, h("span", { class: "mono" }, row.method + " " + row.path),
      row.account && h("span", { class: "mono hint" }, row.account),
      row.message && h("span", { class: "error" }, row.message, row.param && " (" + row.param + ")")),
    h("td", {}, status(String(row.status), kind), row.code && h("span", { class: "hint" }, row.code)));
}

function session(row) {
  return h("tr", {},
    h("td", {}, h("time", {}, dateTime(row.created))),
    h("td", { class: "mono" }, row.id),
    h("td", { class: "mono" }, row.holder),
    h("td", {}, row.permissions.join(", ")),
    h("td", {}, row.accounts.length === 0 ? h("span", { class: "hint" }, "none yet") : row.accounts.map((id) => h("span", { class: "mono line" }, id))));
}

/** Asks for something to be done, says what became of it, and looks. */
async function make(path, fields, done = "") {
  notice(reason(await control(path, fields)) ?? done);
  await refresh();
}

async function refresh() {
  const response = await fetch("/_sandbox/page", { cache: "no-store" });
  render(await response.json());
}

/** Follows what happens. Many changes at once are one look. */
function follow() {
  const source = new EventSource("/_sandbox/live");
  let busy = false;
  let again = false;
  const look = async () => {
    again = busy;
    if (busy) return;
    busy = true;
    try {
      await refresh();
    } catch {
      // The stream tells that the sandbox is gone.
    }
    busy = false;
    if (again) look();
  };
  source.addEventListener("change", look);
  source.addEventListener("open", () => {
    at("offline").hidden = true;
    look();
  });
  source.addEventListener("error", () => {
    at("offline").textContent = "The sandbox does not answer. This page goes on when it is back.";
    at("offline").hidden = false;
  });
}

at("permissions").append(...PERMISSIONS.map((name) => h("label", {}, h("input", { type: "checkbox", name: "permission", value: name, checked: true }), name)));
// It may break after the origin.
at("tag").append('<script src="' + location.origin + "/", h("wbr"), 'stripe.js"></script>');

for (const button of document.querySelectorAll("[data-seconds]")) {
  button.addEventListener("click", () => make("clock/advance", { seconds: button.dataset.seconds }));
}

at("link").addEventListener("submit", async (submitted) => {
  submitted.preventDefault();
  const fields = new FormData(submitted.target);
  const made = await control("page/sessions", { holder: fields.get("holder"), permissions: fields.getAll("permission") });
  if (reason(made)) {
    notice(reason(made));
    return;
  }
  const stripe = window.Stripe(state.key);
  const { financialConnectionsSession, error } = await stripe.collectFinancialConnectionsAccounts({ clientSecret: made.client_secret });
  const count = financialConnectionsSession?.accounts.length;
  notice(error ? error.message : count === 0 ? "No account was linked." : count === 1 ? "One account was linked." : count + " accounts were linked.");
});

at("fault").addEventListener("submit", async (submitted) => {
  submitted.preventDefault();
  const fault = Object.fromEntries(new URLSearchParams(new FormData(submitted.target).get("fault")));
  await make("faults", fault, "The next request to the API fails.");
});

follow();
