import assert from "node:assert/strict";
import { test } from "node:test";
import { IDLE_AFTER_MS, afterFailure, isLost, nextDelay } from "../../web/static/js/live-schedule.js";

const ACTIVE = { isVisible: true, idleMs: 0, failures: 0 };
const MIDDLE = 0.5;

test("an active viewer is served every two seconds, an idle one every five, a hidden tab every thirty", () => {
  assert.equal(nextDelay(ACTIVE, MIDDLE), 2000);
  assert.equal(nextDelay({ ...ACTIVE, idleMs: IDLE_AFTER_MS + 1 }, MIDDLE), 5000);
  assert.equal(nextDelay({ ...ACTIVE, isVisible: false }, MIDDLE), 30000);
});

test("polls spread by a tenth either way", () => {
  assert.equal(nextDelay(ACTIVE, 0), 1800);
  assert.equal(nextDelay(ACTIVE, 1), 2200);
});

test("failures back off by doubling, up to a minute", () => {
  const delays = [1, 2, 3, 4, 5, 6, 7, 40].map((failures) => nextDelay({ ...ACTIVE, failures }, MIDDLE));
  assert.deepEqual(delays, [2000, 4000, 8000, 16000, 32000, 60000, 60000, 60000]);
});

test("a hidden tab never polls faster for having failed", () => {
  assert.equal(nextDelay({ isVisible: false, idleMs: 0, failures: 1 }, MIDDLE), 30000);
});

test("the connection counts as lost after the second failure", () => {
  assert.deepEqual([0, 1, 2, 3].map(isLost), [false, false, true, true]);
});

test("what a failure means", () => {
  assert.equal(afterFailure(401), "ended");
  assert.deepEqual([0, 429, 500, 503].map(afterFailure), Array(4).fill("retry"));
  assert.deepEqual([400, 403, 404].map(afterFailure), Array(3).fill("stop"));
});
