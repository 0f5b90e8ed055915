/** What shows the state of the fleet on every page: counters, title, icon of the tab, share bar, spoken news, live state. */

import { fill, texts } from "./texts.js";
import { nearText } from "./times.js";

const COLORS = { available: "#1a7f37", warning: "#bf8700", unavailable: "#cf222e", unknown: "#6e7781" };
const WORST_FIRST = ["unavailable", "warning", "unknown", "available"];
const SPOKEN_EVERY_MS = 10000;
const SPOKEN_NAMES = 5;

/** @returns {string} the title with the number of nodes that are down in front */
export function titleWith(title, down) {
  const plain = title.replace(/^\(\d+\) /, "");
  return down ? `(${down}) ${plain}` : plain;
}

/** @returns {string} the status that colours the tab; no data alone does not, while some nodes are good */
export function worstOf(counts) {
  const worst = WORST_FIRST.find((status) => counts[status]) ?? "available";
  return worst === "unknown" && counts.available ? "available" : worst;
}

/** @returns {string} address of the tab's icon */
export function faviconUrl(counts) {
  const down = counts.unavailable ?? 0;
  const text = down < 100 ? String(down) : "99+";
  const size = { 1: 22, 2: 19 }[text.length] ?? 14;
  const mark = down
    ? `<text x="16" y="${16 + size * 0.36}" font-size="${size}" font-family="sans-serif" font-weight="700" text-anchor="middle" fill="#fff">${text}</text>`
    : '<path d="M6 17h4.5l3-7.5 5 13 3.3-8.5 1.2 3H26" fill="none" stroke="#fff" stroke-width="2.6" stroke-linecap="round" stroke-linejoin="round"/>';
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="${COLORS[worstOf(counts)]}"/>${mark}</svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

/**
 * @param {{name: string, new: string}[]} changes oldest first; the last of a node counts
 * @param {typeof texts} words
 * @returns {string} one line for a screen reader, empty when nothing is worth it
 */
export function newsOf(changes, words) {
  const last = new Map(changes.map((change) => [change.name, change.new]));
  const lines = [["unavailable", words.wentDown], ["warning", words.needAttention], ["available", words.cameUp]];
  return lines.map(([status, text]) => newsLine([...last].filter(([, now]) => now === status), text, words)).filter(Boolean).join(". ");
}

function newsLine(found, text, words) {
  if (!found.length) return "";
  const names = found.slice(0, SPOKEN_NAMES).map(([name]) => name).join(", ");
  const more = found.length > SPOKEN_NAMES ? ` ${fill(words.andMore, found.length - SPOKEN_NAMES)}` : "";
  return fill(text, names + more);
}

export function showCounts(counts) {
  const numbers = new Intl.NumberFormat(texts.language);
  const troubles = counts.unavailable + counts.warning + counts.unknown;
  for (const element of document.querySelectorAll("[data-count]")) {
    const amount = element.dataset.count === "problems" ? troubles : counts[element.dataset.count];
    element.textContent = numbers.format(amount);
    if (element.classList.contains("badge")) {
      element.hidden = !troubles;
      element.classList.toggle("badge--quiet", !counts.unavailable);
    }
  }
  for (const tile of document.querySelectorAll("[data-tile]")) tile.classList.toggle("tile--none", !counts[tile.dataset.tile]);
  document.title = titleWith(document.title, counts.unavailable);
  document.querySelector("[data-favicon]").href = faviconUrl(counts);
  showShare(counts);
}

function showShare(counts) {
  const bar = document.querySelector("[data-share-bar]");
  const total = Object.values(counts).reduce((sum, each) => sum + each, 0);
  if (!bar || !total) return;
  let x = 0;
  bar.replaceChildren(...WORST_FIRST.filter((status) => counts[status]).map((status) => {
    const part = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    const width = Math.max(4, (counts[status] / total) * 1000);
    part.setAttribute("class", `beat--${status}`);
    for (const [name, value] of Object.entries({ x, y: 0, width, height: 8 })) part.setAttribute(name, value);
    x += width;
    return part;
  }));
}

/** Speaks news politely: at once, then at most every ten seconds what gathered meanwhile. */
export class Speaker {
  constructor(element) {
    this.element = element;
    this.waiting = [];
    this.spokenAt = -Infinity;
    this.timer = 0;
  }

  add(changes) {
    this.waiting.push(...changes);
    if (this.waiting.length && !this.timer) {
      this.timer = setTimeout(() => this.speak(), Math.max(0, this.spokenAt + SPOKEN_EVERY_MS - Date.now()));
    }
  }

  speak() {
    this.timer = 0;
    this.spokenAt = Date.now();
    this.element.textContent = newsOf(this.waiting, texts);
    this.waiting = [];
  }
}

/** Shows whether the page is live: in the header, and in the bar at the foot when the connection is lost. */
export function showState({ state, asOf }) {
  const live = document.querySelector("[data-live-state]");
  live.dataset.state = state === "ended" ? "lost" : state;
  live.querySelector("[data-live-text]").textContent = { live: texts.live, paused: texts.paused }[state] ?? texts.offline;
  document.body.classList.toggle("is-lost", state === "lost");
  const bar = document.querySelector("[data-lost]");
  bar.hidden = state !== "lost";
  const clock = nearText(new Date(asOf), { language: texts.language, zone: undefined, now: new Date() });
  document.querySelector("[data-lost-text]").textContent = state === "lost" ? fill(texts.dataAsOf, clock) : "";
  const pause = document.querySelector("[data-pause]");
  pause.setAttribute("aria-pressed", String(state === "paused"));
  pause.setAttribute("aria-label", state === "paused" ? texts.resume : texts.pause);
  pause.title = `${state === "paused" ? texts.resume : texts.pause} (p)`;
  document.querySelector("[data-pause-icon]").hidden = state === "paused";
  document.querySelector("[data-play-icon]").hidden = state !== "paused";
}

export function showAsOf(asOf) {
  const element = document.querySelector("[data-as-of]");
  element.textContent = fill(texts.dataNow, nearText(new Date(asOf), { language: texts.language, zone: undefined, now: new Date() }));
}
