// The box to answer in unfolds under the post; what is sent from such a box leaves the page as it is.
import { forgetSent } from "./drawer.js";
import * as outbox from "./outbox.js";
import { say } from "./saying.js";
import { goesOut } from "./sent.js";
import { parse } from "./trusted.js";
import { askForSync } from "./waiting.js";
import { enliven } from "./writing.js";

const act = document.querySelector("[data-answer]");
const LINKS = ".acts > a[href$='#answer']";

const boxOf = (id) => document.querySelector(`form.answer [name=reply][value="${id}"]`)?.form;

document.addEventListener("click", (event) => {
  const link = event.target.closest(LINKS);
  if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const [, id] = /(\d+)#answer$/.exec(link.getAttribute("href")) ?? [];
  const post = link.closest("article");
  if (!id || !post) return;
  event.preventDefault();
  const there = boxOf(id);
  if (!there) unfold(link, post, id).catch(() => location.assign(link.href));
  else if (there.classList.contains("in-place")) fold(there);
  else focus(there);
});

function focus(form) {
  const field = form.elements.namedItem("text");
  field.focus({ preventScroll: true });
  field.setSelectionRange(field.value.length, field.value.length);
  form.scrollIntoView({ block: "nearest" });
}

async function unfold(link, post, id) {
  const answer = await fetch(act.dataset.answer + id, { headers: { "hx-request": "true" } });
  if (!answer.ok || answer.redirected) throw new Error(`${answer.status}`);
  const part = parse(await answer.text());
  if (boxOf(id)) return;
  const sheet = part.querySelector("link");
  if (!document.head.querySelector(`link[href="${sheet.getAttribute("href")}"]`)) document.head.append(sheet);
  if (!document.querySelector("#completions")) document.querySelector("main").append(...part.querySelectorAll("#completions, [data-suggested]"));
  const form = part.querySelector("form");
  post.append(form);
  enliven(form);
  listen(form);
  form.querySelector("[data-fold]").addEventListener("click", () => fold(form));
  link.setAttribute("aria-expanded", "true");
  focus(form);
}

function fold(form) {
  const link = form.closest("article").querySelector(LINKS);
  form.remove();
  link?.setAttribute("aria-expanded", "false");
  link?.focus({ preventScroll: true });
}

// Whatever the form does by itself (a picture that is still on its way, no line) comes first.
function listen(form) {
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    event.preventDefault();
    const button = form.querySelector("button.go");
    button.disabled = true;
    send(form, new FormData(form)).finally(() => (button.disabled = false));
  });
}

async function send(form, body) {
  let answer;
  try {
    answer = await fetch(form.getAttribute("action"), { method: "POST", body, headers: { "hx-request": "true" } });
  } catch {
    await queue(form, body);
    return;
  }
  if (answer.redirected) form.submit(); // not signed in any more: that page says so
  else if (answer.ok) settle(form, parse(await answer.text()).body.firstElementChild);
  else if (answer.headers.get("content-type")?.startsWith("application/json")) say(form, (await answer.json()).reason);
  else say(form, act.dataset.failed);
}

async function queue(form, body) {
  try {
    await outbox.addPost(body, new Map(), form.getAttribute("action"));
  } catch {
    say(form, form.dataset.outboxFull);
    return;
  }
  await askForSync();
  const line = document.createElement("p");
  line.className = "say";
  line.setAttribute("role", "status");
  line.textContent = form.dataset.queued;
  settle(form, line);
}

function settle(form, note) {
  forgetSent();
  form.before(note);
  if (note.dataset.seconds) goesOut(note);
  note.tabIndex = -1;
  note.focus({ preventScroll: true });
  if (form.classList.contains("in-place")) {
    form.closest("article").querySelector(LINKS)?.setAttribute("aria-expanded", "false");
    form.remove();
    return;
  }
  form.reset();
  form.elements.namedItem("key").value = crypto.randomUUID();
}

for (const form of document.querySelectorAll("form.answer[data-compose]")) listen(form);
