/* The way from a frame of the sandbox to the page that opened it. The page says its origin in the
 * fragment of the address: what is sent goes to that origin only, and only what comes from that
 * origin and from that window is heard. */

const address = new URLSearchParams(location.hash.slice(1));
const origin = address.get("origin") ?? "";
const id = address.get("id") ?? "";

export const embedded = window.parent !== window && /^https?:\/\/./.test(origin);

export function send(message) {
  if (embedded) window.parent.postMessage({ ...message, frame: id }, origin);
}

export function listen(handle) {
  window.addEventListener("message", (event) => {
    if (event.source !== window.parent || event.origin !== origin) return;
    const message = event.data;
    if (typeof message !== "object" || message === null || message.frame !== id) return;
    handle(message);
  });
}
