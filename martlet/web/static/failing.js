// What did not work is said in words, next to what was pressed.
import { parse } from "./trusted.js";

const lines = new WeakMap();

export function say(part, text) {
  lines.get(part)?.remove();
  if (!text) return;
  const line = document.createElement("p");
  line.className = "err acting";
  line.setAttribute("role", "alert");
  line.textContent = text;
  part.after(line);
  lines.set(part, line);
}

// The sentence of a page that was answered in place of what was asked for.
export async function reason(response) {
  const page = parse(await response.text());
  return (page.querySelector(".say p, .lede p") ?? page.querySelector("h1"))?.textContent ?? "";
}

export const unreachable = () => document.querySelector("[data-failed]")?.dataset.failed ?? "";
