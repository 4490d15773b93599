/* What the dialog shows at each step. A pane is its content, the buttons below that lead on, and,
 * where there is a way back, what that does. */
import { avatar, h, icon } from "./dom.js";

const PERMISSIONS = {
  payment_method: ["Account and routing number", "To pay from the account, or into it"],
  balances: ["Balances", "How much is in the account"],
  ownership: ["Owners", "Names and contact details of who owns the account"],
  transactions: ["Transactions", "What was paid and received, and when"],
  account_numbers: ["Full account numbers", "The numbers as your bank writes them"],
};

/** Sends the form of the pane, which it need not be in. */
const submit = (label) => h("button", { type: "submit", form: "form", class: "primary", testid: "continue-button" }, label);
const button = (kind, testid, label, onclick) => h("button", { type: "button", class: kind, testid, onclick }, label);

/** A text field with its label, and with what is wrong with it. */
function field({ label, name, testid, error, hint, ...properties }) {
  const id = "field-" + name;
  const notes = [hint && id + "-hint", error && id + "-error"].filter(Boolean).join(" ");
  return h("div", { class: "field" },
    h("label", { for: id }, label),
    h("input", { id, name, testid, autocomplete: "off", "aria-invalid": error ? "true" : false, "aria-describedby": notes || false, ...properties }),
    hint && h("p", { class: "hint", id: id + "-hint" }, hint),
    error && h("p", { class: "error", id: id + "-error" }, error));
}

function form(action, ...children) {
  const element = h("form", { id: "form", novalidate: true }, ...children);
  element.addEventListener("submit", (event) => {
    event.preventDefault();
    action(Object.fromEntries(new FormData(element)));
  });
  return element;
}

const manually = (dialog) =>
  dialog.flow.manual &&
  button("link", "manual-entry-link", "Enter bank details manually", () => dialog.show({ step: "manual", from: dialog.step }));
const toBanks = (dialog) => () => dialog.show({ step: "institutions" });

const KINDS = {
  checking: "Checking",
  savings: "Savings",
  credit_card: "Credit card",
  line_of_credit: "Line of credit",
  mortgage: "Mortgage",
  other: "Other account",
};

/** Why an account cannot be chosen. */
const REASONS = {
  already_linked: "linked already",
  not_payable: "payments cannot be made with it",
  subcategory: "not asked for",
};

const SIGN_IN = {
  nothing: "Shows its accounts at once",
  form: "Asks for user name and password",
  window: "You sign in in a window",
  window_with_accounts: "You sign in and choose in a window",
};

function consent(dialog) {
  const { business, permissions } = dialog.flow;
  return {
    content: [
      h("span", { class: "emblem" }, icon("bank")),
      h("h1", {}, business + " asks to link your bank account"),
      h("p", { class: "lead" }, "You choose the bank and the accounts. This is what " + business + " will be able to see:"),
      h("ul", { class: "permissions", "aria-label": "What will be shared" },
        permissions.map((permission) => {
          const [name, meaning] = PERMISSIONS[permission] ?? [permission, ""];
          return h("li", { "data-permission": permission },
            icon(permission in PERMISSIONS ? permission : "bank"),
            h("span", {}, h("strong", {}, name), h("span", { class: "hint" }, meaning)));
        })),
      h("p", { class: "hint" }, "You can end the access at any time. This is a sandbox: no real bank is asked, and nothing real is shared."),
    ],
    actions: [button("primary", "agree-button", "Agree and continue", () => dialog.act("agree")), manually(dialog)],
  };
}

function returning(dialog, { email, message }) {
  return {
    content: [
      h("h1", {}, "Welcome back"),
      h("p", { class: "lead" }, "Accounts were saved with " + email + ". Enter the code that was sent there to use them again."),
      h("p", { class: "note" }, "In the sandbox the code is always ", h("code", {}, "111111"), "."),
      form((fields) => {
        dialog.institution = { name: "Saved accounts" };
        dialog.act("unlock", fields);
      },
        field({ label: "Code", name: "code", testid: "code-input", inputmode: "numeric", maxlength: 6, error: message, "data-focus": true })),
    ],
    actions: [submit("Continue"), button("link", "link-not-now-button", "Use another bank", toBanks(dialog))],
  };
}

/** What the tests of users call institutions, where that is another name than theirs. */
const TEST_IDS = { test: "default", test_oauth: "default_oauth" };

