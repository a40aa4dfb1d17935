// What stands beside a list is asked for only where there is room for it: phones never ask, and no list waits for it.
import { parse } from "./trusted.js";

const place = document.querySelector("[data-beside]");
const isWide = matchMedia("(min-width:1120px)");

async function ask() {
  if (!isWide.matches) return;
  isWide.removeEventListener("change", ask);
  try {
    const answer = await fetch(place.dataset.beside, { headers: { "hx-request": "true" } });
    if (answer.ok) place.replaceChildren(...parse(await answer.text()).body.children);
  } catch {
    // The link that stands there leads to the same.
  }
}

isWide.addEventListener("change", ask);
ask();
