/* The dialog: from consent to success, one pane at a time. What each pane shows, and what becomes
 * of it, the sandbox says. */
import { embedded, listen, send } from "./channel.js";
import { h, icon, post } from "./dom.js";
import { PANES } from "./panes.js";

const panel = document.getElementById("panel");
const main = document.getElementById("pane");
const back = document.getElementById("back");
const close = document.getElementById("close");
const status = document.getElementById("status");

/** The flow as the sandbox described it when it opened; its id goes with each request. */
let flow = null;
/** What each request says beside that: the key, the connected account, what to expand. */
let context = {};
/** What the pane shows: the last answer of the sandbox that led to one. */
let step = { step: "loading" };
/** The question whether to leave, while it is asked. */
let question = null;
let leaveOnceOpen = false;
let done = false;
/** The window of a bank, while one is open. */
let bank = null;

/** What the panes can do. */
const dialog = {
  get flow() {
    return flow;
  },

  get step() {
    return step;
  },

  /** The institution that the user has chosen. */
  institution: null,

  choose(institution) {
    dialog.institution = institution;
    return dialog.act("choose", { institution: institution.id });
  },

  /** Sends what the user did, and goes where that leads. */
  async act(action, fields = {}) {
    if (panel.getAttribute("aria-busy") === "true") return;
    panel.setAttribute("aria-busy", "true");
    status.textContent = "One moment…";
    const shown = step;
    const answer = await post("/v3/flows/" + action, { ...context, flow: flow.flow, entered: fields });
    panel.removeAttribute("aria-busy");
    status.textContent = "";
    // The user has left in the meantime, or gone elsewhere.
    if (done || step !== shown) return;
    if ("result" in answer) finish(answer.result);
    else if (answer.error) fail(answer.error);
    // What is asked for once more is asked as before.
    else show(answer.step === shown.step ? { ...shown, ...answer } : answer);
  },

  show,
  leave,
  openBank,
};

function finish(result) {
  if (done) return;
  done = true;
  bank?.close();
  send({ type: "done", result });
}

/** An error that ends the flow is shown, then told to the page. */
function fail(error) {
  show({ step: "failed", title: "This cannot go on", message: error.message, error });
}

function show(next) {
  step = next;
  question?.remove();
  question = null;
  const pane = PANES[next.step](dialog, next);
  const content = h("div", { class: "content" }, pane.content);
  main.replaceChildren(content, h("div", { class: "actions" }, pane.actions));
  // What can only be seen by scrolling is in reach of the keyboard.
  if (content.scrollHeight > content.clientHeight && !content.querySelector("button, input")) content.tabIndex = 0;
  back.hidden = !pane.back;
  back.onclick = pane.back;
  const heading = main.querySelector("h1");
  heading.tabIndex = -1;
  document.title = heading.textContent;
  (main.querySelector("[data-focus]") ?? heading).focus({ preventScroll: true });
}

/** Closes the dialog, after asking once. */
function leave() {
  if (done) return;
  if (step.step === "loading") {
    leaveOnceOpen = true;
  } else if (step.step === "linked") {
    // The accounts are there, so that closing is being done.
    dialog.act("complete");
  } else if (step.error) {
    finish({ error: step.error });
  } else if (question) {
    leaveNow();
  } else {
    ask();
  }
}

function ask() {
  const before = document.activeElement;
  const stay = () => {
    question.remove();
    question = null;
    for (const part of panel.children) part.inert = false;
    if (before instanceof HTMLElement && before.isConnected) before.focus();
    else main.focus();
  };
  question = h(
    "div",
    { class: "question", role: "alertdialog", "aria-modal": "true", "aria-labelledby": "question", "aria-describedby": "question-text" },
    h("div", { class: "card" },
      h("h2", { id: "question" }, "Leave without linking an account?"),
      h("p", { id: "question-text" }, "Nothing that you have done here is kept. You can start again at any time."),
      h("div", { class: "buttons" },
        h("button", { type: "button", class: "secondary", testid: "stay-button", onclick: stay }, "Stay"),
        h("button", { type: "button", class: "danger", testid: "leave-button", onclick: leaveNow }, "Leave")),
      h("p", { class: "hint" }, "Pressing Escape again leaves, too.")));
  for (const part of panel.children) part.inert = true;
  panel.append(question);
  question.querySelector("button").focus();
}

async function leaveNow() {
  const answer = await post("/v3/flows/leave", { ...context, flow: flow.flow });
  finish("result" in answer ? answer.result : { error: answer.error });
}

/** Opens a window of the bank; what the user does there, or null if the window is closed. */
function openBank(institution) {
  const opened = window.open("/v3/bank.html", "_blank", "popup,width=480,height=640");
  if (!opened) return { blocked: true };
  bank = opened;
  let settle;
  const outcome = new Promise((resolve) => {
    settle = resolve;
  });
  const receive = (event) => {
    if (event.source !== opened || event.origin !== location.origin) return;
    if (event.data?.type === "ready") opened.postMessage({ type: "show", institution }, location.origin);
    if (event.data?.type === "outcome") end(event.data);
  };
  const end = (result) => {
    window.removeEventListener("message", receive);
    clearInterval(watch);
    opened.close();
    bank = null;
    settle(result);
  };
  const watch = setInterval(() => {
    if (opened.closed) end(null);
  }, 200);
  window.addEventListener("message", receive);
  return { outcome, cancel: () => end(null), focus: () => opened.focus() };
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    event.preventDefault();
    leave();
  } else if (event.key === "Tab") {
    keepFocus(event);
  }
});

/** Tab goes around within the dialog, or within the question above it. */
function keepFocus(event) {
  const room = question ?? panel;
  const stops = [...room.querySelectorAll("button, input, select, a[href], summary, [tabindex='0']")].filter(
    (stop) => !stop.disabled && !stop.closest("[inert], [hidden]") && stop.getClientRects().length > 0,
  );
  if (stops.length === 0) return;
  const at = stops.indexOf(document.activeElement);
  const first = at <= 0 && event.shiftKey;
  const last = at === stops.length - 1 && !event.shiftKey;
  if (first || last) {
    event.preventDefault();
    stops[first ? stops.length - 1 : 0].focus();
  }
}

async function start(request) {
  const answer = await post("/v3/flows/open", request);
  if (answer.error) {
    finish({ error: answer.error });
    return;
  }
  flow = answer;
  context = { key: request.key, account: request.account, params: { expand: request.params.expand } };
  show(answer.first);
  if (leaveOnceOpen) leave();
}

back.append(icon("back"));
close.append(icon("close"));
close.addEventListener("click", leave);

if (embedded) {
  listen((message) => {
    if (message.type === "open" && !flow) start(message.request);
    if (message.type === "leave") leave();
  });
  send({ type: "ready" });
} else {
  main.replaceChildren(
    h("h1", {}, "Nothing to link here"),
    h("p", {}, "Stripe.js of the sandbox opens this dialog in a page: call stripe.collectFinancialConnectionsAccounts() there."),
  );
}
