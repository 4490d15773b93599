/* One account or one event, in a dialog of its own. */
import { h, icon } from "./dom.js";
import { plot } from "./plot.js";
import { control, dateTime, dayAndTime, money, reason } from "./show.js";

const dialog = document.getElementById("details");

function open(title, ...content) {
  dialog.firstElementChild.replaceChildren(
    h("header", {}, h("h2", { id: "details-title" }, title),
      h("button", { type: "button", class: "plain", "aria-label": "Close", onclick: () => dialog.close() }, icon("close"))),
    ...content.flat().filter(Boolean));
  if (!dialog.open) dialog.showModal();
}

async function load(path) {
  const response = await fetch("/_sandbox/page/" + path, { cache: "no-store" });
  return response.json();
}

export async function showAccount(id) {
  const { account, owners, transactions, plot: points, error } = await load("accounts/" + id);
  if (error) return open(id, h("p", {}, error.message));
  open(account.display_name + " ••••" + account.last4,
    h("p", { class: "mono hint" }, account.id),
    plot(points, 96),
    h("h3", {}, "Owners"),
    owners.length === 0
      ? h("p", { class: "empty" }, "Not read yet: the ownership was not refreshed.")
      : h("ul", { class: "owners" }, owners.map((owner) =>
          h("li", {}, h("strong", {}, owner.name), h("span", { class: "hint" }, [owner.email, owner.phone, owner.raw_address].filter(Boolean).join(" · "))))),
    h("h3", {}, "Transactions ", h("span", { class: "count" }, transactions.total > transactions.data.length ? transactions.data.length + " newest of " + transactions.total : transactions.total)),
    transactions.data.length === 0
      ? h("p", { class: "empty" }, "Not read yet: the transactions were not refreshed.")
      : h("div", { class: "table", tabindex: 0, role: "group", "aria-label": "Transactions" }, h("table", {},
          h("thead", {}, h("tr", {}, ["Time", "What", "Amount"].map((head) => h("th", { scope: "col", class: head === "Amount" && "amount" }, head)))),
          h("tbody", {}, transactions.data.map((row) => h("tr", {},
            h("td", {}, h("time", { title: dateTime(row.transacted_at) }, dayAndTime(row.transacted_at))),
            h("td", {}, h("span", {}, row.description), row.status !== "posted" && h("span", { class: "status warn" }, row.status)),
            h("td", { class: "amount" }, money(row.amount))))))),
    h("h3", {}, "As the API shows it"),
    h("pre", {}, h("code", {}, JSON.stringify(account, null, 2))));
}

export async function showEvent(id, notice) {
  const { event, attempts, error } = await load("events/" + id);
  if (error) return open(id, h("p", {}, error.message));
  const resend = async () => {
    const wrong = reason(await control("events/" + id + "/resend", {}));
    notice(wrong ?? "The event is sent again.");
    dialog.close();
  };
  open(event.type,
    h("p", { class: "mono hint" }, event.id),
    h("h3", {}, "Deliveries"),
    attempts.length === 0
      ? h("p", { class: "empty" }, "It was sent nowhere.")
      : h("ul", { class: "owners" }, attempts.map((attempt) =>
          h("li", {}, h("strong", {}, attempt.status === null ? "no answer" : "answered " + attempt.status), h("span", { class: "hint" }, dateTime(attempt.at))))),
    h("button", { type: "button", class: "secondary", "data-testid": "resend-button", onclick: resend }, "Send it again"),
    h("h3", {}, "As it is sent"),
    h("pre", {}, h("code", {}, JSON.stringify(event, null, 2))));
}
