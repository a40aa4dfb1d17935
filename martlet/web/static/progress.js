// A page on which something is being worked on is looked at again until it is done: its parts with `data-goes-on`, or all of it.
// The end is told to those who listen, too.
import { parse } from "./trusted.js";

const SOON = 2000, LATER = 10_000, PATIENCE = 30;
const told = document.createElement("p");
told.className = "vh";
told.setAttribute("role", "status");
document.body.append(told);

const isGoing = (part) => part.querySelector("progress[data-going]") !== null;

function put(before, part) {
  const focused = document.activeElement;
  const same = before.contains(focused) && [...part.querySelectorAll("a, button, summary")].find((one) => one.isEqualNode(focused));
  const hasEnded = isGoing(before) && !isGoing(part);
  before.replaceWith(part);
  if (same) same.focus({ preventScroll: true });
  if (hasEnded) told.textContent = part.querySelector("[data-outcome]")?.textContent ?? "";
}

async function look() {
  try {
    const answer = await fetch(location.href);
    if (!answer.ok) return;
    const page = parse(await answer.text());
    const parts = [...document.querySelectorAll("[data-goes-on]")];
    for (const before of parts.length ? parts : [document.querySelector("main")]) {
      const part = page.getElementById(before.id);
      if (part) put(before, part);
    }
    if (document.querySelector("[data-share-file]")) (await import("./share.js")).enliven();
  } catch {
    // no line: the next time
  }
}

async function goOn() {
  for (let n = 0; isGoing(document); n += 1) {
    await new Promise((done) => setTimeout(done, n < PATIENCE ? SOON : LATER));
    if (!document.hidden) await look();
  }
}

goOn();
