/* A line of amounts over time. */
import { dateTime, money } from "./show.js";

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 300;
const HEIGHT = 64;
const EDGE = 4;

function draw(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Steps, since a balance stays as it is until something is paid. `points` are [seconds, cents]. */
export function plot(points, height = HEIGHT) {
  const times = points.map(([time]) => time);
  const cents = points.map(([, amount]) => amount);
  const [first, last] = [Math.min(...times), Math.max(...times)];
  const [low, high] = [Math.min(...cents), Math.max(...cents)];
  const x = (time) => EDGE + ((time - first) / Math.max(1, last - first)) * (WIDTH - 2 * EDGE);
  const y = (amount) => (high === low ? height / 2 : height - EDGE - ((amount - low) / (high - low)) * (height - 2 * EDGE));
  let line = "";
  points.forEach(([time, amount], place) => {
    line += place === 0 ? "M" + x(time) + " " + y(amount) : "H" + x(time) + "V" + y(amount);
  });
  if (points.length === 1) line += "H" + (WIDTH - EDGE);
  const said = points.length === 0 ? "No balance is known." :
    "Balance from " + dateTime(first) + " to " + dateTime(last) + ": between " + money(low) + " and " + money(high) + ", now " + money(cents.at(-1)) + ".";
  const svg = draw("svg", { viewBox: "0 0 " + WIDTH + " " + height, class: "plot", role: "img", preserveAspectRatio: "none" });
  const title = draw("title", {});
  title.textContent = said;
  svg.append(title);
  if (points.length > 0) {
    svg.append(
      draw("path", { d: line + "V" + height + "H" + x(first) + "Z", class: "area" }),
      draw("path", { d: line, class: "line" }));
  }
  return svg;
}
