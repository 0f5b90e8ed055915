/**
 * The live poll. Raises on document.body: `live:delta` (detail: the answer), `live:reset`, `live:state`
 * (detail: {state: "live"|"paused"|"lost"|"ended", asOf: ms}). Data comes by this poll only.
 */

import { getJson } from "./api.js";
import { afterFailure, isLost, nextDelay } from "./live-schedule.js";

const PAUSED_KEY = "live-paused";

export class Live {
  /** @param {{rev: number, struct: number, asOf: number}} start what the page was built from; `asOf` in ms of the viewer's clock */
  constructor({ rev, struct, asOf }) {
    this.rev = rev;
    this.struct = struct;
    this.asOf = asOf;
    this.failures = 0;
    this.isPaused = sessionStorage.getItem(PAUSED_KEY) === "1";
    this.activeAt = Date.now();
    this.timer = 0;
    this.isPolling = false;
    this.hasEnded = false;
  }

  start() {
    for (const kind of ["pointermove", "keydown", "scroll"]) {
      addEventListener(kind, () => (this.activeAt = Date.now()), { passive: true });
    }
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.pollNow());
    addEventListener("online", () => this.pollNow());
    this.tell();
    this.schedule();
  }

  togglePause() {
    this.isPaused = !this.isPaused;
    sessionStorage.setItem(PAUSED_KEY, this.isPaused ? "1" : "0");
    this.tell();
    if (this.isPaused) clearTimeout(this.timer);
    else this.pollNow();
  }

  pollNow() {
    if (this.isPaused || this.hasEnded) return;
    clearTimeout(this.timer);
    this.poll();
  }

  /** Stop for good: the session has ended. */
  end() {
    this.hasEnded = true;
    clearTimeout(this.timer);
    this.tell();
  }

  schedule() {
    clearTimeout(this.timer);
    if (this.isPaused || this.hasEnded) return;
    const state = {
      isVisible: document.visibilityState === "visible",
      idleMs: Date.now() - this.activeAt,
      failures: this.failures,
    };
    this.timer = setTimeout(() => this.poll(), nextDelay(state));
  }

  async poll() {
    if (this.isPolling) return;
    this.isPolling = true;
    try {
      const delta = await getJson(`/ui/live?since=${this.rev}&struct=${this.struct}`);
      this.succeed();
      if (delta && !this.isPaused) this.apply(delta);
    } catch (error) {
      this.fail(error);
    } finally {
      this.isPolling = false;
      this.schedule();
    }
  }

  apply(delta) {
    this.rev = delta.rev;
    this.struct = delta.struct;
    raise("live:delta", delta);
    if (delta.reset) raise("live:reset", delta);
  }

  succeed() {
    const wasLost = isLost(this.failures);
    this.failures = 0;
    this.asOf = Date.now();
    raise("live:confirmed", { asOf: this.asOf });
    if (wasLost) this.tell();
  }

  fail(error) {
    if (!(error.status >= 0)) throw error;
    const next = afterFailure(error.status);
    if (next === "ended") this.end();
    else {
      this.failures += 1;
      if (next === "stop") console.warn(`live updates: ${error.message}`);
      this.tell();
    }
  }

  tell() {
    const state = this.hasEnded ? "ended" : this.isPaused ? "paused" : isLost(this.failures) ? "lost" : "live";
    raise("live:state", { state, asOf: this.asOf });
  }
}

function raise(name, detail) {
  document.body.dispatchEvent(new CustomEvent(name, { detail }));
}