function institutions(dialog) {
  const all = dialog.flow.institutions;
  const list = h("ul", { class: "rows" });
  const found = h("p", { class: "unseen", role: "status" });
  const nothing = h("div", { class: "nothing" },
    h("p", {}, "No bank of that name here."),
    h("p", { class: "hint" }, "The sandbox has test banks only."));
  const row = (institution) =>
    h("li", {},
      h("button", {
        type: "button", class: "row",
        testid: "featured-institution-" + (TEST_IDS[institution.id] ?? institution.id),
        onclick: () => dialog.choose(institution),
      },
      avatar(institution.name),
      h("span", {}, h("strong", {}, institution.name), h("span", { class: "hint" }, institution.is_down ? "Cannot be reached" : SIGN_IN[institution.sign_in])),
      icon("forward")));
  const search = (text) => {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    const hits = all.filter(({ name }) => words.every((word) => name.toLowerCase().includes(word)));
    list.replaceChildren(...hits.map(row));
    nothing.hidden = hits.length > 0;
    found.textContent = text && (hits.length === 1 ? "1 bank found" : hits.length + " banks found");
  };
  search("");
  return {
    content: [
      h("h1", {}, "Choose your bank"),
      h("div", { class: "search" }, icon("search"),
        h("input", {
          type: "search", "aria-label": "Search for a bank", placeholder: "Search for a bank", testid: "search-input",
          autocomplete: "off", spellcheck: "false", oninput: (event) => search(event.target.value),
        })),
      found, list, nothing,
    ],
    actions: [manually(dialog)],
  };
}

function signIn(dialog, { message }) {
  const { institution } = dialog;
  return {
    back: toBanks(dialog),
    content: [
      avatar(institution.name),
      h("h1", {}, "Sign in to " + institution.name),
      message && h("p", { class: "error box", role: "alert" }, message),
      h("p", { class: "note" }, "Any user name and password are right. As the password, ",
        h("code", {}, "options"), ", ", h("code", {}, "mfa"), ", ", h("code", {}, "confirm_mfa"), " and ", h("code", {}, "security_question"),
        " ask for more; ", h("code", {}, "incorrect"), " is refused; ", h("code", {}, "error"), " fails."),
      form((fields) => dialog.act("sign_in", fields),
        field({ label: "User name", name: "user", testid: "username-input", "data-focus": true, value: "test" }),
        field({ label: "Password", name: "password", type: "password", testid: "password-input", value: "password" })),
    ],
    actions: [submit("Sign in")],
  };
}

function challenge(dialog, { field: name, label, options, message }) {
  const { institution } = dialog;
  const confirms = name === "confirm_mfa";
  const input = confirms
    ? h("p", { class: "lead" }, label)
    : options.length > 0
      ? h("fieldset", {}, h("legend", {}, label), options.map((option, place) =>
          h("label", { class: "choice" }, h("input", { type: "radio", name: "answer", value: option, checked: place === 0 }), option)))
      : field({ label, name: "answer", testid: "challenge-input", "data-focus": true, hint: "Anything is right here, except for incorrect and error." });
  return {
    back: toBanks(dialog),
    content: [
      avatar(institution.name),
      h("h1", {}, "One more step at " + institution.name),
      message && h("p", { class: "error box", role: "alert" }, message),
      form((fields) => dialog.act("answer", fields), input),
    ],
    actions: [submit(confirms ? "I have confirmed it" : "Continue")],
  };
}

function oauth(dialog, { accounts, message }) {
  const { institution } = dialog;
  const again = (message) => dialog.show({ step: "oauth", accounts, message });
  const go = async () => {
    const bank = dialog.openBank({ name: institution.name, accounts: accounts?.map(described) });
    if (bank.blocked) {
      again("The browser did not let a window open. Allow windows of this page, then try again.");
      return;
    }
    const waiting = { step: "waiting", bank };
    dialog.show(waiting);
    const outcome = await bank.outcome;
    if (dialog.step !== waiting) return;
    if (outcome?.authorized) dialog.act("authorize", { accounts: outcome.accounts });
    else again("You were not signed in: the window was closed before that.");
  };
  return {
    back: toBanks(dialog),
    content: [
      avatar(institution.name),
      h("h1", {}, "Continue at " + institution.name),
      message && h("p", { class: "error box", role: "alert" }, message),
      h("p", { class: "lead" }, "You sign in at the bank itself. It opens in a window of its own."),
    ],
    actions: [button("primary", "continue-button", ["Continue to the bank ", icon("window")], go)],
  };
}

/** While the window of a bank is open. */
function waiting(dialog, { bank }) {
  const { institution } = dialog;
  return {
    content: [
      avatar(institution.name),
      h("h1", {}, "Waiting for " + institution.name),
      h("p", { class: "lead" }, "Sign in in the window of the bank. This goes on when you are done there."),
    ],
    actions: [
      button("secondary", "show-window-button", "Show the window", bank.focus),
      button("link", "cancel-button", "Cancel", bank.cancel),
    ],
  };
}

/** An account as it is shown. */
const described = ({ id, name, last4, subcategory, reason }) => ({
  id, name, last4, fits: !reason, kind: KINDS[subcategory] ?? subcategory, why: REASONS[reason] ?? reason,
});

