// The list of posts on a page, and the same list as another page has it.
import { parse } from "./trusted.js";

export const feed = document.querySelector("[data-feed]");

export async function bring(address) {
  const answer = await fetch(address, { headers: { accept: "text/html" } });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return parse(await answer.text()).querySelector("[data-feed]");
}

// Told to whoever does something with each post of the page.
export const added = () => document.dispatchEvent(new Event("posts:added"));

export const isPost = (part) => part.matches("article, details");

export function isHere(part) {
  const post = part.matches("article") ? part : part.querySelector("article");
  return Boolean(post?.id && document.getElementById(post.id));
}
