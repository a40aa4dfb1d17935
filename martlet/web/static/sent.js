// What was sent needs no draft on this device any more; and for some seconds it can be taken back.
import { forgetSent } from "./drawer.js";

const DONE = new Set(["posted", "draft_kept", "scheduled", "post_edited"]);
const query = new URLSearchParams(location.search);
if (query.has("sent") || DONE.has(query.get("done"))) forgetSent();

export function goesOut(held) {
  setTimeout(() => {
    held.querySelector("button").remove();
    held.querySelector("p").textContent = held.dataset.out;
  }, Number(held.dataset.seconds) * 1000);
}

const held = document.querySelector("[data-sent]");
if (held) goesOut(held);
