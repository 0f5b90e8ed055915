/**
 * Re-fetches the parts of a page that changed; htmx swaps them by morphing, so that focus and typed text stay.
 *
 * Each part says when by data-refresh: `any` (whatever changed), `rows` (one of the nodes it shows), `newest` (by time, held
 * back while the viewer reads further down), `never`; and by data-refresh-seconds that it also ages without changes.
 */

import { ApiError, getFragment } from "./api.js";
import { fill, texts } from "./texts.js";

const AT_MOST_EVERY_MS = 2500;
const TOP_PX = 300;

/**
 * @param {{rule: string, isStrict: boolean, shown: Set<string>}} part
 * @param {Set<string>} changed ids of nodes
 * @returns {boolean} whether a change of these nodes may be seen in the part; a strict one may gain or lose rows by it
 */
export function isConcerned({ rule, isStrict, shown }, changed) {
  if (rule === "any") return changed.size > 0;
  if (rule !== "rows") return false;
  return (isStrict && changed.size > 0) || [...changed].some((id) => shown.has(id));
}

export class Fragments {
  constructor(live) {
    this.live = live;
    this.refreshedAt = new WeakMap();
    this.timers = new Map();
  }

  start() {
    document.body.addEventListener("live:delta", ({ detail }) => this.onDelta(detail));
    document.body.addEventListener("live:reset", () => parts().forEach((part) => this.refresh(part)));
    setInterval(() => this.refreshAged(), 1000);
    document.addEventListener("click", (event) => event.target.closest("[data-show-new]") && this.showNew());
  }

  onDelta(delta) {
    const changed = new Set(delta.n.map(([id]) => String(id)));
    for (const part of parts()) {
      const { refresh: rule, refreshStrict } = part.dataset;
      if (isConcerned({ rule, isStrict: refreshStrict === "yes", shown: shownIn(part) }, changed)) this.refreshSoon(part);
    }
  }

  refreshAll() {
    parts().filter((part) => part.dataset.refresh !== "never").forEach((part) => this.refresh(part));
  }

  refreshAged() {
    if (this.live.isPaused || this.live.hasEnded || document.visibilityState !== "visible") return;
    for (const part of parts()) {
      const seconds = Number(part.dataset.refreshSeconds ?? 0);
      if (seconds && part.dataset.refresh !== "never" && this.age(part) >= seconds * 1000) this.refreshOrOffer(part);
    }
  }

  refreshOrOffer(part) {
    if (part.dataset.refresh === "newest" && scrollY > TOP_PX) this.offer(part);
    else this.refresh(part);
  }

  /** Refresh now, or when the last refresh is old enough. */
  refreshSoon(part) {
    const wait = AT_MOST_EVERY_MS - this.age(part);
    if (wait <= 0) this.refresh(part);
    else if (!this.timers.has(part.id)) {
      this.timers.set(part.id, setTimeout(() => {
        this.timers.delete(part.id);
        const present = document.getElementById(part.id);
        if (present) this.refresh(present);
      }, wait));
    }
  }

  refresh(part) {
    this.refreshedAt.set(part, Date.now());
    globalThis.htmx.trigger(part, "refresh");
  }

  /** Say how many entries are newer than the first shown, without moving what is being read. */
  async offer(part) {
    this.refreshedAt.set(part, Date.now());
    try {
      const fresh = await getFragment(part.getAttribute("hx-get"));
      const newest = Number(part.dataset.newest);
      const count = [...fresh.querySelectorAll("[data-event-id]")].filter((row) => Number(row.dataset.eventId) > newest).length;
      const button = part.querySelector("[data-show-new]");
      button.hidden = count === 0;
      button.textContent = fill(texts.newRows, count);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      console.warn(`looking for new entries: ${error.message}`);
    }
  }

  showNew() {
    scrollTo({ top: 0 });
    parts().filter((part) => part.dataset.refresh === "newest").forEach((part) => this.refresh(part));
  }

  age(part) {
    if (!this.refreshedAt.has(part)) this.refreshedAt.set(part, Date.now() - AT_MOST_EVERY_MS);
    return Date.now() - this.refreshedAt.get(part);
  }
}

function parts() {
  return [...document.querySelectorAll("[data-refresh]")];
}

function shownIn(part) {
  const own = part.dataset.nodeId ? [part.dataset.nodeId] : [];
  return new Set([...own, ...[...part.querySelectorAll("[data-node-id]")].map((row) => row.dataset.nodeId)]);
}
