/* How things are said on the page. */

/** An amount of cents, as of US accounts. */
export const money = (cents) =>
  cents === null || cents === undefined ? "–" : new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" }).format(cents / 100);

export const dateTime = (seconds) => new Date(seconds * 1000).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });
export const dayAndTime = (seconds) => new Date(seconds * 1000).toLocaleString(undefined, { month: "short", day: "numeric", hour: "numeric", minute: "2-digit" });
export const timeOfDay = (seconds) => new Date(seconds * 1000).toLocaleTimeString();

/** What was wrong, if something was. */
export const reason = (answer) => answer.error?.message;

/** Asks the control API. */
export async function control(path, fields) {
  const body = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) {
    if (Array.isArray(value)) value.forEach((item) => body.append(name + "[]", item));
    else body.append(name, value);
  }
  try {
    const response = await fetch("/_sandbox/" + path, { method: "POST", body });
    return await response.json();
  } catch {
    return { error: { message: "The sandbox does not answer." } };
  }
}
