// @ts-check
/**
 * Keeps the page of an offer up to date: asks for its state every few seconds and, when it has changed, puts in
 * what the server draws for the new one. Without this file the page renews itself as a whole.
 */

const PAUSE_MS = 3000;
const LONGEST_PAUSE_MS = 30000;

const offer = /** @type {HTMLElement} */ (document.getElementById("offer"));
const announcement = /** @type {HTMLElement} */ (document.getElementById("announcement"));

/** @param {number} milliseconds */
function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Nobody looks at a hidden page, so nobody is asked about it. */
function seen() {
  return new Promise((resolve) => {
    if (!document.hidden) {
      resolve(undefined);
      return;
    }
    document.addEventListener("visibilitychange", () => resolve(seen()), { once: true });
  });
}

/** @returns {Promise<string>} */
async function askForState() {
  const answer = await fetch(offer.dataset.stateAddress ?? "", { cache: "no-store" });
  if (!answer.ok) {
    throw new Error(String(answer.status));
  }
  return (await answer.json()).state;
}

/** Puts the server's page of the new state in place of the old one, and says its first sentence aloud. */
async function renew() {
  const answer = await fetch(location.href, { cache: "no-store" });
  if (!answer.ok) {
    throw new Error(String(answer.status));
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById("offer");
  if (fresh === null) {
    throw new Error("not the page of an offer");
  }
  const focused = offer.contains(document.activeElement);
  offer.replaceChildren(...fresh.childNodes);
  offer.dataset.state = fresh.dataset.state;
  if (focused) {
    document.getElementById("main")?.focus();
  }
  announcement.textContent = offer.querySelector(".state")?.textContent ?? "";
}

async function follow() {
  let wait = PAUSE_MS;
  while (offer.dataset.state === "open" || offer.dataset.state === "opened") {
    await pause(wait);
    await seen();
    try {
      if ((await askForState()) !== offer.dataset.state) {
        await renew();
      }
      wait = PAUSE_MS;
    } catch {
      wait = Math.min(2 * wait, LONGEST_PAUSE_MS);
    }
  }
}

void follow();
