// A result as a drawing: where the value lies against the usual range, and how it moved. The same in words beside it.
const SPACE = "http://www.w3.org/2000/svg";
const MEANING = {
  N: "in the usual range", L: "low", LL: "very low", H: "high", HH: "very high",
  A: "not usual", AA: "not usual", none: "not judged",
};

const svg = (name, attributes, ...children) => {
  const element = document.createElementNS(SPACE, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
};

const html = (name, className, text) => {
  const element = document.createElement(name);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
};

const number = (text) => {
  const found = typeof text === "number" ? text : parseFloat(String(text ?? "").replace(/^[<>=\s]+/, "").replace(/,/g, ""));
  return Number.isFinite(found) ? found : null;
};

const day = (at) => {
  const when = new Date(at.length === 10 ? `${at}T12:00` : at);
  return Number.isNaN(+when) ? at : when.toLocaleDateString([], { day: "numeric", month: "short", year: "numeric" });
};

const rangeWords = ({ low, high }) =>
  number(low) !== null && number(high) !== null ? `usual range ${low} to ${high}`
    : number(high) !== null ? `usual up to ${high}` : number(low) !== null ? `usual ${low} or more` : "no usual range known";

// The range takes the middle half. What lies outside is drawn nearer the edge the farther out it is, never past it.
const beyond = (share) => 52 * (1 - 1 / (1 + 1.4 * share));

const bar = (card, value) => {
  const low = number(card.low), high = number(card.high);
  if (value === null || (low === null && high === null)) return null;
  const span = low !== null && high !== null ? high - low || 1 : Math.abs(high ?? low) || 1;
  const start = low ?? high - span;
  const place = (each) => {
    const share = (each - start) / span;
    return share < 0 ? 60 - beyond(-share) : share > 1 ? 180 + beyond(share - 1) : 60 + share * 120;
  };
  const left = low === null ? 0 : place(low), right = high === null ? 240 : place(high), x = place(value);
  const drawing = svg("svg", { viewBox: "0 0 240 34", class: "bar", "aria-hidden": "true", focusable: "false" },
    svg("rect", { x: 0, y: 10, width: 240, height: 8, rx: 4, class: "track" }),
    svg("rect", { x: left, y: 10, width: right - left, height: 8, rx: 4, class: "usual" }),
    svg("path", { d: `M${x} 2l5 5-5 16-5-16z`, class: "mark-value" }));
  for (const [at, text] of [[left, card.low], [right, card.high]]) {
    if (number(text) === null) continue;
    const label = svg("text", { x: at, y: 32, "text-anchor": "middle" });
    label.textContent = text;
    drawing.append(label);
  }
  return drawing;
};

// Earlier values as dots, the newest as the same mark the bar has, over the band of the usual range.
const trend = (values, card) => {
  const limits = [number(card.low), number(card.high)];
  const shown = [...values, ...limits.filter((each) => each !== null)];
  const least = Math.min(...shown), most = Math.max(...shown), step = 224 / (values.length - 1);
  const up = (each) => 34 - (most === least ? 0.5 : (each - least) / (most - least)) * 26;
  const at = values.map((each, place) => [8 + place * step, up(each)]);
  const [x, y] = at.pop();
  const top = limits[1] === null ? 2 : up(limits[1]), bottom = limits[0] === null ? 40 : up(limits[0]);
  const band = limits[0] === null && limits[1] === null ? [] : [svg("rect", { x: 0, y: top, width: 240, height: bottom - top, class: "usual" })];
  return svg("svg", { viewBox: "0 0 240 42", class: "trend", "aria-hidden": "true", focusable: "false" },
    ...band,
    svg("polyline", { points: [...at, [x, y]].map((pair) => pair.join(",")).join(" ") }),
    ...at.map(([cx, cy]) => svg("circle", { cx, cy, r: 3.2 })),
    svg("path", { d: `M${x} ${y - 7}l5 7-5 7-5-7z`, class: "mark-value" }));
};

export const draw = (card) => {
  if (!card || card.type !== "result") return null;
  const value = number(card.value), unit = card.unit || "";
  const box = html("section", "card");
  box.setAttribute("aria-label", `${card.name} result`);
  const head = html("p", "card-value");
  head.append(html("span", "card-name", card.name), html("b", "", card.value), html("span", "", unit));
  const meaning = MEANING[card.interpretation || "none"] || "not judged";
  box.append(head, html("p", `card-range is-${card.interpretation || "none"}`, `${meaning}, ${rangeWords(card)}`));
  const drawing = bar(card, value);
  if (drawing) head.after(drawing);
  const earlier = (Array.isArray(card.trend) ? card.trend : []).filter((point) => number(point.value) !== null);
  if (earlier.length) {
    if (value !== null) box.append(trend([...earlier.map((point) => number(point.value)), value], card));
    const said = earlier.map((point) => `${point.value} on ${day(point.at)}`).join("; ");
    box.append(html("p", "card-before", value === null ? `Before: ${said}` : `Before: ${said}. Now: ${card.value}`));
  }
  const sources = (Array.isArray(card.sources) ? card.sources : []).filter((each) => /^https:\/\//.test(each.address || ""));
  if (sources.length) {
    const line = html("p", "card-sources", "From: ");
    sources.forEach((each, place) => {
      const link = html("a", "", each.name || new URL(each.address).hostname);
      Object.assign(link, { href: each.address, target: "_blank", rel: "noopener noreferrer" });
      line.append(place ? ", " : "", link);
    });
    box.append(line);
  }
  return box;
};
