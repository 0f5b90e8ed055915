/** The sign-in page: the password can be shown. */

const label = document.querySelector("[data-show-password]");
if (label) {
  label.hidden = false;
  const field = document.querySelector("[data-password]");
  label.querySelector("input").addEventListener("change", (event) => (field.type = event.target.checked ? "text" : "password"));
}
