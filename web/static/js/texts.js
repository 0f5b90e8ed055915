/** The texts of the page's language, which the server puts into the page. */

const block = globalThis.document?.querySelector("[data-texts]");

export const texts = block ? JSON.parse(block.textContent) : {};

/** @returns {string} `text` with %s replaced by `value` */
export function fill(text, value) {
  return text.replace("%s", () => String(value));
}
