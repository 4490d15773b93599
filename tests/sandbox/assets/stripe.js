/* The sandbox's stand-in for Stripe.js: what belongs to linking bank accounts.
 *
 * Everything that talks to the sandbox happens in frames of the sandbox's own origin, which this
 * script reaches by `postMessage`. A page therefore needs the sandbox's origin in `script-src` and
 * `frame-src` of its Content-Security-Policy, and nothing else. */
(() => {
  "use strict";

  const script = document.currentScript;
  if (!script || !script.src) {
    throw new Error("Load the sandbox's Stripe.js with <script src>: it finds its sandbox by its own address.");
  }
  const { origin: sandbox, pathname } = new URL(script.src);
  if (window.Stripe) {
    console.warn("Stripe.js is already on this page, so the sandbox's Stripe.js at " + sandbox + " does nothing. Its script tag has to come first.");
    return;
  }

  /** The release trains that `@stripe/stripe-js` compares with; the newest where the address names none. */
  const RELEASE = "endive";
  const named = /^\/([a-z0-9]+)\/stripe\.js$/.exec(pathname);
  const version = /^\/v3(\/|\/stripe\.js)?$/.test(pathname) ? 3 : named ? named[1] : RELEASE;

  /** How long a frame may take to load before the sandbox counts as not there. */
  const FRAME_TIME = 15_000;
  const HERE =
    "The sandbox stands in for the part of Stripe.js that links bank accounts: " +
    "collectFinancialConnectionsAccounts, collectBankAccountToken, " +
    "collectBankAccountForPayment, collectBankAccountForSetup, " +
    "confirmUsBankAccountPayment, confirmUsBankAccountSetup, " +
    "verifyMicrodepositsForPayment, verifyMicrodepositsForSetup, " +
    "retrievePaymentIntent and retrieveSetupIntent.";

  class IntegrationError extends Error {
    constructor(message) {
      super(message);
      this.name = "IntegrationError";
    }
  }

  function checkKey(key) {
    if (typeof key !== "string" || key.trim() === "") {
      const given = typeof key === "string" ? "an empty string" : key === null ? "null" : typeof key;
      throw new IntegrationError("Stripe() needs a publishable key, such as pk_test_sandbox; it was given " + given + ".");
    }
    if (/^(sk|rk)_/.test(key)) {
      throw new IntegrationError("This is a secret key. It gives access to the whole account and must never be in a page: use the publishable key (pk_test_…) here, and replace the secret key if others could see it.");
    }
    if (key.startsWith("pk_live_")) {
      throw new IntegrationError("The sandbox takes no live keys: use a test key (pk_test_…).");
    }
  }

  /** A value for a message, without what follows `_secret_` in a client secret. */
  function shown(value) {
    if (typeof value !== "string") {
      return value === null ? "null" : Array.isArray(value) ? "an array" : "a value of type " + typeof value;
    }
    const secret = value.indexOf("_secret_");
    const end = secret < 0 ? 12 : secret + "_secret_".length;
    return "'" + value.slice(0, Math.min(end, 60)) + (value.length > end ? "…" : "") + "'";
  }

  const SECRETS = {
    session: [/^fcsess_client_secret_[A-Za-z0-9]+$/, "fcsess_client_secret_SECRET"],
    payment: [/^pi_[A-Za-z0-9]+_secret_[A-Za-z0-9]+$/, "pi_ID_secret_SECRET"],
    setup: [/^seti_[A-Za-z0-9]+_secret_[A-Za-z0-9]+$/, "seti_ID_secret_SECRET"],
  };

  function checkSecret(call, kind, secret) {
    const [pattern, form] = SECRETS[kind];
    if (typeof secret !== "string" || !pattern.test(secret)) {
      throw new IntegrationError("Invalid value for stripe." + call + "(): the client secret has the form " + form + ", but it was given " + shown(secret) + ".");
    }
  }

  function checkOptions(call, options) {
    if (typeof options !== "object" || options === null) {
      throw new IntegrationError("stripe." + call + "() takes an object such as {clientSecret}, but it was given " + shown(options) + ".");
    }
  }

  let frames = 0;

  /** A frame of the sandbox, and a channel to it that no other window can speak on. */
  function openFrame({ file, name, host, onMessage, onFailure }) {
    if (!/^https?:\/\//.test(location.origin)) {
      throw new IntegrationError("Stripe.js works in pages that come from a server (http:// or https://), not in " + location.protocol + "// pages or sandboxed frames.");
    }
    const id = name + ++frames;
    const frame = document.createElement("iframe");
    const address = new URLSearchParams({ id, origin: location.origin });
    frame.name = id;
    frame.src = sandbox + "/v3/" + file + "#" + address;
    let ready = false;

    const receive = (event) => {
      if (event.source !== frame.contentWindow || event.origin !== sandbox) return;
      const message = event.data;
      if (typeof message !== "object" || message === null || message.frame !== id) return;
      if (message.type === "ready") {
        ready = true;
        clearTimeout(timer);
        document.removeEventListener("securitypolicyviolation", refused);
      }
      onMessage(message);
    };
    const refused = (event) => {
      if (event.blockedURI.startsWith(sandbox) && /^(frame|child|default)-src/.test(event.effectiveDirective)) {
        fail("The page's Content-Security-Policy keeps the sandbox's frame out: add " + sandbox + " to its frame-src.");
      }
    };
    const fail = (message) => {
      if (ready) return;
      close();
      onFailure({ type: "api_connection_error", message });
    };
    const close = () => {
      clearTimeout(timer);
      window.removeEventListener("message", receive);
      document.removeEventListener("securitypolicyviolation", refused);
      frame.remove();
    };
    const timer = setTimeout(() => fail("The sandbox at " + sandbox + " does not answer. Is it running?"), FRAME_TIME);
    window.addEventListener("message", receive);
    document.addEventListener("securitypolicyviolation", refused);
    host.append(frame);
    return {
      frame,
      close,
      send: (message) => frame.contentWindow?.postMessage({ ...message, frame: id }, sandbox),
    };
  }

  /** The frame that makes requests which show nothing. It stays for the life of the page. */
  let controller = null;

  function openController() {
    const waiting = new Map();
    let calls = 0;
    let early = [];
    const failed = (error) => {
      controller = null;
      for (const settle of waiting.values()) settle({ error });
      waiting.clear();
    };
    const channel = openFrame({
      file: "controller.html",
      name: "__privateStripeController",
      host: document.body,
      onFailure: failed,
      onMessage(message) {
        if (message.type === "ready") {
          for (const request of early) channel.send(request);
          early = null;
        } else if (message.type === "answer" && waiting.has(message.number)) {
          const settle = waiting.get(message.number);
          waiting.delete(message.number);
          settle(message.result);
        }
      },
    });
    style(channel.frame, { display: "none" });
    channel.frame.setAttribute("aria-hidden", "true");
    channel.frame.tabIndex = -1;
    return (request) =>
      new Promise((settle) => {
        const number = ++calls;
        waiting.set(number, settle);
        const message = { type: "call", number, request };
        if (early) early.push(message);
        else channel.send(message);
      });
  }

  const ask = (request) => (controller ??= openController())(request);

  /** Style properties are set one by one: a `style` attribute or sheet would need `style-src`. */
  function style(element, properties) {
    for (const [name, value] of Object.entries(properties)) {
      element.style.setProperty(name, value, "important");
    }
  }

  const WHOLE = {
    position: "fixed", inset: "0", width: "100%", height: "100%", margin: "0", padding: "0", border: "0",
    "max-width": "none", "max-height": "none", background: "transparent", "color-scheme": "light",
    opacity: "1", transform: "none", visibility: "visible",
  };

  let open = false;

  /** Shows the dialog until the user is done with it. */
  function showDialog(request) {
    if (open) {
      const message = "stripe." + request.call + "() was called while the dialog of an earlier call is open. Wait for that call's promise.";
      return Promise.resolve({ error: { type: "invalid_request_error", message } });
    }
    open = true;
    return new Promise((resolve, reject) => {
      // A modal <dialog> is above all else, keeps the focus, makes the rest of the page inert, and
      // gives the focus back when it closes.
      const dialog = document.createElement("dialog");
      dialog.setAttribute("aria-label", "Link your bank account");
      style(dialog, { ...WHOLE, display: "block", overflow: "hidden", "z-index": "2147483647" });
      const finish = (result) => {
        if (!open) return;
        open = false;
        channel.close();
        if (dialog.open) dialog.close();
        dialog.remove();
        resolve(result);
      };
      dialog.addEventListener("cancel", (event) => {
        event.preventDefault();
        channel.send({ type: "leave" });
      });
      // The browser may close it whatever the page says to that; the user then wants to leave.
      dialog.addEventListener("close", () => {
        if (!open) return;
        dialog.showModal();
        channel.send({ type: "leave" });
      });
      document.body.append(dialog);
      let channel;
      try {
        channel = openFrame({
          file: "linked-accounts-inner-sandbox.html",
          name: "__privateStripeFrame",
          host: dialog,
          onFailure: (error) => finish({ error }),
          onMessage(message) {
            if (message.type === "ready") {
              channel.send({ type: "open", request });
              channel.frame.focus();
            } else if (message.type === "done") {
              finish(message.result);
            }
          },
        });
      } catch (error) {
        open = false;
        dialog.remove();
        reject(error);
        return;
      }
      channel.frame.title = "Link your bank account";
      style(channel.frame, { ...WHOLE, display: "block" });
      dialog.showModal();
      channel.frame.focus();
    });
  }

  function makeStripe(key, options = {}) {
    const account = options.stripeAccount;
    const common = (call, clientSecret, params) => ({ key, account, call, client_secret: clientSecret, params });

    /** In a failure the other keys are there and undefined, as the types say. */
    const withKeys = (result, keys) =>
      result.error ? Object.assign(Object.fromEntries(keys.map((name) => [name, undefined])), { error: result.error }) : result;

    const session = (call, keys) => (options) => {
      checkOptions(call, options);
      checkSecret(call, "session", options.clientSecret);
      const params = { preCollectedConsent: options.preCollectedConsent };
      return showDialog(common(call, options.clientSecret, params)).then((result) => withKeys(result, keys));
    };
    const intent = (call, kind) => (options) => {
      checkOptions(call, options);
      checkSecret(call, kind, options.clientSecret);
      const { params, expand, preCollectedConsent } = options;
      return showDialog(common(call, options.clientSecret, { params, expand, preCollectedConsent }));
    };
    const plain = (call, kind) => (clientSecret, data, options) => {
      checkSecret(call, kind, clientSecret);
      return ask(common(call, clientSecret, { data, expand: options?.expand }));
    };

    const stripe = {
      collectFinancialConnectionsAccounts: session("collectFinancialConnectionsAccounts", ["financialConnectionsSession"]),
      collectBankAccountToken: session("collectBankAccountToken", ["financialConnectionsSession", "token"]),
      collectBankAccountForPayment: intent("collectBankAccountForPayment", "payment"),
      collectBankAccountForSetup: intent("collectBankAccountForSetup", "setup"),
      confirmUsBankAccountPayment: plain("confirmUsBankAccountPayment", "payment"),
      confirmUsBankAccountSetup: plain("confirmUsBankAccountSetup", "setup"),
      verifyMicrodepositsForPayment: plain("verifyMicrodepositsForPayment", "payment"),
      verifyMicrodepositsForSetup: plain("verifyMicrodepositsForSetup", "setup"),
      retrievePaymentIntent: plain("retrievePaymentIntent", "payment"),
      retrieveSetupIntent: plain("retrieveSetupIntent", "setup"),
      elements: inertElements,
      registerAppInfo() {},
      _registerWrapper() {},
    };
    for (const name of ABSENT) {
      stripe[name] = absent("stripe." + name + "()");
    }
    return stripe;
  }

  const absent = (name) => () => {
    throw new IntegrationError(name + " is not in the sandbox. " + HERE);
  };

  /** Every React page makes one as it renders, so making it does nothing; using it is an error. */
  function inertElements() {
    const elements = {
      getElement: () => null,
      update: () => Promise.resolve(),
      on: () => elements,
      off: () => elements,
      once: () => elements,
      fetchUpdates: () => Promise.resolve({}),
    };
    for (const name of ["create", "submit", "_createPaymentMethod"]) {
      elements[name] = absent("elements." + name + "()");
    }
    return elements;
  }

  /** What else Stripe.js has, or had in earlier releases. */
  const ABSENT = `
    confirmAcssDebitPayment confirmAcssDebitSetup confirmAffirmPayment
    confirmAfterpayClearpayPayment confirmAlipayPayment confirmAmazonPaySetup
    confirmAuBecsDebitPayment confirmAuBecsDebitSetup confirmBacsDebitSetup
    confirmBancontactPayment confirmBancontactSetup confirmBilliePayment confirmBlikPayment
    confirmBlikSetup confirmBoletoPayment confirmCardPayment confirmCardSetup
    confirmCashappPayment confirmCashappSetup confirmCustomerBalancePayment
    confirmEpsPayment confirmFpxPayment confirmGiropayPayment confirmGrabPayPayment
    confirmIdealPayment confirmIdealSetup confirmKlarnaPayment confirmKonbiniPayment
    confirmMobilepayPayment confirmMultibancoPayment confirmOxxoPayment confirmP24Payment
    confirmPayByBankPayment confirmPayNowPayment confirmPayPalPayment confirmPayPalSetup
    confirmPayment confirmPixPayment confirmPromptPayPayment confirmSepaDebitPayment
    confirmSepaDebitSetup confirmSetup confirmSofortPayment confirmSofortSetup
    confirmTwintPayment confirmWechatPayPayment createConfirmationToken
    createEmbeddedCheckoutPage createEphemeralKeyNonce createPaymentMethod
    createRadarSession createSource createToken handleCardAction handleNextAction
    initCheckout initCheckoutElementsSdk initCheckoutFormSdk initEmbeddedCheckout
    initializePricing paymentRequest processOrder redirectToCheckout retrieveOrder
    retrieveSource verifyIdentity
  `.trim().split(/\s+/);

  function Stripe(key, options) {
    checkKey(key);
    return makeStripe(key, options);
  }
  Stripe.version = version;
  window.Stripe = Stripe;
})();
