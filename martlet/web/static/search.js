// While somebody types in the search: people and hashtags that begin so. What was searched for stays on this device.
import { parse } from "./trusted.js";

const KEY = "martlet-searches";
const KEPT = 8;
const PAUSE_MS = 200;

const form = document.querySelector("[data-suggest]");
const field = form.querySelector("input[type=search]");
const place = document.querySelector("[data-suggestions]");
const recent = document.querySelector("[data-recent]");
let asking = null;
let pause = 0;

async function suggest() {
  asking?.abort();
  const text = field.value.trim();
  if (!text) return place.replaceChildren();
  asking = new AbortController();
  try {
    const asked = `${form.dataset.suggest}?q=${encodeURIComponent(text)}`;
    const answer = await fetch(asked, { headers: { "hx-request": "true" }, signal: asking.signal });
    if (answer.ok && field.value.trim() === text) place.replaceChildren(...parse(await answer.text()).body.children);
  } catch {
    // Nothing is suggested; the search itself works.
  }
}

function kept() {
  try {
    const found = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(found) ? found.filter((one) => typeof one === "string").slice(0, KEPT) : [];
  } catch {
    return [];
  }
}

function keep(texts) {
  try {
    if (texts.length) localStorage.setItem(KEY, JSON.stringify(texts));
    else localStorage.removeItem(KEY);
  } catch {
    // A browser that keeps nothing has no recent searches.
  }
}

function showRecent() {
  const texts = kept();
  recent.hidden = !texts.length || field.value !== "";
  const lines = texts.map((text) => {
    const line = recent.querySelector("template").content.cloneNode(true);
    const link = line.querySelector("a");
    link.href = `${form.getAttribute("action")}?q=${encodeURIComponent(text)}`;
    link.querySelector("b").textContent = text;
    return line;
  });
  recent.querySelector("ul").replaceChildren(...lines);
}

field.addEventListener("input", () => {
  clearTimeout(pause);
  pause = setTimeout(suggest, PAUSE_MS);
  showRecent();
});
recent.querySelector("button").addEventListener("click", () => {
  keep([]);
  showRecent();
  field.focus();
});
const searched = field.defaultValue;
if (searched) keep([searched, ...kept().filter((one) => one !== searched)].slice(0, KEPT));
if (field.value !== searched) suggest(); // they were quicker than this
showRecent();
