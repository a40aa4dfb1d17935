// What is typed and not sent stays on this device, for whoever typed it: through reloads, crashes and dead lines.
// Signing out clears it with all else that the browser keeps of this server (Clear-Site-Data).
import { copies, copy, forgetCopy } from "./surviving.js";

const START = "martlet.draft.";
const SENDING = "martlet.sending";
const EVERY = 1000;
const MOST = 20;
const DAYS = 30;
const LONGEST = 200_000;
const LEFT_OUT = new Set(["csrf", "of", "key", "agreed", "do", "back", "reply", "quote", "draft", "files[]"]);

const quietly = (act) => {
  try {
    return act();
  } catch {
    return null; // the browser keeps nothing, or has no room
  }
};

function drop(name) {
  quietly(() => localStorage.removeItem(name));
  forgetCopy(name);
}

export function forgetSent() {
  quietly(() => {
    const name = sessionStorage.getItem(SENDING);
    if (name) drop(name);
    sessionStorage.removeItem(SENDING);
  });
}

const momentOf = (text) => quietly(() => JSON.parse(text).at) ?? 0;

// What was lost with the browser comes back from the copies; what is old goes.
async function tidy() {
  for (const { name, text } of await copies()) {
    if (momentOf(text) > momentOf(localStorage.getItem(name))) localStorage.setItem(name, text);
  }
  const names = Object.keys(localStorage).filter((name) => name.startsWith(START));
  const kept = names.map((name) => [momentOf(localStorage.getItem(name)), name]).sort();
  const oldest = Date.now() - DAYS * 86_400_000;
  const spare = kept.filter(([at], place) => at < oldest || place < kept.length - MOST);
  for (const [, name] of spare) drop(name);
}

function valuesOf(form) {
  const found = [];
  for (const one of form.elements) {
    if (!one.name || LEFT_OUT.has(one.name) || one.type === "file" || one.tagName === "BUTTON") continue;
    if (["checkbox", "radio"].includes(one.type) ? one.checked : true) found.push([one.name, one.value]);
  }
  return found;
}

// Spaces, and what the form chose by itself, are nothing to keep; a picture is, before anything is said about it.
const isTyped = (one) =>
  one.name?.startsWith("said-") ||
  ((one.tagName === "TEXTAREA" || one.type === "text") && one.value.trim() !== one.defaultValue.trim());

export function fillIn(form, values) {
  for (const one of form.elements) {
    if (!one.name || LEFT_OUT.has(one.name)) continue;
    const said = values.filter(([name]) => name === one.name).map(([, value]) => value);
    if (["checkbox", "radio"].includes(one.type)) one.checked = said.includes(one.value);
    else if (said.length && one.tagName !== "BUTTON" && one.type !== "file") one.value = said[0];
  }
  for (const part of form.querySelectorAll("details.more")) {
    if ([...part.querySelectorAll("input[type=text], textarea")].some((one) => one.value)) part.open = true;
  }
  form.dispatchEvent(new Event("input", { bubbles: true }));
}

export async function keepDrafts(form, files) {
  const { account, drawer } = form.dataset;
  if (!account || !drawer) return;
  const name = `${START}${account}.${drawer}`;
  const saved = form.querySelector("[data-saved]");
  const offer = (form.closest(".sheet") ?? form).querySelector("[data-offer]");
  const atFirst = JSON.stringify(valuesOf(form));
  let last = atFirst;
  let isChanged = false;

  function keep() {
    if (!isChanged) return;
    isChanged = false;
    const values = valuesOf(form);
    const now = JSON.stringify(values);
    if (now === last || now.length > LONGEST) return;
    last = now;
    if (now === atFirst || ![...form.elements].some(isTyped)) {
      drop(name);
      return;
    }
    const text = JSON.stringify({ at: Date.now(), values });
    if (offer) offer.hidden = true;
    const isKept = quietly(() => localStorage.setItem(name, text) ?? true);
    copy(name, text).then(() => {
      if (isKept && saved && !saved.textContent) saved.textContent = saved.dataset.saved;
    });
  }

  form.addEventListener("input", () => (isChanged = true));
  form.addEventListener("change", () => (isChanged = true));
  setInterval(keep, EVERY);
  addEventListener("pagehide", keep);
  document.addEventListener("visibilitychange", keep);
  form.addEventListener("submit", () => {
    keep();
    quietly(() => sessionStorage.setItem(SENDING, name));
  });

  await tidy().catch(() => {});
  const found = quietly(() => JSON.parse(localStorage.getItem(name)));
  if (!found || last !== atFirst || !offer || JSON.stringify(found.values) === atFirst) return;
  offer.hidden = false;
  offer.querySelector("[data-take]").addEventListener("click", async (event) => {
    event.preventDefault();
    offer.hidden = true;
    const wanted = found.values.filter(([one]) => one.startsWith("said-")).map(([one]) => one.slice(5));
    await files?.bringBack(wanted);
    fillIn(form, found.values);
    last = JSON.stringify(found.values);
    form.querySelector("textarea[name=text]").focus();
  });
  offer.querySelector("[data-throw]").addEventListener("click", (event) => {
    event.preventDefault();
    offer.hidden = true;
    drop(name);
    form.querySelector("textarea[name=text]").focus();
  });
}
