/** Starts the page: live updates, times, shortcuts, and what the page's own parts need. */

import { Fragments } from "./fragments.js";
import { Speaker, showAsOf, showCounts, showState } from "./indicators.js";
import { Keyboard } from "./keyboard.js";
import { Live } from "./live.js";
import { startPageTools } from "./page-tools.js";
import { PageTimes } from "./times.js";

const { rev, struct, now } = document.body.dataset;

function startLive() {
  const live = new Live({ rev: Number(rev), struct: Number(struct), asOf: Date.now() });
  const speaker = new Speaker(document.querySelector("[data-announce]"));
  document.body.addEventListener("live:state", ({ detail }) => {
    showState(detail);
    if (detail.state === "ended") showSessionEnded();
  });
  document.body.addEventListener("live:confirmed", ({ detail }) => showAsOf(detail.asOf));
  document.body.addEventListener("live:delta", ({ detail }) => {
    showCounts(detail.counts);
    speaker.add([...detail.ev].reverse());
    if (document.querySelector("[data-first-steps]") && Object.values(detail.counts).some(Boolean)) location.reload();
  });
  document.body.addEventListener("htmx:responseError", ({ detail }) => detail.xhr.status === 401 && live.end());
  document.querySelector("[data-pause]").addEventListener("click", () => live.togglePause());
  document.querySelector("[data-lost-retry]").addEventListener("click", () => live.pollNow());
  return live;
}

function showSessionEnded() {
  const dialog = document.querySelector("[data-session-ended]");
  dialog.querySelector("[data-sign-in]").href = `/login?next=${encodeURIComponent(location.pathname + location.search)}`;
  if (!dialog.open) dialog.showModal();
}

async function startParts() {
  if (document.querySelector("[data-map]")) (await import("./heatmap.js")).startHeatmap(document.querySelector("[data-map]"));
  if (document.querySelector("#node")) (await import("./beats.js")).startBeats();
}

if (globalThis.Idiomorph) globalThis.Idiomorph.defaults.ignoreActiveValue = true;
new PageTimes(Number(now) - Date.now()).start();
const live = startLive();
const fragments = new Fragments(live);
startPageTools();
fragments.start();
new Keyboard({ pause: () => live.togglePause(), refresh: () => (live.pollNow(), fragments.refreshAll()) }).start();
live.start();
startParts();
document.documentElement.dataset.ready = "";
