import assert from "node:assert/strict";
import { test } from "node:test";
import { beatAt, moved } from "../../web/static/js/beats.js";
import { isConcerned } from "../../web/static/js/fragments.js";
import { tallies } from "../../web/static/js/heatmap-labels.js";
import { faviconUrl, newsOf, titleWith, worstOf } from "../../web/static/js/indicators.js";
import { meaning } from "../../web/static/js/keyboard.js";
import { durationText, fullText, nearText } from "../../web/static/js/times.js";
import { place } from "../../web/static/js/tip.js";

const UNITS = { d: "д", h: "ч", min: "мин", s: "с" };
const WORDS = { wentDown: "Down: %s", cameUp: "Up: %s", needAttention: "Attention: %s", andMore: "and %s more" };

test("durations show the two largest units that are not zero", () => {
  const shown = [0, -5, 59, 60, 134, 3600, 3661, 90000, 86400 * 3 + 60].map((seconds) => durationText(seconds, UNITS).replaceAll("\u00a0", " "));
  assert.deepEqual(shown, ["0 с", "0 с", "59 с", "1 мин", "2 мин 14 с", "1 ч", "1 ч 1 мин", "1 д 1 ч", "3 д"]);
});

test("a time of today stands alone, another has its day; the zone decides which day it is", () => {
  const now = new Date("2030-01-02T21:00:00Z");
  const options = { language: "en", zone: "Asia/Yekaterinburg", now };
  assert.equal(nearText(new Date("2030-01-02T20:04:05Z"), options), "01:04:05");
  assert.match(nearText(new Date("2030-01-02T12:04:05Z"), options), /Jan 2.*17:04/);
  assert.match(fullText(new Date("2030-01-02T12:04:05Z"), { language: "en", zone: "UTC", hasZone: true }), /2030.*12:04:05 UTC/);
});

test("the title bears the number that is down, once", () => {
  assert.equal(titleWith("Overview · Status Monitor", 3), "(3) Overview · Status Monitor");
  assert.equal(titleWith("(3) Overview", 12), "(12) Overview");
  assert.equal(titleWith("(3) Overview", 0), "Overview");
});

test("the icon of the tab shows the worst status and how many are down", () => {
  assert.equal(worstOf({ unavailable: 0, warning: 2, unknown: 1, available: 9 }), "warning");
  assert.equal(worstOf({ unavailable: 0, warning: 0, unknown: 1, available: 9 }), "available");
  assert.equal(worstOf({ unavailable: 0, warning: 0, unknown: 1, available: 0 }), "unknown");
  assert.ok(decodeURIComponent(faviconUrl({ unavailable: 7 })).includes(">7</text>"));
  assert.ok(decodeURIComponent(faviconUrl({ unavailable: 1000 })).includes(">99+</text>"));
});

test("news names nodes by what they turned to last, the worst first, and counts what is too many", () => {
  const changes = [{ name: "A", new: "unavailable" }, { name: "B", new: "available" }, { name: "A", new: "warning" }];
  assert.equal(newsOf(changes, WORDS), "Attention: A. Up: B");
  const many = Array.from({ length: 8 }, (_, id) => ({ name: `N${id}`, new: "unavailable" }));
  assert.equal(newsOf(many, WORDS), "Down: N0, N1, N2, N3, N4 and 3 more");
  assert.equal(newsOf([{ name: "%s $&", new: "available" }], WORDS), "Up: %s $&");
  assert.equal(newsOf([], WORDS), "");
});

test("a part is refreshed when one of its rows changed, a strict one by any change", () => {
  const changed = new Set(["5"]);
  const part = { rule: "rows", isStrict: false, shown: new Set(["1", "5"]) };
  assert.equal(isConcerned(part, changed), true);
  assert.equal(isConcerned({ ...part, shown: new Set(["1"]) }, changed), false);
  assert.equal(isConcerned({ ...part, shown: new Set(), isStrict: true }, changed), true);
  assert.equal(isConcerned({ ...part, rule: "never" }, changed), false);
  assert.equal(isConcerned({ ...part, rule: "any" }, new Set()), false);
});

test("keys mean the same on a Russian keyboard", () => {
  assert.deepEqual(meaning("p", false), { action: "pause" });
  assert.deepEqual(meaning("з", false), { action: "pause" });
  assert.deepEqual(meaning("o", true), { action: "open", place: "/" });
  assert.deepEqual(meaning("у", true), { action: "open", place: "/events" });
  assert.deepEqual(meaning(".", false, true), { action: "search" });
  assert.equal(meaning(".", false, false), null);
  assert.equal(meaning("x", false), null);
});

test("the beat under the pointer: few results stand at the right end", () => {
  assert.equal(beatAt(0, 60), 0);
  assert.equal(beatAt(0.999, 60), 59);
  assert.equal(beatAt(1, 60), 59);
  assert.equal(beatAt(0.5, 10), -1);
  assert.equal(beatAt(0.999, 10), 9);
});

test("keys move along the beats and stop at the ends", () => {
  assert.equal(moved(-1, "ArrowLeft", 60), 59);
  assert.equal(moved(59, "ArrowRight", 60), 59);
  assert.equal(moved(0, "ArrowLeft", 60), 0);
  assert.equal(moved(30, "Home", 60), 0);
  assert.equal(moved(30, "x", 60), 30);
});

test("the tooltip stays within the window, below when there is no room above", () => {
  const view = { width: 390, height: 800 };
  const tip = { width: 300, height: 100 };
  assert.deepEqual(place({ left: 200, top: 300, width: 10, height: 10 }, tip, view), { left: 55, top: 192 });
  assert.deepEqual(place({ left: 2, top: 20, width: 10, height: 10 }, tip, view), { left: 8, top: 38 });
  assert.equal(place({ left: 385, top: 300, width: 5, height: 10 }, tip, view).left, 82);
});

test("a label counts what is not good", () => {
  assert.deepEqual(tallies([..."aadw"]), [[1, "unavailable", "✕"], [1, "warning", "!"]]);
});
