// How many characters are left, which language it seems to be, and who gets it: the server knows, and is asked in pauses.
import { fill } from "./saying.js";

const PAUSE = 700;
const FEW = 100;

export function look(form) {
  const { check, limit } = form.dataset;
  const field = (name) => form.elements.namedItem(name);
  const left = form.querySelector("[data-left]");
  const guess = form.querySelector("option[data-guess]");
  const strangers = form.querySelector("[data-strangers]");
  const button = form.querySelector("button[data-many]");
  const usual = new Map([...(button?.querySelectorAll(".as") ?? [])].map((one) => [one, one.textContent]));
  let waiting = 0;
  let asked = "";

  function tellLeft(n) {
    left.hidden = n >= FEW;
    left.classList.toggle("over", n < 0);
    const text = n >= FEW ? "" : fill(n < 0 ? left.dataset.none : left.dataset.some, { n: Math.abs(n) });
    if (left.textContent !== text) left.textContent = text;
  }

  function tellReaders(audience, n) {
    for (const [one, text] of usual) one.textContent = text;
    const one = button?.querySelector(`.as-${audience}`);
    if (!one || n === null) return;
    const { nobody, one: single, many } = button.dataset;
    one.textContent = n === 0 ? nobody : n === 1 ? single : fill(many, { n });
  }

  async function ask() {
    const audience = field("audience")?.value ?? "public";
    const body = new URLSearchParams();
    for (const name of ["csrf", "text", "warning", "circle", "reply"]) body.set(name, field(name)?.value ?? "");
    body.set("audience", audience);
    if (body.toString() === asked) return;
    asked = body.toString();
    try {
      const answer = await fetch(check, { method: "POST", body });
      if (!answer.ok) throw new Error(`${answer.status}`);
      const found = await answer.json();
      tellLeft(found.left);
      if (guess) {
        const { guess: sentence, unknown } = guess.dataset;
        guess.textContent = found.language_name ? fill(sentence, { language: found.language_name }) : unknown;
      }
      if (found.language) field("text").lang = found.language;
      if (strangers) {
        const names = found.strangers.map((one) => `@${one}`).join(" ");
        strangers.hidden = !names;
        strangers.textContent = names ? fill(strangers.dataset.strangers, { names }) : "";
      }
      tellReaders(audience, found.readers);
    } catch {
      asked = "";
      tellLeft(limit - [...field("text").value].length);
    }
  }

  function later() {
    clearTimeout(waiting);
    waiting = setTimeout(ask, PAUSE);
  }
  form.addEventListener("input", later);
  form.addEventListener("change", later);
  if (field("text").value.trim()) later();
}
