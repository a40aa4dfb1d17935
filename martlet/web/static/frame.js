// In a frame on somebody else's page: tells that page how high this one is, once it asks, and whenever that changes.
let asked = null;

function tell() {
  if (asked === null) return;
  const height = Math.ceil(document.documentElement.getBoundingClientRect().height);
  parent.postMessage({ type: "setHeight", id: asked, height }, "*");
}

addEventListener("message", (event) => {
  if (event.source !== parent || event.data?.type !== "setHeight") return;
  asked = event.data.id ?? 0;
  tell();
});
new ResizeObserver(tell).observe(document.documentElement);
