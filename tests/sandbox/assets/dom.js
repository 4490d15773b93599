/** An element. Text is always text: nothing here reads HTML. */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "testid") element.dataset.testid = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

/** A drawing of lines, on a grid of 24 by 24. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", "icon");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

const ICONS = {
  back: "M15 5l-7 7 7 7",
  close: "M6 6l12 12M18 6L6 18",
  check: "M5 12.5l4.5 4.5L19 7.5",
  forward: "M9 5l7 7-7 7",
  search: "M11 5a6 6 0 100 12 6 6 0 000-12zM15.5 15.5L20 20",
  warning: "M12 4L3 19.5h18L12 4zM12 10v4.5M12 17v.2",
  window: "M14 5h5v5M19 5l-8 8M17 14v5H5V7h5",
  bank: "M4 10l8-5 8 5M5 10h14M7 10v7M12 10v7M17 10v7M4 19h16",
  payment_method: "M4 7h16v10H4zM4 11h16M7 14h4",
  balances: "M5 19V9M12 19V5M19 19v-7",
  ownership: "M12 5a3.5 3.5 0 100 7 3.5 3.5 0 000-7zM5 20c.8-3.6 3.500-5 7-5s6.200 1.400 7 5",
  transactions: "M5 8h13l-3-3M19 16H6l3 3",
  account_numbers: "M9 4L7 20M17 4l-2 16M4 9h17M3 15h17",
};

/** Initials on a ground whose colour follows from the name. */
export function avatar(name) {
  const initials = name.replace(/\(.*/, "").split(/\s+/).filter(Boolean).map((word) => word[0]).slice(0, 2).join("");
  const sum = [...name].reduce((sum, letter) => sum + letter.codePointAt(0), 0);
  return h("span", { class: "avatar tone" + (sum % 5), "aria-hidden": "true" }, initials.toUpperCase());
}

/** Sends JSON to the sandbox that served this page; a failure is an answer with `error`. */
export async function post(path, body) {
  try {
    const response = await fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      cache: "no-store",
    });
    return await response.json();
  } catch {
    const message = "The sandbox at " + location.origin + " does not answer. Is it running?";
    return { error: { type: "api_connection_error", message } };
  }
}
