/** Puts the times of the page into the viewer's zone and keeps ages counting. The formatting is pure. */

import { texts } from "./texts.js";

const UNITS = [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]];
const ZONE_KEY = "zone";

/**
 * @param {number} seconds
 * @param {Record<string, string>} units their short names: d, h, min, s
 * @returns {string} the two largest units that are not zero
 */
export function durationText(seconds, units) {
  let left = Math.max(0, Math.floor(seconds));
  const parts = [];
  for (const [unit, length] of UNITS) {
    const amount = Math.floor(left / length);
    left -= amount * length;
    if (amount || parts.length) parts.push([amount, unit]);
  }
  const shown = parts.slice(0, 2).filter(([amount]) => amount);
  return shown.length ? shown.map(([amount, unit]) => `${amount}\u00a0${units[unit]}`).join("\u00a0") : `0\u00a0${units.s}`;
}

/**
 * @param {Date} moment
 * @param {{language: string, zone: string|undefined, now: Date}} options `zone` undefined: the viewer's
 * @returns {string} the time alone if it is of today, else with its day
 */
export function nearText(moment, { language, zone, now }) {
  const day = new Intl.DateTimeFormat(language, { timeZone: zone, year: "numeric", month: "numeric", day: "numeric" });
  const clock = new Intl.DateTimeFormat(language, { timeZone: zone, hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
  if (day.format(moment) === day.format(now)) return clock.format(moment);
  const short = new Intl.DateTimeFormat(language, {
    timeZone: zone, day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
  });
  return short.format(moment);
}

/** @returns {string} date and time to the second, with the zone if wanted */
export function fullText(moment, { language, zone, hasZone = false }) {
  return new Intl.DateTimeFormat(language, {
    timeZone: zone, day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit",
    hourCycle: "h23", timeZoneName: hasZone ? "short" : undefined,
  }).format(moment);
}

/** Keeps the times of a page right. `skewMs`: the server's clock minus the viewer's. */
export class PageTimes {
  constructor(skewMs) {
    this.skewMs = skewMs;
    this.isUtc = localStorage.getItem(ZONE_KEY) === "utc";
  }

  start() {
    const toggle = document.querySelector("[data-zone-switch]");
    toggle.hidden = Intl.DateTimeFormat().resolvedOptions().timeZone === "UTC";
    toggle.addEventListener("click", () => {
      this.isUtc = !this.isUtc;
      localStorage.setItem(ZONE_KEY, this.isUtc ? "utc" : "local");
      this.write();
    });
    document.body.addEventListener("htmx:afterSwap", () => this.write());
    document.body.addEventListener("live:hint", (event) => this.write(event.target));
    setInterval(() => this.writeAges(document), 1000);
    this.write();
  }

  options() {
    return { language: texts.language, zone: this.isUtc ? "UTC" : undefined, now: this.now() };
  }

  now() {
    return new Date(Date.now() + this.skewMs);
  }

  write(root = document) {
    for (const element of root.querySelectorAll("time[data-time]:not([data-time=age])")) this.writeOne(element);
    for (const element of root.querySelectorAll("time[data-time=age]")) {
      element.title = fullText(new Date(element.dateTime), { ...this.options(), hasZone: true });
    }
    this.writeAges(root);
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    document.querySelector("[data-zone]").textContent = this.isUtc ? "UTC" : zone;
    document.querySelector("[data-zone-switch]").textContent = this.isUtc ? zone : "UTC";
  }

  writeOne(element) {
    const moment = new Date(element.dateTime);
    const isFull = element.dataset.time === "full";
    setText(element, isFull ? fullText(moment, this.options()) : nearText(moment, this.options()));
    element.title = fullText(moment, { ...this.options(), hasZone: true });
  }

  writeAges(root) {
    const now = this.now();
    for (const element of root.querySelectorAll("time[data-time=age]")) {
      setText(element, durationText((now - new Date(element.dateTime)) / 1000, texts.units));
    }
  }
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
