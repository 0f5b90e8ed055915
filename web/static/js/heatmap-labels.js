/** The heads of the map's blocks: real links, for the part that is on screen only. */

const TALLIES = [["d", "unavailable", "✕"], ["w", "warning", "!"], ["u", "unknown", "?"]];

/**
 * @param {object} block of the model's layout
 * @param {string} address of the node table up to the id of the subdivision
 * @returns {HTMLElement}
 */
export function labelOf({ group, x, y, width }, address) {
  const label = document.createElement("div");
  label.className = "map__label";
  Object.assign(label.style, { left: `${x}px`, top: `${y}px`, width: `${width}px` });
  const link = document.createElement("a");
  link.href = address + group.id;
  link.textContent = group.name;
  link.title = group.code ? `${group.name} · ${group.code}` : group.name;
  label.append(link, ...tallies(group.statuses).map((tally) => tallyOf(...tally)), tallyOf(group.all, "", ""));
  return label;
}

/** @returns {[number, string, string][]} amount, look and sign of every status that is not good */
export function tallies(statuses) {
  return TALLIES.map(([mark, look, sign]) => [statuses.filter((status) => status === mark).length, look, sign]).filter(([amount]) => amount);
}

function tallyOf(amount, look, sign) {
  const tally = document.createElement("small");
  if (look) tally.className = `tally is-${look}`;
  tally.textContent = `${sign}${amount}`;
  return tally;
}
