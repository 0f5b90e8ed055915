/** Draws the visible part of the map. A status has a shape besides its colour. */

import { cellAt, visibleRows } from "./heatmap-model.js";

const CHANGED_FOR_MS = 30 * 60 * 1000;
const MARKED_FROM = 11;

/** @returns {Record<string, string>} the colours as the theme has them now */
export function readColors(element) {
  const style = getComputedStyle(element);
  const names = ["available", "warning", "unavailable", "unknown", "mark", "changed"];
  const colors = Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--cell-${name}`)]));
  return { ...colors, accent: style.getPropertyValue("--accent") };
}

/**
 * @param {CanvasRenderingContext2D} context scaled to CSS pixels
 * @param {object} map of `layout`
 * @param {{top: number, width: number, height: number}} view the part that is scrolled to
 * @param {{colors: object, changedAt: Map<number, number>, cursor: object|null, now: number}} state
 */
export function paint(context, map, view, { colors, changedAt, cursor, now }) {
  context.clearRect(0, 0, view.width, view.height);
  context.lineCap = "round";
  for (const row of visibleRows(map, view.top, view.height)) {
    for (const block of row.blocks) paintBlock(context, map, block, view.top, colors, (id) => now - (changedAt.get(id) ?? -Infinity) < CHANGED_FOR_MS);
  }
  if (cursor && map.blocks[cursor.place]) paintCursor(context, cellAt(map, map.blocks[cursor.place], cursor.index), view.top, colors);
}

function paintBlock(context, map, block, top, colors, isChanged) {
  block.group.ids.forEach((id, index) => {
    const { x, y, size } = cellAt(map, block, index);
    paintCell(context, block.group.statuses[index], x, y - top, size, colors);
    if (isChanged(id)) paintCorner(context, x, y - top, size, colors);
  });
}

function paintCell(context, status, x, y, size, colors) {
  if (status === "a") fillRounded(context, x, y, size, colors.available);
  else if (status === "d") paintDown(context, x, y, size, colors);
  else if (status === "w") paintWarning(context, x, y, size, colors);
  else paintUnknown(context, x, y, size, colors);
}

function fillRounded(context, x, y, size, color) {
  context.fillStyle = color;
  context.beginPath();
  context.roundRect(x, y, size, size, Math.min(5, size * 0.22));
  context.fill();
}

function paintDown(context, x, y, size, colors) {
  fillRounded(context, x, y, size, colors.unavailable);
  const inset = size * 0.3;
  context.strokeStyle = colors.mark;
  context.lineWidth = Math.max(1.3, size * 0.11);
  context.beginPath();
  context.moveTo(x + inset, y + inset);
  context.lineTo(x + size - inset, y + size - inset);
  context.moveTo(x + size - inset, y + inset);
  context.lineTo(x + inset, y + size - inset);
  context.stroke();
}

function paintWarning(context, x, y, size, colors) {
  context.fillStyle = colors.warning;
  context.beginPath();
  context.moveTo(x + size / 2, y - 0.5);
  context.lineTo(x + size + 0.5, y + size);
  context.lineTo(x - 0.5, y + size);
  context.closePath();
  context.fill();
  if (size < MARKED_FROM) return;
  context.strokeStyle = "#1a1f26";
  context.lineWidth = Math.max(1.3, size * 0.1);
  context.beginPath();
  context.moveTo(x + size / 2, y + size * 0.38);
  context.lineTo(x + size / 2, y + size * 0.64);
  context.moveTo(x + size / 2, y + size * 0.82);
  context.lineTo(x + size / 2, y + size * 0.83);
  context.stroke();
}

function paintUnknown(context, x, y, size, colors) {
  context.strokeStyle = colors.unknown;
  context.lineWidth = 1.3;
  context.setLineDash([Math.max(2, size * 0.18), Math.max(1.6, size * 0.13)]);
  context.beginPath();
  context.roundRect(x + 0.7, y + 0.7, size - 1.4, size - 1.4, Math.min(5, size * 0.22));
  context.stroke();
  context.setLineDash([]);
}

function paintCorner(context, x, y, size, colors) {
  const side = Math.max(4, size * 0.3);
  context.fillStyle = colors.changed;
  context.beginPath();
  context.moveTo(x + size - side, y);
  context.lineTo(x + size, y);
  context.lineTo(x + size, y + side);
  context.closePath();
  context.fill();
}

function paintCursor(context, { x, y, size }, top, colors) {
  context.strokeStyle = colors.accent;
  context.lineWidth = 2;
  context.beginPath();
  context.roundRect(x - 2.5, y - top - 2.5, size + 5, size + 5, 5);
  context.stroke();
}
