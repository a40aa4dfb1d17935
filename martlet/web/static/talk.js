// An open conversation takes in what has come meanwhile: where it belongs, with a sign, and nothing else moves.
import { added } from "./list.js";
import { parse } from "./trusted.js";

export const talk = document.querySelector("[data-talk]");

const keyOf = (part) => part.closest(".run")?.querySelector("article[id]")?.id;

// What is typed below a post, and what was folded, stays so.
function carryOver(fresh) {
  for (const form of talk.querySelectorAll("form.in-place")) {
    fresh.querySelector(`#${form.closest("article").id}`)?.append(form);
  }
  const folded = new Set([...talk.querySelectorAll("details.forks:not([open])")].map(keyOf));
  for (const one of fresh.querySelectorAll("details.forks")) if (folded.has(keyOf(one))) one.open = false;
}

// Returns the newest post that is here now, null where nothing came to this page.
export async function renew() {
  const answer = await fetch(location.pathname + location.search, { headers: { accept: "text/html" } });
  if (!answer.ok || answer.redirected) throw new Error(`${answer.status}`);
  const page = parse(await answer.text());
  const fresh = page.querySelector("[data-talk]");
  const before = new Set([...talk.querySelectorAll("article[id]")].map((one) => one.id));
  const come = [...fresh.querySelectorAll("article[id]")].filter((one) => !before.has(one.id));
  if (!come.length) return null;
  for (const one of come) one.classList.add("come");
  carryOver(fresh);
  talk.replaceChildren(...fresh.childNodes);
  document.querySelector("#answers").replaceWith(page.querySelector("#answers"));
  added();
  come[0].tabIndex = -1;
  come[0].focus({ preventScroll: true });
  come[0].scrollIntoView({ block: "nearest" });
  return BigInt(fresh.dataset.newest);
}
