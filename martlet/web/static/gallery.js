// One picture: the arrow keys and a swipe lead to its neighbours, which are links anyway.
const page = document.querySelector("[data-gallery]");
const isRightToLeft = getComputedStyle(page).direction === "rtl";

function go(relation) {
  const link = page.querySelector(`a[rel=${relation}]`);
  if (link) location.assign(link.href);
}

function towards(isLeft) {
  go(isLeft === isRightToLeft ? "next" : "prev");
}

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (event.target.closest("video, input, textarea, select")) return;
  if (event.key === "ArrowLeft" || event.key === "ArrowRight") towards(event.key === "ArrowLeft");
});

let from = null;
page.addEventListener("pointerdown", (event) => {
  from = event.pointerType === "touch" && event.isPrimary ? { x: event.clientX, y: event.clientY } : null;
});
page.addEventListener("touchend", (event) => {
  const to = event.changedTouches[0];
  if (!from || event.touches.length || (window.visualViewport && visualViewport.scale > 1)) return;
  const x = to.clientX - from.x, y = to.clientY - from.y;
  from = null;
  if (Math.abs(x) > 60 && Math.abs(x) > 2 * Math.abs(y)) towards(x > 0);
}, { passive: true });

// The next one is there when it is asked for.
const next = page.querySelector("a[rel=next]");
if (next) {
  const hint = document.createElement("link");
  hint.rel = "prefetch";
  hint.href = next.href;
  document.head.append(hint);
}
