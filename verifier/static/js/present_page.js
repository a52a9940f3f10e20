// @ts-check
/**
 * Keeps the page of a presentation up to date, counts its time down, and offers the browser's Digital
 * Credentials API where there is one. Without this file the page renews itself as a whole and has its other ways.
 */

import { Refused, ask, end, follow, replaceWith } from "../../runtime/following.js";

const PAUSE_MS = 2000;
const LONGEST_PAUSE_MS = 30000;
/** What a request may be offered by (OpenID4VP section A.1). */
const PROTOCOLS = ["openid4vp-v1-multisigned", "openid4vp-v1-signed", "openid4vp-v1-unsigned"];
const TOKEN_HEADER = "Trillium-Form-Token";

const request = /** @type {HTMLElement} */ (document.getElementById("request"));

/**
 * @param {string} path
 * @param {RequestInit} options
 */
function askHere(path, options = {}) {
  return ask(`${request.dataset.address}${path}`, options);
}

/** Puts the server's page of the new state in place of the old one. */
async function renew() {
  const text = await (await askHere("")).text();
  const page = new DOMParser().parseFromString(text, "text/html");
  const fresh = page.getElementById("request");
  if (fresh === null) {
    throw new Error("not the page of a presentation");
  }
  replaceWith(request, [...fresh.childNodes]);
  Object.assign(request.dataset, fresh.dataset);
  document.title = page.title;
  offerBrowser();
  countDown();
}

async function look() {
  const { state } = await (await askHere("/state")).json();
  if (state === request.dataset.state) {
    return false;
  }
  await renew();
  return true;
}

/** Minutes and seconds, for the eye; whoever hears the page has the time of day. */
function countDown() {
  for (const place of /** @type {NodeListOf<HTMLElement>} */ (request.querySelectorAll(".countdown"))) {
    const left = Math.max(0, Math.ceil((Date.parse(place.dataset.ends ?? "") - Date.now()) / 1000));
    const seconds = String(left % 60).padStart(2, "0");
    place.textContent = `${place.dataset.text} ${Math.floor(left / 60)}:${seconds}`;
  }
}

/** Whether this browser knows a protocol that is offered (W3C Digital Credentials). */
function knowsDigitalCredentials() {
  const kind = /** @type {any} */ (globalThis).DigitalCredential;
  if (!navigator.credentials?.get || kind === undefined) {
    return false;
  }
  const allows = kind.userAgentAllowsProtocol;
  return (
    typeof allows !== "function" ||
    PROTOCOLS.some((protocol) => allows.call(kind, protocol))
  );
}

function offerBrowser() {
  const way = document.getElementById("browser-way");
  if (way !== null && knowsDigitalCredentials()) {
    way.hidden = false;
    document.getElementById("browser-button")?.addEventListener("click", () => void askBrowser());
  }
}

/** Whoever closes the browser's window has not refused anything: the page stays as it is. */
async function askBrowser() {
  const problem = /** @type {HTMLElement} */ (document.getElementById("browser-problem"));
  const headers = { [TOKEN_HEADER]: request.dataset.formToken ?? "" };
  problem.textContent = "";
  try {
    const digital = await (await askHere("/browser-requests", { method: "POST", headers })).json();
    const options = /** @type {CredentialRequestOptions} */ ({ digital, mediation: "required" });
    const credential = /** @type {any} */ (await navigator.credentials.get(options));
    // Older browsers hand over the text of the object.
    const data = typeof credential.data === "string" ? JSON.parse(credential.data) : credential.data;
    const body = JSON.stringify({ protocol: credential.protocol, data });
    const sent = { ...headers, "Content-Type": "application/json" };
    await askHere("/browser-response", { method: "POST", headers: sent, body });
    await renew();
  } catch (error) {
    if (error instanceof Refused && error.isOver) {
      end(request);
      return;
    }
    // What the server refused may have ended the request all the same: following it shows that.
    const said = error instanceof Refused ? error.title.replaceAll("'", "’") : "";
    problem.textContent = said || (problem.dataset.text ?? "");
  }
}

/** From here on the page follows by itself; where this file does not get through, the link stays. */
document.getElementById("by-hand")?.remove();

offerBrowser();
countDown();
setInterval(countDown, 1000);
void follow(request, {
  isWaiting: () => request.dataset.waiting === "yes" && request.dataset.state !== "over",
  look,
  every: PAUSE_MS,
  longest: LONGEST_PAUSE_MS,
});
