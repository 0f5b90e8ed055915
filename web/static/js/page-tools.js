/** Small conveniences: copying, the theme at once, menus that close, clean addresses of filters. */

import { texts } from "./texts.js";

export function startPageTools() {
  document.addEventListener("click", onClick);
  document.body.addEventListener("htmx:configRequest", cleanParameters);
  document.body.addEventListener("htmx:afterSwap", showButtons);
  document.querySelector(".search")?.addEventListener("submit", onSearch);
  showButtons();
  zoneFields();
}

/** Buttons that need a script are hidden until there is one. */
function showButtons() {
  for (const button of document.querySelectorAll("[data-copy-link], [data-copy], [data-pause]")) button.hidden = false;
}

function onClick(event) {
  const target = event.target.closest("[data-copy-link], [data-copy], [data-theme-choice]");
  for (const menu of document.querySelectorAll("[data-menu][open]")) if (!menu.contains(event.target)) menu.open = false;
  if (!target) return;
  if (target.dataset.themeChoice) document.documentElement.dataset.theme = target.dataset.themeChoice;
  else copy(target, target.dataset.copy ?? location.href);
}

async function copy(button, text) {
  await navigator.clipboard.writeText(text);
  const label = [...button.childNodes].find((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
  if (!label) return button.setAttribute("title", texts.copied);
  const before = label.data;
  label.data = texts.copied;
  setTimeout(() => (label.data = before), 1500);
}

/** @returns {string} a date-time field's value for a moment, in the viewer's zone */
export function fieldValue(moment) {
  return new Date(moment.getTime() - moment.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
}

/** The server's fields are in UTC; a viewer thinks in his own zone. */
function zoneFields() {
  for (const label of document.querySelectorAll("[data-zoned]")) label.title = Intl.DateTimeFormat().resolvedOptions().timeZone;
  for (const field of document.querySelectorAll("[data-moment]")) field.value = fieldValue(new Date(field.dataset.moment));
}

/** Empty filters do not belong into the address; times go there in UTC. */
function cleanParameters({ detail }) {
  if (detail.verb !== "get") return;
  for (const name of ["from", "to"]) {
    const value = detail.parameters[name];
    if (value && !value.endsWith("Z")) detail.parameters[name] = new Date(value).toISOString();
  }
  for (const [name, value] of Object.entries(detail.parameters)) {
    if (value === "" || (name === "sort" && value === "-status")) delete detail.parameters[name];
  }
}

/** On the table the search filters while typing already; Enter goes on to the first row. */
function onSearch(event) {
  if (!event.target.querySelector("[hx-get]")) return;
  event.preventDefault();
  document.querySelector("[data-row] .row-link")?.focus();
}
