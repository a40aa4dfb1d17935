// Single keys, for those who asked for them in their settings: j and k from post to post, r answers, ? lists them.
const list = document.querySelector("[data-keys]");
list.querySelector("button").addEventListener("click", () => list.close());
const posts = () => [...document.querySelectorAll("main article")];

function go(step) {
  const all = posts();
  const now = all.indexOf(document.activeElement?.closest("article"));
  const seen = all.findIndex((post) => post.getBoundingClientRect().bottom > 80);
  const next = all[now < 0 ? seen : now + step];
  if (!next) return;
  next.tabIndex = -1;
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}

const KEYS = {
  j: () => go(1),
  k: () => go(-1),
  r: () => document.activeElement?.closest("article")?.querySelector(".acts a[href$='#answer']")?.click(),
  "?": () => list.showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || list.open) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  const press = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!press) return;
  event.preventDefault();
  press();
});
