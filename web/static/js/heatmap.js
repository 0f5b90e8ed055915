/** The map of all nodes: fetches the packed fleet, draws it, follows live changes, answers pointer and keyboard. */

import { ApiError, getFragment, getJson } from "./api.js";
import { labelOf } from "./heatmap-labels.js";
import { arrange, cellAt, hit, layout, moveCursor, unpack, visibleRows } from "./heatmap-model.js";
import { paint, readColors } from "./heatmap-paint.js";
import { fill, texts } from "./texts.js";
import { hideTip, showTip } from "./tip.js";

const VIEW_KEY = "map-view";
const HINT_AFTER_MS = 110;
const WORST_FIRST_FROM_GROUPS = 40;

export function startHeatmap(root) {
  new Heatmap(root).start();
}

class Heatmap {
  constructor(root) {
    this.root = root;
    for (const part of ["scroll", "space", "window", "canvas", "labels", "said", "wait"]) this[part] = root.querySelector(`[data-map-${part}]`);
    this.groups = [];
    this.changedAt = new Map();
    this.cursor = null;
    this.hintTimer = 0;
    this.view = JSON.parse(localStorage.getItem(VIEW_KEY) ?? "{}");
  }

  start() {
    document.body.addEventListener("live:reset", () => this.load());
    document.body.addEventListener("live:delta", ({ detail }) => this.follow(detail));
    this.scroll.addEventListener("scroll", () => this.drawSoon(), { passive: true });
    new ResizeObserver(() => this.measure()).observe(this.scroll);
    new MutationObserver(() => this.recolor()).observe(document.documentElement, { attributeFilter: ["data-theme"] });
    for (const query of ["(prefers-color-scheme: dark)", "(forced-colors: active)"]) matchMedia(query).addEventListener("change", () => this.recolor());
    this.window.addEventListener("pointermove", (event) => this.onPointer(event));
    this.window.addEventListener("pointerleave", () => this.point(null));
    this.window.addEventListener("click", () => this.open());
    this.window.addEventListener("keydown", (event) => this.onKey(event));
    this.window.addEventListener("blur", () => this.point(null));
    this.startControls();
    this.load();
  }

  startControls() {
    const order = document.querySelector("[data-map-order]");
    const only = document.querySelector("[data-map-only]");
    order.hidden = only.hidden = false;
    only.querySelector("input").checked = Boolean(this.view.onlyTroubles);
    only.addEventListener("change", (event) => this.setView({ onlyTroubles: event.target.checked }));
    order.addEventListener("click", (event) => event.target.value && this.setView({ order: event.target.value }));
  }

  setView(change) {
    this.view = { ...this.view, ...change };
    localStorage.setItem(VIEW_KEY, JSON.stringify(this.view));
    this.arrange();
  }

  get order() {
    return this.view.order ?? (this.groups.length > WORST_FIRST_FROM_GROUPS ? "worst" : "tree");
  }

  async load() {
    try {
      const fleet = await getJson(this.root.dataset.source);
      this.groups = unpack(fleet.groups);
      this.skew = fleet.now - Date.now();
      this.changedAt = new Map(fleet.recent);
      this.index = new Map(this.groups.flatMap((group) => group.ids.map((id, place) => [id, [group, place]])));
      this.wait.hidden = true;
      document.querySelector("[data-map-groups]").textContent = fill(texts.groups, new Intl.NumberFormat(texts.language).format(this.groups.length));
      this.colors = readColors(this.root);
      this.arrange();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.wait.textContent = error.message;
    }
  }

  follow({ n: nodes }) {
    let hasMoved = false;
    for (const [id, status, , since] of nodes) {
      const [group, place] = this.index?.get(id) ?? [];
      if (!group || group.statuses[place] === status) continue;
      group.statuses[place] = status;
      this.changedAt.set(id, since);
      hasMoved = true;
    }
    if (hasMoved) this.arrange();
  }

