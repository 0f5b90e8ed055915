/**
 * The map of nodes as numbers: where each cell lies, which one is at a point, where a key leads. Pure.
 *
 * A group: {id, depth, name, code, statuses: string[], ids: number[]}; statuses are a, w, d, u.
 */

const SIZES = [[80, 26, 5], [200, 20, 4], [500, 16, 3], [1600, 13, 3], [4000, 11, 2], [Infinity, 9, 2]];
const LABEL = 21;
const BLOCK_GAP = { x: 20, y: 12 };
const PADDING = 16;
const MIN_BLOCK = { large: 215, small: 150 };
const WEIGHTS = { d: 1e8, w: 1e4, u: 1 };

/** @returns {{cell: number, gap: number}} the larger the fewer nodes there are */
export function cellSize(total) {
  const [, cell, gap] = SIZES.find(([most]) => total <= most);
  return { cell, gap };
}

/** @returns {object[]} the groups from the packed answer of the server */
export function unpack(groups) {
  return groups.map(([id, depth, name, code, statuses, steps]) => {
    let last = 0;
    return { id, depth, name, code, statuses: [...statuses], ids: steps.map((step) => (last += step)) };
  });
}

/**
 * @param {object[]} groups in the order of the tree
 * @param {{order: "tree"|"worst", onlyTroubles: boolean}} view
 * @returns {object[]} the groups to draw, with the cells to draw; `all` is the group's whole count
 */
export function arrange(groups, { order, onlyTroubles }) {
  const shown = groups.map((group) => ({ ...group, all: group.ids.length, ...(onlyTroubles ? troubled(group) : {}) })).filter((group) => group.ids.length);
  return order === "worst" ? shown.map((group) => [badness(group), group]).sort(([a], [b]) => b - a).map(([, group]) => group) : shown;
}

function troubled(group) {
  const kept = group.statuses.map((_, place) => place).filter((place) => group.statuses[place] !== "a");
  return { statuses: kept.map((place) => group.statuses[place]), ids: kept.map((place) => group.ids[place]) };
}

/** @returns {number} larger for a group that is worse: one that is down outweighs any number of warnings */
export function badness(group) {
  return group.statuses.reduce((sum, status) => sum + (WEIGHTS[status] ?? 0), 0);
}

/**
 * @param {object[]} groups as `arrange` gives them
 * @param {number} width of the map in CSS pixels
 * @returns {{blocks: object[], rows: object[], height: number, cell: number, gap: number}} blocks stand in rows from left to
 *   right in the order of the groups, as many in a row as fit a few lines of cells each
 */
export function layout(groups, width) {
  const total = groups.reduce((sum, group) => sum + group.ids.length, 0);
  const { cell, gap } = cellSize(total);
  const inner = width - 2 * PADDING;
  const columns = columnCount(groups, inner, cell + gap);
  const blockWidth = Math.floor((inner - (columns - 1) * BLOCK_GAP.x) / columns);
  const perLine = Math.max(1, Math.floor((blockWidth + gap) / (cell + gap)));
  const rows = [];
  const blocks = groups.map((group, place) => {
    const lines = Math.ceil(group.ids.length / perLine);
    const column = place % columns;
    if (column === 0) rows.push({ y: rows.length ? bottom(rows.at(-1)) + BLOCK_GAP.y : 12, height: 0, blocks: [] });
    const row = rows.at(-1);
    const block = { group, place, x: PADDING + column * (blockWidth + BLOCK_GAP.x), y: row.y, width: blockWidth, perLine, lines };
    row.blocks.push(block);
    row.height = Math.max(row.height, LABEL + lines * (cell + gap) - gap);
    return block;
  });
  return { blocks, rows, height: rows.length ? bottom(rows.at(-1)) + PADDING : 0, cell, gap };
}

