/** Keyboard shortcuts. What a key means is pure. */

const SINGLE_KEYS = "single-keys";
const SEQUENCE_MS = 1500;
const PLACES = { o: "/", p: "/status?st=unavailable,warning,unknown", n: "/status", e: "/events" };
const ACTIONS = { "/": "search", "?": "help", j: "next", k: "previous", p: "pause", r: "refresh", g: "go" };
// The same keys of a Russian keyboard: its letters, where the Latin ones would be.
const RUSSIAN = { "п": "g", "щ": "o", "з": "p", "т": "n", "у": "e", "о": "j", "л": "k", "к": "r", ".": "/", ",": "?" };

/**
 * @param {string} key of a KeyboardEvent
 * @param {boolean} isAfterG
 * @param {boolean} isRussian whether the event's code says that another layout is on
 * @returns {{action: string, place?: string}|null}
 */
export function meaning(key, isAfterG, isRussian = false) {
  const latin = RUSSIAN[key.toLowerCase()] && (isRussian || !".,".includes(key)) ? RUSSIAN[key.toLowerCase()] : key;
  if (isAfterG && PLACES[latin]) return { action: "open", place: PLACES[latin] };
  return ACTIONS[latin] ? { action: ACTIONS[latin] } : null;
}

export class Keyboard {
  /** @param {Record<string, () => void>} actions what `pause` and `refresh` do */
  constructor(actions) {
    this.goUntil = 0;
    this.actions = {
      search: () => document.querySelector("[data-search]")?.focus(),
      help: () => openHelp(),
      next: () => moveRow(1),
      previous: () => moveRow(-1),
      go: () => (this.goUntil = Date.now() + SEQUENCE_MS),
      ...actions,
    };
  }

  start() {
    document.addEventListener("keydown", (event) => this.onKey(event));
    for (const button of document.querySelectorAll("[data-help-open]")) {
      button.hidden = false;
      button.addEventListener("click", openHelp);
    }
    const box = document.querySelector("[data-single-keys]");
    box.checked = localStorage.getItem(SINGLE_KEYS) !== "off";
    box.addEventListener("change", () => localStorage.setItem(SINGLE_KEYS, box.checked ? "on" : "off"));
  }

  onKey(event) {
    if (event.key === "Escape") return leave(event);
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isTyping(event.target)) return;
    if (localStorage.getItem(SINGLE_KEYS) === "off" || document.querySelector("dialog[open]")) return;
    const found = meaning(event.key, Date.now() < this.goUntil, event.code === "Slash");
    this.goUntil = 0;
    if (!found) return;
    event.preventDefault();
    if (found.action === "open") location.assign(found.place);
    else this.actions[found.action]();
  }
}

function isTyping(target) {
  return target.matches?.("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]") ?? false;
}

function leave(event) {
  const menu = event.target.closest?.("[data-menu][open]") ?? document.querySelector("[data-menu][open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  } else if (isTyping(event.target)) event.target.blur();
}

function openHelp() {
  const menu = document.querySelector("[data-menu][open]");
  if (menu) menu.open = false;
  document.querySelector("[data-help]").showModal();
}

/** Move the focus to the link of the next or previous row; Enter then opens it. */
function moveRow(step) {
  const links = [...document.querySelectorAll("[data-row]")].map((row) => row.querySelector(".row-link") ?? row.querySelector("a"));
  const rows = links.filter((link) => link && link.offsetParent);
  if (!rows.length) return;
  const present = rows.indexOf(document.activeElement);
  const wanted = present < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(Math.max(present + step, 0), rows.length - 1);
  rows[wanted].focus();
  rows[wanted].scrollIntoView({ block: "nearest" });
}
