// What the server tells while the page is open (web/live.py): new posts wait above the list, and the number in the bar counts.
import { added, bring, feed, isHere, isPost } from "./list.js";
import { renew, talk } from "./talk.js";

const app = document.querySelector("[data-live]");
const line = document.querySelector(".fresh");
const link = line?.querySelector("a");
const badge = document.querySelector("[data-news]");

const AT_ONCE = 20;
const MOST_PAGES = 5;
const HIDDEN_MS = 30_000;

const waiting = new Set();
let newest = BigInt((talk ?? feed)?.dataset.newest ?? 0);
let told = 0n;
let source = null;
let closing = 0;

function show() {
  if (!link?.dataset.one) return;
  line.classList.toggle("on", waiting.size > 0);
  if (waiting.size) {
    link.textContent = waiting.size === 1 ? link.dataset.one : link.dataset.many.replace("{n}", waiting.size);
  }
}

function wait(ids) {
  for (const id of ids) if (id && BigInt(id) > newest) waiting.add(id);
  show();
}

const HEARD = {
  post: (id) => wait([id]),
  gone: (id) => { waiting.delete(id); show(); },
  waiting: (ids) => { waiting.clear(); wait(ids.split(",")); },
  news: (count) => {
    const { newsOne, newsMany } = link?.dataset ?? {};
    if (newsOne) {
      line.classList.toggle("on", count !== "0");
      link.textContent = count === "1" ? newsOne : newsMany.replace("{n}", count);
    }
    badge.hidden = count === "0";
    badge.textContent = Number(count) < 100 ? count : "99+";
  },
};

function open() {
  clearTimeout(closing);
  if (source && source.readyState !== EventSource.CLOSED) return;
  source = new EventSource(app.dataset.live.replace(/since=\d+/, `since=${newest}`));
  for (const [name, hear] of Object.entries(HEARD)) source.addEventListener(name, (event) => hear(event.data));
}

function close() {
  source?.close();
  source = null;
}

// The posts that wait come in between the line and what was on top before, which keeps a mark.
async function take() {
  const before = line.nextElementSibling;
  for (let page = 0; page < MOST_PAGES && waiting.size; page += 1) {
    const list = await bring(link.dataset.more + newest);
    const posts = [...list.children].filter((part) => isPost(part) && !isHere(part));
    line.after(...posts);
    if (BigInt(list.dataset.newest) > newest) newest = BigInt(list.dataset.newest);
    for (const id of waiting) if (BigInt(id) <= newest) waiting.delete(id);
    if (posts.length < AT_ONCE) waiting.clear();
  }
  if (waiting.size) {
    location.assign(link.href);
    return;
  }
  feed.querySelector(":scope > .mark.read")?.remove();
  feed.querySelector(":scope > .none")?.remove();
  if (before && isPost(before)) {
    const mark = document.createElement("p");
    mark.className = "mark read";
    mark.textContent = link.dataset.mark;
    before.before(mark);
  }
  show();
  added();
  const first = line.nextElementSibling;
  first.tabIndex = -1;
  first.focus({ preventScroll: true });
}

async function takeIn() {
  const last = await renew();
  if (last === null) {
    location.assign(link.href);
    return;
  }
  newest = last;
  waiting.clear();
  show();
}

link?.addEventListener("click", (event) => {
  if (!waiting.size || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  (talk ? takeIn() : take()).catch(() => location.assign(link.href));
});

// How far was read is told once the page is left.
function tell() {
  const address = feed?.dataset.read;
  if (!address || newest <= told) return;
  const csrf = document.querySelector("#act [name=csrf]").value;
  if (navigator.sendBeacon(address, new URLSearchParams({ csrf, home: newest }))) told = newest;
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) {
    tell();
    closing = setTimeout(close, HIDDEN_MS);
  } else {
    open();
  }
});
addEventListener("pagehide", () => { tell(); close(); });
addEventListener("pageshow", (event) => { if (event.persisted) open(); });
if (!document.hidden) open();
