// A conversation that was read on this device before: what came since has a sign, and a button leads from answer to answer.
const KEY = "martlet.threads";
const MOST = 200;
const ENOUGH = 4;
const BELOW_TOP = 24;

const talk = document.querySelector("[data-talk]");
const texts = talk.dataset;
const idOf = (post) => BigInt(post.id.slice(2));
const answers = () => [...talk.querySelectorAll("article[id]")];

const quietly = (act) => {
  try {
    return act();
  } catch {
    return null; // the browser keeps nothing, or has no room
  }
};

// Which answer was the newest when this page was last open; keeps which one is now.
function remember() {
  const read = new Map(quietly(() => JSON.parse(localStorage.getItem(KEY))) ?? []);
  const before = quietly(() => BigInt(read.get(location.pathname)));
  const newest = [BigInt(texts.newest), ...answers().map(idOf)].reduce((a, b) => (a > b ? a : b));
  read.delete(location.pathname);
  read.set(location.pathname, String(newest));
  quietly(() => localStorage.setItem(KEY, JSON.stringify([...read].slice(-MOST))));
  return before;
}

function mark(before) {
  const you = document.querySelector(".nav li:last-child a")?.getAttribute("href");
  const isOwn = (post) => post.querySelector(".by .nm")?.getAttribute("href") === you;
  const come = answers().filter((post) => idOf(post) > before && !isOwn(post));
  if (!come.length) return;
  for (const post of come) post.classList.add("come");
  const sign = document.createElement("p");
  sign.id = "new";
  sign.className = "newly";
  sign.textContent = texts.since;
  come[0].querySelector(".by").after(sign);
  const link = document.createElement("a");
  link.href = "#new";
  link.textContent = come.length === 1 ? texts.one : texts.many.replace("{n}", come.length);
  document.querySelector("#answers").append(link);
  if (location.hash === "#new") sign.scrollIntoView();
}

const next = () =>
  [...talk.querySelectorAll(":scope > article, .run > article:first-child")].find(
    (post) => post.getClientRects().length && post.getBoundingClientRect().top > BELOW_TOP,
  );

function lead() {
  const button = document.querySelector("[data-next]");
  const show = () => { button.hidden = answers().length < ENOUGH || !next(); };
  button.addEventListener("click", () => {
    const post = next();
    if (!post) return;
    post.tabIndex = -1;
    post.focus({ preventScroll: true });
    post.scrollIntoView({ block: "start" });
  });
  document.addEventListener("scroll", show, { passive: true });
  show();
}

const before = remember();
if (before) mark(before);
lead();
document.addEventListener("posts:added", remember);