  arrange() {
    for (const button of document.querySelectorAll("[data-map-order] button")) button.setAttribute("aria-pressed", String(button.value === this.order));
    this.shown = arrange(this.groups, { order: this.order, onlyTroubles: Boolean(this.view.onlyTroubles) });
    this.root.querySelector("[data-map-none]")?.remove();
    if (!this.shown.length) this.sayNone();
    this.measure();
  }

  sayNone() {
    const none = document.createElement("p");
    none.className = "empty";
    none.dataset.mapNone = "";
    none.textContent = texts.noProblems;
    this.space.append(none);
  }

  measure() {
    if (!this.shown) return;
    this.width = this.scroll.clientWidth;
    this.map = layout(this.shown, this.width);
    this.space.style.height = `${this.map.height}px`;
    this.height = Math.min(this.scroll.clientHeight, Math.max(this.map.height, 1));
    const ratio = devicePixelRatio;
    this.canvas.width = Math.round(this.width * ratio);
    this.canvas.height = Math.round(this.height * ratio);
    this.canvas.style.width = `${this.width}px`;
    this.canvas.style.height = `${this.height}px`;
    this.context = this.canvas.getContext("2d");
    this.context.scale(ratio, ratio);
    this.draw();
  }

  recolor() {
    this.colors = readColors(this.root);
    this.drawSoon();
  }

  drawSoon() {
    this.frame ??= requestAnimationFrame(() => this.draw());
  }

  draw() {
    cancelAnimationFrame(this.frame);
    this.frame = undefined;
    if (!this.map || !this.colors) return;
    const view = { top: this.scroll.scrollTop, width: this.width, height: this.height };
    paint(this.context, this.map, view, { colors: this.colors, changedAt: this.changedAt, cursor: this.cursor, now: Date.now() + this.skew });
    this.labels.replaceChildren(...visibleRows(this.map, view.top - 200, view.height + 400).flatMap((row) => row.blocks.map((block) => labelOf(block, this.root.dataset.group))));
  }

  onPointer(event) {
    const { left, top } = this.canvas.getBoundingClientRect();
    this.point(hit(this.map, event.clientX - left, event.clientY - top + this.scroll.scrollTop));
  }

  onKey(event) {
    if (event.key === "Enter") return this.open();
    if (event.key === "Escape") return this.point(null);
    const next = moveCursor(this.map, this.cursor, event.key);
    if (!next) return;
    event.preventDefault();
    this.reveal(next);
    this.point(next);
  }

  reveal(cursor) {
    const { y, size } = cellAt(this.map, this.map.blocks[cursor.place], cursor.index);
    const { scrollTop } = this.scroll;
    if (y - 30 < scrollTop) this.scroll.scrollTop = Math.max(0, y - 30);
    else if (y + size + 10 > scrollTop + this.height) this.scroll.scrollTop = y + size + 10 - this.height;
  }

  point(cursor) {
    if (cursor?.place === this.cursor?.place && cursor?.index === this.cursor?.index) return;
    this.cursor = cursor;
    this.window.style.cursor = cursor ? "pointer" : "default";
    this.drawSoon();
    clearTimeout(this.hintTimer);
    if (cursor) this.hintTimer = setTimeout(() => this.showHint(cursor), HINT_AFTER_MS);
    else hideTip();
  }

  idAt({ place, index }) {
    return this.map.blocks[place]?.group.ids[index];
  }

  async showHint(cursor) {
    const id = this.idAt(cursor);
    try {
      const hint = await getFragment(`${this.root.dataset.hint}${id}/hint`);
      if (!this.cursor || this.idAt(this.cursor) !== id) return;
      const { x, y, size } = cellAt(this.map, this.map.blocks[cursor.place], cursor.index);
      const canvas = this.canvas.getBoundingClientRect();
      showTip({ left: canvas.left + x, top: canvas.top + y - this.scroll.scrollTop, width: size, height: size }, ...hint.body.childNodes);
      this.said.textContent = document.querySelector("[data-tip]").textContent.replace(/\s+/g, " ").trim();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      hideTip();
    }
  }

  open() {
    const id = this.cursor && this.idAt(this.cursor);
    if (id) location.assign(this.root.dataset.node + id);
  }
}