function accounts(dialog, { accounts }) {
  const { institution } = dialog;
  const { business, several } = dialog.flow;
  const shown = accounts.map(described);
  const fitting = shown.filter((account) => account.fits);
  const chosen = new Set((several ? fitting : fitting.slice(0, 1)).map((account) => account.id));
  const connect = button("primary", "select-button", "", () => dialog.act("select", { accounts: [...chosen] }));
  const rows = shown.map((account) => {
    const row = h("button", {
      type: "button", class: "row account", testid: account.name.toLowerCase(), disabled: !account.fits,
      "aria-pressed": account.fits ? "false" : false,
      onclick: () => {
        if (!several) chosen.clear();
        if (!chosen.delete(account.id)) chosen.add(account.id);
        update();
      },
    },
    h("span", { class: several ? "tick box" : "tick" }, icon("check")),
    h("span", {},
      h("strong", {}, account.name + " ", h("span", { class: "digits" }, "••••" + account.last4)),
      h("span", { class: "hint" }, account.fits ? account.kind : account.kind + " – " + account.why)));
    return { account, row };
  });
  const update = () => {
    for (const { account, row } of rows) {
      if (account.fits) row.setAttribute("aria-pressed", String(chosen.has(account.id)));
    }
    connect.disabled = chosen.size === 0;
    connect.textContent = chosen.size > 1 ? "Connect " + chosen.size + " accounts" : "Connect account";
  };
  update();
  return {
    content: [
      avatar(institution.name),
      h("h1", {}, several ? "Choose accounts" : "Choose an account"),
      h("p", { class: "lead" }, business + " sees only the " + (several ? "accounts" : "account") + " that you choose."),
      h("ul", { class: "rows", "aria-label": "Accounts" }, rows.map(({ row }) => h("li", {}, row))),
    ],
    actions: [connect],
  };
}

function manual(dialog, { errors = {}, values = {}, from = { step: "institutions" } }) {
  return {
    back: () => dialog.show(from),
    content: [
      h("h1", {}, "Enter bank details"),
      h("p", { class: "lead" }, "Your account is checked with two small deposits, which arrive in one to two business days."),
      h("p", { class: "note" }, "Test numbers: routing ", h("code", {}, "110000000"), ", account ", h("code", {}, "000123456789"), "."),
      form((fields) => dialog.act("manual", fields),
        field({ label: "Routing number", name: "routing_number", testid: "manualEntry-routingNumber-input", inputmode: "numeric", error: errors.routing_number, value: values.routing_number, "data-focus": true }),
        field({ label: "Account number", name: "account_number", testid: "manualEntry-accountNumber-input", inputmode: "numeric", error: errors.account_number, value: values.account_number }),
        field({ label: "Confirm account number", name: "confirm_account_number", testid: "manualEntry-confirmAccountNumber-input", inputmode: "numeric", error: errors.confirm_account_number, value: values.confirm_account_number })),
    ],
    actions: [submit("Submit")],
  };
}

function linked(dialog, { accounts, save, saved, deposits }) {
  const { business, several } = dialog.flow;
  const one = accounts.length === 1;
  const offer = save && h("section", { class: "offer", "aria-labelledby": "offer" },
    h("h2", { id: "offer" }, "Save for next time?"),
    h("p", { class: "hint" }, "With a code sent to your email address you then need not sign in at your bank again."),
    form((fields) => dialog.act("save", fields),
      field({ label: "Email", name: "email", type: "email", value: save.email, error: save.error, testid: "link-email-input" })),
    h("div", { class: "buttons" },
      h("button", { type: "submit", form: "form", class: "secondary", testid: "link-save-button" }, "Save"),
      button("link", "link-not-now-button", "Not now", () => {
        offer.remove();
        document.querySelector("[data-testid=done-button]").focus();
      })));
  return {
    content: [
      h("span", { class: "emblem good" }, icon("check")),
      h("h1", {}, deposits ? "Almost there" : one ? "Your account is linked" : "Your accounts are linked"),
      h("p", { class: "lead" }, deposits
        ? "Once you have finished at " + business + ", two small deposits are on their way to the account. Their amounts verify it."
        : business + " can now use " + (one ? "it" : "them") + " as you have agreed."),
      h("ul", { class: "rows done", "aria-label": "Linked accounts" }, accounts.map((account) =>
        h("li", { class: "row" }, avatar(account.institution),
          h("span", {},
            h("strong", {}, account.name + " ", h("span", { class: "digits" }, "••••" + account.last4)),
            h("span", { class: "hint" }, account.institution))))),
      several && button("link", "link-another-button", "Link another account", toBanks(dialog)),
      offer,
      saved && h("p", { class: "note", role: "status" }, "Saved with " + saved + "."),
    ],
    actions: [button("primary", "done-button", "Back to " + business, () => dialog.act("complete"))],
  };
}

/** An institution that cannot be used now, or accounts that do not fit, or the end. */
function failed(dialog, { title, message, available, error }) {
  return {
    back: !error && toBanks(dialog),
    content: [
      h("span", { class: "emblem bad" }, icon("warning")),
      h("h1", {}, title),
      h("p", { class: "lead", role: "alert" }, message),
      available && h("p", {}, "It is expected back at ", h("time", { datetime: new Date(available * 1000).toISOString() }, new Date(available * 1000).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" })), "."),
    ],
    actions: error
      ? [button("primary", "close-error-button", "Close", dialog.leave)]
      : [button("primary", "select-another-button", "Choose another bank", toBanks(dialog)), manually(dialog)],
  };
}

export const PANES = { consent, returning, institutions, sign_in: signIn, challenge, oauth, waiting, accounts, manual, linked, failed };
