// @ts-check
/**
 * Keeps the page of an offer up to date: asks for its state every few seconds and, when it has changed, puts in
 * what the server draws for the new one. Without this file the page renews itself as a whole.
 */

import { ask, follow, replaceWith } from "../../runtime/following.js";

const PAUSE_MS = 3000;
const LONGEST_PAUSE_MS = 30000;

const offer = /** @type {HTMLElement} */ (document.getElementById("offer"));

/** Puts the server's page of the new state in place of the old one. */
async function renew() {
  const page = new DOMParser().parseFromString(await (await ask(location.href)).text(), "text/html");
  const fresh = page.getElementById("offer");
  if (fresh === null) {
    throw new Error("not the page of an offer");
  }
  replaceWith(offer, [...fresh.childNodes]);
  offer.dataset.state = fresh.dataset.state;
}

async function look() {
  const { state } = await (await ask(offer.dataset.stateAddress ?? "")).json();
  if (state === offer.dataset.state) {
    return false;
  }
  await renew();
  return true;
}

void follow(offer, {
  isWaiting: () => offer.dataset.state === "open" || offer.dataset.state === "opened",
  look,
  every: PAUSE_MS,
  longest: LONGEST_PAUSE_MS,
});