function columnCount(groups, inner, pitch) {
  const mean = groups.reduce((sum, group) => sum + group.ids.length, 0) / Math.max(1, groups.length);
  const wanted = Math.max(pitch > 18 ? MIN_BLOCK.large : MIN_BLOCK.small, Math.ceil(mean / 3) * pitch);
  const fitting = Math.max(1, Math.floor((inner + BLOCK_GAP.x) / (wanted + BLOCK_GAP.x)));
  return Math.min(fitting, Math.max(1, groups.length));
}

function bottom(row) {
  return row.y + row.height;
}

/** @returns {{x: number, y: number, size: number}} the square of a cell */
export function cellAt(map, block, index) {
  const pitch = map.cell + map.gap;
  return { x: block.x + (index % block.perLine) * pitch, y: block.y + LABEL + Math.floor(index / block.perLine) * pitch, size: map.cell };
}

/** @returns {object[]} the rows that touch the part from `top` of the given height */
export function visibleRows(map, top, height) {
  return map.rows.filter((row) => bottom(row) >= top && row.y <= top + height);
}

/** @returns {{place: number, index: number}|null} the cell at a point; gaps belong to the cell before them */
export function hit(map, x, y) {
  const row = map.rows.find((each) => y >= each.y && y <= bottom(each) + map.gap);
  const block = row?.blocks.find((each) => x >= each.x && x <= each.x + each.width);
  if (!block) return null;
  const pitch = map.cell + map.gap;
  const column = Math.floor((x - block.x) / pitch);
  const line = Math.floor((y - block.y - LABEL) / pitch);
  const index = line * block.perLine + column;
  return line >= 0 && column < block.perLine && index < block.group.ids.length ? { place: block.place, index } : null;
}

/**
 * @param {{place: number, index: number}|null} cursor
 * @param {string} key
 * @returns {{place: number, index: number}|null} where the key leads; null when it is none of ours
 */
export function moveCursor(map, cursor, key) {
  if (!map.blocks.length || !["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End", "PageUp", "PageDown"].includes(key)) return null;
  if (!cursor) return { place: 0, index: 0 };
  const block = map.blocks[cursor.place];
  const last = block.group.ids.length - 1;
  if (key === "Home") return { ...cursor, index: 0 };
  if (key === "End") return { ...cursor, index: last };
  if (key === "ArrowRight") return cursor.index < last ? { ...cursor, index: cursor.index + 1 } : (start(map, cursor.place + 1) ?? cursor);
  if (key === "ArrowLeft") return cursor.index > 0 ? { ...cursor, index: cursor.index - 1 } : (end(map, cursor.place - 1) ?? cursor);
  if (key === "PageDown") return start(map, cursor.place + 1) ?? cursor;
  if (key === "PageUp") return start(map, cursor.place - 1) ?? cursor;
  return vertical(map, block, cursor, key === "ArrowDown" ? 1 : -1);
}

function start(map, place) {
  return map.blocks[place] ? { place, index: 0 } : null;
}

function end(map, place) {
  return map.blocks[place] ? { place, index: map.blocks[place].group.ids.length - 1 } : null;
}

/** Within the block first, then to the cell of the neighbouring row of blocks that is nearest in x. */
function vertical(map, block, cursor, step) {
  const target = cursor.index + step * block.perLine;
  const last = block.group.ids.length - 1;
  if (target >= 0 && target <= last) return { ...cursor, index: target };
  const isLastLineBelow = step > 0 && Math.floor(target / block.perLine) < block.lines;
  if (isLastLineBelow) return { ...cursor, index: last };
  const row = map.rows[map.rows.findIndex((each) => each.blocks.includes(block)) + step];
  if (!row) return cursor;
  const { x } = cellAt(map, block, cursor.index);
  const next = row.blocks.reduce((best, each) => (Math.abs(each.x + each.width / 2 - x) < Math.abs(best.x + best.width / 2 - x) ? each : best));
  const column = Math.min(next.perLine - 1, Math.max(0, Math.round((x - next.x) / (map.cell + map.gap))));
  const line = step > 0 ? 0 : next.lines - 1;
  return { place: next.place, index: Math.min(line * next.perLine + column, next.group.ids.length - 1) };
}
