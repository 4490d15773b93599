const at = (id) => document.getElementById(id);

/** An element with text and children; text is never read as HTML. */
function h(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

const money = (cents) => new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" }).format(cents / 100);

function say(text) {
  at("message").textContent = text;
  at("message").hidden = !text;
}

async function ask(path, options) {
  const response = await fetch(path, options);
  if (!response.ok) throw new Error(await response.text());
  return response.status === 204 ? null : response.json();
}

/** Links accounts: the server makes the session, Stripe.js lets the customer authenticate. */
async function link() {
  at("link").disabled = true;
  say("");
  try {
    const { client_secret: clientSecret } = await ask("/sessions", { method: "POST" });
    const stripe = window.Stripe(document.body.dataset.publishableKey);
    const { financialConnectionsSession, error } = await stripe.collectFinancialConnectionsAccounts({ clientSecret });
    if (error) {
      say(error.message);
    } else {
      const count = financialConnectionsSession.accounts.length;
      say(count === 0 ? "No account was linked." : count === 1 ? "One account is linked." : count + " accounts are linked.");
    }
    await show();
  } catch (error) {
    say(error.message);
  }
  at("link").disabled = false;
}

async function disconnect(account) {
  try {
    await ask("/accounts/" + encodeURIComponent(account.id) + "/disconnect", { method: "POST" });
    say(account.name + " is no longer linked.");
    await show();
  } catch (error) {
    say(error.message);
  }
}

function card(account) {
  // What is used of a credit is negative, as money that is owed is.
  const cents = account.is_credit ? -account.balance : account.balance;
  const amount = account.balance === null ? (account.is_fetching ? "Fetching…" : "–") : money(cents);
  return h("article", { className: "card" },
    h("header", {},
      h("div", {},
        h("h2", {}, account.name),
        h("p", { className: "soft" }, account.institution + " ••••" + account.last4)),
      h("p", { className: account.status === "active" ? "status" : "status bad" }, account.status)),
    h("p", { className: "balance" }, amount, account.balance === null ? null : h("span", { className: "soft" }, account.is_credit ? " used" : " available")),
    account.owners.length > 0 ? h("p", { className: "soft" }, "Owned by " + account.owners.join(" and ")) : null,
    account.transactions.length > 0
      ? h("ul", {}, account.transactions.map((transaction) =>
          h("li", {},
            h("span", {}, transaction.description),
            h("span", { className: transaction.amount < 0 ? "amount" : "amount in" }, money(transaction.amount)))))
      : null,
    h("button", { type: "button", className: "quiet", onclick: () => disconnect(account), ariaLabel: "Disconnect " + account.name }, "Disconnect"));
}

async function show() {
  const { accounts, events } = await ask("/accounts");
  at("accounts").replaceChildren(
    ...(accounts.length > 0 ? accounts.map(card) : [h("p", { className: "empty" }, "No account is linked yet.")]));
  const cash = accounts.filter((account) => !account.is_credit && account.balance !== null);
  at("total").textContent = cash.length > 0
    ? money(cash.reduce((sum, account) => sum + account.balance, 0)) + " available in " + cash.length + (cash.length === 1 ? " account" : " accounts")
    : "See all your money in one place.";
  at("events").replaceChildren(...(events.length > 0
    ? events.map((event) => h("li", {}, h("code", {}, event.type)))
    : [h("li", { className: "soft" }, "None yet.")]));
}

at("link").addEventListener("click", link);
new EventSource("/news").addEventListener("news", () => show().catch(() => {}));
show().catch((error) => say(error.message));
