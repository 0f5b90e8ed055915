/** The heart-beat bar under pointer and keyboard: which result, what it says; Enter or a click opens it. */

import { texts } from "./texts.js";
import { durationText, fullText } from "./times.js";
import { hideTip, showTip } from "./tip.js";

export const SLOTS = 60;

/**
 * @param {number} share 0 to 1 of the bar's width
 * @param {number} count of results, which stand at the right end
 * @returns {number} index of the result there, -1 left of all
 */
export function beatAt(share, count) {
  const slots = Math.max(SLOTS, count);
  const index = Math.min(slots - 1, Math.floor(share * slots)) - (slots - count);
  return index < 0 ? -1 : index;
}

/** @returns {number} the index that a key leads to, the same for other keys; without a beat yet it starts at the newest */
export function moved(index, key, count) {
  const last = count - 1;
  const target = { ArrowLeft: index < 0 ? last : index - 1, ArrowRight: index < 0 ? last : index + 1, Home: 0, End: last }[key];
  return target === undefined ? index : Math.min(Math.max(target, 0), last);
}

/** One listener for all bars, also those that a refresh brings. */
export function startBeats() {
  let bar = null;
  let index = -1;
  const show = (element, wanted) => {
    const points = pointsOf(element);
    bar = element;
    index = Math.min(wanted, points.length - 1);
    if (index < 0) return clear();
    const target = slotOf(element, index, points.length);
    mark(element, target);
    showTip(target, ...description(points[index]));
  };
  const clear = () => {
    document.querySelector(".beats__cursor")?.remove();
    hideTip();
    index = -1;
  };
  document.addEventListener("pointermove", (event) => {
    const element = event.target.closest?.("[data-beats]");
    if (element) show(element, beatAt(shareOf(element, event.clientX), pointsOf(element).length));
    else if (bar && index >= 0 && document.activeElement !== bar) clear();
  }, { passive: true });
  document.addEventListener("click", (event) => event.target.closest("[data-beats]") && index >= 0 && open(bar, index));
  document.addEventListener("keydown", (event) => {
    const element = event.target.closest?.("[data-beats]");
    if (!element) return;
    if (event.key === "Enter" && index >= 0) return open(element, index);
    if (event.key === "Escape") return clear();
    const next = moved(index, event.key, pointsOf(element).length);
    if (next === index && !["Home", "End", "ArrowLeft", "ArrowRight"].includes(event.key)) return;
    event.preventDefault();
    show(element, next);
  });
  document.addEventListener("focusout", (event) => event.target.closest?.("[data-beats]") && clear());
}

function pointsOf(element) {
  return JSON.parse(element.dataset.beats);
}

function shareOf(element, clientX) {
  const { left, width } = element.getBoundingClientRect();
  return (clientX - left) / width;
}

function slotOf(element, index, count) {
  const { left, top, width, height } = element.getBoundingClientRect();
  const slots = Math.max(SLOTS, count);
  return { left: left + ((slots - count + index) / slots) * width, top, width: width / slots, height };
}

function mark(element, slot) {
  const cursor = element.querySelector(".beats__cursor") ?? element.appendChild(document.createElement("span"));
  cursor.className = "beats__cursor";
  cursor.style.left = `${slot.left - element.getBoundingClientRect().left}px`;
  cursor.style.width = `${slot.width}px`;
}

function description([, at, look, text, durationMs]) {
  const head = document.createElement("b");
  head.className = `tally is-${look}`;
  head.textContent = text;
  const time = document.createElement("span");
  time.textContent = fullText(new Date(at), { language: texts.language, zone: undefined });
  if (durationMs !== null) {
    const seconds = durationMs / 1000;
    const number = new Intl.NumberFormat(texts.language, { maximumFractionDigits: 1 }).format(seconds);
    time.textContent += ` · ${seconds < 60 ? `${number}\u00a0${texts.units.s}` : durationText(seconds, texts.units)}`;
  }
  return [head, time];
}

function open(element, index) {
  location.assign(`/results/${pointsOf(element)[index][0]}`);
}
