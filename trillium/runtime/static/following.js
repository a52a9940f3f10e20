// @ts-check
/**
 * For pages that follow something on the server: asks again and again, says when the connection is lost and when
 * it is back, and ends the page when the server no longer knows it. The words are the page's own, in its language:
 * `#connection` (shown while the connection is lost; `data-back`: what is said when it is back), the template
 * `#over` (what the page becomes), `#announcement` (a status, said aloud).
 */

/** The page is another browser's now, unknown or gone: asking again changes nothing. */
const OVER = [403, 404, 410];
/** So many failures in a row are no hiccup any more. */
const LOST_AFTER = 3;

/** An answer that is an error. `title`: what the server says to the person, if it says anything. */
export class Refused extends Error {
  /**
   * @param {number} status
   * @param {string} title
   */
  constructor(status, title) {
    super(String(status));
    this.status = status;
    this.title = title;
  }

  /** Whether the page is at its end. */
  get isOver() {
    return OVER.includes(this.status);
  }
}

/**
 * The server's answer, in the language of this page.
 *
 * @param {string} address
 * @param {RequestInit} options
 */
export async function ask(address, options = {}) {
  const headers = { "Accept-Language": document.documentElement.lang, ...options.headers };
  const answer = await fetch(address, { cache: "no-store", ...options, headers });
  if (!answer.ok) {
    const problem = await answer.json().catch(() => ({}));
    throw new Refused(answer.status, typeof problem.title === "string" ? problem.title : "");
  }
  return answer;
}

/** @param {string | null | undefined} text */
export function announce(text) {
  const place = /** @type {HTMLElement} */ (document.getElementById("announcement"));
  place.textContent = text?.trim() ?? "";
}

/**
 * Puts what the page has become in place of what it was, and says its first sentence aloud.
 *
 * @param {HTMLElement} followed
 * @param {Iterable<Node>} nodes
 */
export function replaceWith(followed, nodes) {
  const focused = followed.contains(document.activeElement);
  followed.replaceChildren(...nodes);
  if (focused) {
    document.getElementById("main")?.focus();
  }
  announce(followed.querySelector(".state")?.textContent);
}

function tellLost() {
  const notice = /** @type {HTMLElement} */ (document.getElementById("connection"));
  notice.hidden = false;
  announce(notice.textContent);
}

/** @param {boolean} renewed - then that is what was said, and it says enough */
function tellBack(renewed) {
  const notice = /** @type {HTMLElement} */ (document.getElementById("connection"));
  notice.hidden = true;
  if (!renewed) {
    announce(notice.dataset.back);
  }
}

/**
 * The page is over: nothing on it works any more, so nothing of it stays.
 *
 * @param {HTMLElement} followed
 */
export function end(followed) {
  const over = /** @type {HTMLTemplateElement} */ (document.getElementById("over"));
  followed.dataset.state = "over";
  /** @type {HTMLElement} */ (document.getElementById("connection")).hidden = true;
  replaceWith(followed, over.content.cloneNode(true).childNodes);
}

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

/**
 * Calls `look` for as long as `isWaiting`, with pauses in milliseconds that grow while it fails. `look` tells
 * whether it has renewed the page.
 *
 * @param {HTMLElement} followed
 * @param {{isWaiting: () => boolean, look: () => Promise<boolean>, every: number, longest: number}} how
 */
export async function follow(followed, { isWaiting, look, every, longest }) {
  let wait = every;
  let failures = 0;
  while (isWaiting()) {
    await pause(wait);
    await seen();
    if (!isWaiting()) {
      return;
    }
    try {
      const renewed = await look();
      if (failures >= LOST_AFTER) {
        tellBack(renewed);
      }
      failures = 0;
      wait = every;
    } catch (error) {
      if (error instanceof Refused && error.isOver) {
        end(followed);
        return;
      }
      failures += 1;
      if (failures === LOST_AFTER) {
        tellLost();
      }
      wait = Math.min(2 * wait, longest);
    }
  }
}
