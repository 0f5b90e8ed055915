import assert from "node:assert/strict";
import { test } from "node:test";
import { arrange, badness, cellAt, cellSize, hit, layout, moveCursor, unpack, visibleRows } from "../../web/static/js/heatmap-model.js";

const WIDTH = 820;

function group(id, statuses) {
  return { id, depth: 0, name: `g${id}`, code: "", statuses: [...statuses], ids: [...statuses].map((_, place) => id * 1000 + place) };
}

function mapOf(...groups) {
  return layout(arrange(groups, { order: "tree", onlyTroubles: false }), WIDTH);
}

test("ids are unpacked from their differences", () => {
  const [only] = unpack([[7, 1, "North", "TS1", "awd", [100, 2, -50]]]);
  assert.deepEqual(only.ids, [100, 102, 52]);
  assert.deepEqual(only.statuses, ["a", "w", "d"]);
});

test("cells shrink as the fleet grows", () => {
  const sizes = [10, 100, 300, 1000, 3000, 10000].map((total) => cellSize(total).cell);
  assert.deepEqual(sizes, [...sizes].sort((a, b) => b - a));
  assert.equal(new Set(sizes).size, sizes.length);
});

test("worst first: one that is down outweighs any number of warnings", () => {
  const groups = [group(1, "aaaa"), group(2, "w".repeat(900)), group(3, "ad"), group(4, "u")];
  const order = arrange(groups, { order: "worst", onlyTroubles: false }).map(({ id }) => id);
  assert.deepEqual(order, [3, 2, 4, 1]);
  assert.ok(badness(groups[2]) > badness(groups[1]));
});

test("only troubles keeps the cells that are not good and drops groups without any", () => {
  const shown = arrange([group(1, "aaa"), group(2, "adau")], { order: "tree", onlyTroubles: true });
  assert.equal(shown.length, 1);
  assert.deepEqual(shown[0].statuses, ["d", "u"]);
  assert.deepEqual(shown[0].ids, [2001, 2003]);
  assert.equal(shown[0].all, 4);
});

test("every cell is hit at its own middle, and blocks never overlap", () => {
  const map = mapOf(group(1, "a".repeat(57)), group(2, "w".repeat(3)), group(3, "d".repeat(200)), group(4, "u"), group(5, "a".repeat(31)));
  const seen = new Set();
  for (const block of map.blocks) {
    block.group.ids.forEach((_, index) => {
      const { x, y, size } = cellAt(map, block, index);
      assert.deepEqual(hit(map, x + size / 2, y + size / 2), { place: block.place, index });
      assert.ok(x >= 0 && x + size <= WIDTH && y + size <= map.height);
      seen.add(`${x},${y}`);
    });
  }
  assert.equal(seen.size, map.blocks.reduce((sum, block) => sum + block.group.ids.length, 0));
});

test("nothing is hit beside the cells", () => {
  const map = mapOf(group(1, "aaa"));
  assert.equal(hit(map, 1, 1), null);
  assert.equal(hit(map, WIDTH - 1, map.height - 1), null);
  assert.equal(hit(map, 20, map.height + 50), null);
});

test("the arrow to the right visits every cell once, the arrow to the left goes back", () => {
  const map = mapOf(group(1, "aaaa"), group(2, "w"), group(3, "dd"));
  const path = [{ place: 0, index: 0 }];
  for (let step = 0; step < 6; step += 1) path.push(moveCursor(map, path.at(-1), "ArrowRight"));
  assert.deepEqual(path.map(({ place, index }) => `${place}:${index}`), ["0:0", "0:1", "0:2", "0:3", "1:0", "2:0", "2:1"]);
  assert.deepEqual(moveCursor(map, path.at(-1), "ArrowRight"), path.at(-1));
  assert.deepEqual(moveCursor(map, path[4], "ArrowLeft"), path[3]);
  assert.deepEqual(moveCursor(map, path[0], "ArrowLeft"), path[0]);
});

test("an arrow down leads to the cell below, in the last line to its end at most", () => {
  const map = mapOf(group(1, "a".repeat(57)));
  const { perLine, lines } = map.blocks[0];
  assert.ok(lines >= 3 && 57 % perLine !== 0);
  assert.deepEqual(moveCursor(map, { place: 0, index: 1 }, "ArrowDown"), { place: 0, index: 1 + perLine });
  assert.deepEqual(moveCursor(map, { place: 0, index: 1 + perLine }, "ArrowUp"), { place: 0, index: 1 });
  assert.deepEqual(moveCursor(map, { place: 0, index: perLine * (lines - 1) - 1 }, "ArrowDown"), { place: 0, index: 56 });
});

test("arrows up and down stay in their column where there is one, and always within the map", () => {
  const map = mapOf(...Array.from({ length: 12 }, (_, id) => group(id + 1, "a".repeat(5 + ((id * 13) % 70)))));
  let cursor = { place: 0, index: 2 };
  for (let step = 0; step < 200; step += 1) {
    cursor = moveCursor(map, cursor, "ArrowDown");
    assert.ok(cursor.index >= 0 && cursor.index < map.blocks[cursor.place].group.ids.length);
  }
  assert.ok(map.rows.at(-1).blocks.some((each) => each.place === cursor.place));
  for (let step = 0; step < 200; step += 1) cursor = moveCursor(map, cursor, "ArrowUp");
  assert.ok(map.rows[0].blocks.some((each) => each.place === cursor.place));
});

test("Home and End stay in the group, Page keys change it, other keys are not ours", () => {
  const map = mapOf(group(1, "aaaa"), group(2, "www"));
  assert.deepEqual(moveCursor(map, { place: 0, index: 2 }, "Home"), { place: 0, index: 0 });
  assert.deepEqual(moveCursor(map, { place: 0, index: 2 }, "End"), { place: 0, index: 3 });
  assert.deepEqual(moveCursor(map, { place: 0, index: 2 }, "PageDown"), { place: 1, index: 0 });
  assert.equal(moveCursor(map, { place: 0, index: 2 }, "x"), null);
  assert.deepEqual(moveCursor(map, null, "ArrowDown"), { place: 0, index: 0 });
  assert.equal(moveCursor(mapOf(), null, "ArrowDown"), null);
});

test("only the rows that are scrolled to are drawn", () => {
  const map = mapOf(...Array.from({ length: 500 }, (_, id) => group(id + 1, "a".repeat(20))));
  const rows = visibleRows(map, 1000, 400);
  assert.ok(rows.length > 0 && rows.length < map.rows.length / 4);
  assert.ok(rows.every((row) => row.y <= 1400 && row.y + row.height >= 1000));
});
