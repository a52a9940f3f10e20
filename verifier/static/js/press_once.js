// @ts-check
/**
 * A button that works once, works once: the second half of a double click would only be told that one has gone on
 * already. Without this file it is told that.
 */

const SENT = "sent";

document.addEventListener("submit", (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (form.dataset.once === undefined) {
    return;
  }
  if (form.dataset.once === SENT) {
    event.preventDefault();
  }
  form.dataset.once = SENT;
});

// Whoever comes back to the page as it was may press again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-once]")) {
    form.setAttribute("data-once", "");
  }
});
