// @ts-check
/**
 * Keeps the page of a presentation up to date, counts its time down, and offers the browser's Digital
 * Credentials API where there is one. Without this file the page renews itself as a whole and has its other ways.
 */

const PAUSE_MS = 2000;
const LONGEST_PAUSE_MS = 30000;
/** What a request may be offered by (OpenID4VP section A.1). */
const PROTOCOLS = ["openid4vp-v1-multisigned", "openid4vp-v1-signed", "openid4vp-v1-unsigned"];
const TOKEN_HEADER = "Trillium-Form-Token";

const request = /** @type {HTMLElement} */ (document.getElementById("request"));
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

/**
 * @param {string} path
 * @param {RequestInit} options
 */
async function ask(path, options = {}) {
  const answer = await fetch(`${request.dataset.address}${path}`, { cache: "no-store", ...options });
  if (!answer.ok) {
    throw new Error(String(answer.status));
  }
  return answer;
}

/** Puts the server's page of the new state in place of the old one, and says its first sentence aloud. */
async function renew() {
  const text = await (await ask("")).text();
  const page = new DOMParser().parseFromString(text, "text/html");
  const fresh = page.getElementById("request");
  if (fresh === null) {
    throw new Error("not the page of a presentation");
  }
  const focused = request.contains(document.activeElement);
  request.replaceChildren(...fresh.childNodes);
  Object.assign(request.dataset, fresh.dataset);
  document.title = page.title;
  if (focused) {
    document.getElementById("main")?.focus();
  }
  announcement.textContent = request.querySelector(".state")?.textContent ?? "";
  offerBrowser();
  countDown();
}

async function follow() {
  let wait = PAUSE_MS;
  while (request.dataset.waiting === "yes") {
    await pause(wait);
    await seen();
    try {
      const state = (await (await ask("/state")).json()).state;
      if (state !== request.dataset.state) {
        await renew();
      }
      wait = PAUSE_MS;
    } catch {
      wait = Math.min(2 * wait, LONGEST_PAUSE_MS);
    }
  }
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
    const digital = await (await ask("/browser-requests", { method: "POST", headers })).json();
    const options = /** @type {CredentialRequestOptions} */ ({ digital, mediation: "required" });
    const credential = /** @type {any} */ (await navigator.credentials.get(options));
    // Older browsers hand over the text of the object.
    const data = typeof credential.data === "string" ? JSON.parse(credential.data) : credential.data;
    const body = JSON.stringify({ protocol: credential.protocol, data });
    const sent = { ...headers, "Content-Type": "application/json" };
    await ask("/browser-response", { method: "POST", headers: sent, body });
    await renew();
  } catch {
    // What the server refused may have ended the request all the same: following it shows that.
    problem.textContent = problem.dataset.text ?? "";
  }
}

offerBrowser();
countDown();
setInterval(countDown, 1000);
void follow();
