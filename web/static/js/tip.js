/** The one tooltip of the page, placed beside a rectangle and kept within the window. */

const GAP = 8;

/**
 * @param {{left: number, top: number, width: number, height: number}} target in the window
 * @param {{width: number, height: number}} tip
 * @param {{width: number, height: number}} view
 * @returns {{left: number, top: number}} above the target if there is room, else below
 */
export function place(target, tip, view) {
  const above = target.top - tip.height - GAP;
  const left = target.left + target.width / 2 - tip.width / 2;
  return {
    left: Math.round(Math.min(Math.max(GAP, left), Math.max(GAP, view.width - tip.width - GAP))),
    top: Math.round(above >= GAP ? above : target.top + target.height + GAP),
  };
}

export function showTip(target, ...content) {
  const tip = document.querySelector("[data-tip]");
  tip.replaceChildren(...content);
  tip.hidden = false;
  tip.dispatchEvent(new CustomEvent("live:hint", { bubbles: true }));
  const { left, top } = place(target, tip.getBoundingClientRect(), { width: document.documentElement.clientWidth, height: innerHeight });
  tip.style.left = `${left}px`;
  tip.style.top = `${top}px`;
}

export function hideTip() {
  document.querySelector("[data-tip]").hidden = true;
}
