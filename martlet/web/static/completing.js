// People, hashtags and emoji completed while a word is typed. The list belongs to the field that has the focus; arrows
// choose, Enter or Tab take what is chosen, Escape closes. Nothing happens while an input method puts characters together.
import { parse } from "./trusted.js";
import { fill } from "./saying.js";

const PAUSE = 180;
const WORD = /(?:^|[^\p{L}\p{N}_/@#:]|[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Hang}])([@#:][\p{L}\p{N}_][\p{L}\p{N}_.@-]{0,40})$/u;
const KEPT = new Map();

async function suggestions(address, word) {
  if (!KEPT.has(word)) {
    const answer = await fetch(`${address}?q=${encodeURIComponent(word)}`);
    if (!answer.ok) return [];
    if (KEPT.size > 200) KEPT.clear();
    KEPT.set(word, await answer.text());
  }
  return [...parse(KEPT.get(word)).querySelectorAll("[role=option]")];
}

// Where the caret is, seen from the field's upper corner: a copy of the field up to there is measured.
function caretOf(field) {
  const copy = document.createElement("div");
  const style = getComputedStyle(field);
  for (const name of ["font", "letterSpacing", "padding", "border", "boxSizing", "lineHeight", "direction"]) {
    copy.style[name] = style[name];
  }
  const isArea = field.tagName === "TEXTAREA";
  Object.assign(copy.style, {
    position: "absolute",
    visibility: "hidden",
    whiteSpace: isArea ? "pre-wrap" : "pre",
    overflowWrap: "anywhere",
    width: `${field.offsetWidth}px`,
  });
  copy.textContent = field.value.slice(0, field.selectionStart);
  const end = document.createElement("span");
  end.textContent = "\u200b";
  copy.append(end);
  document.body.append(copy);
  const place = { x: end.offsetLeft - field.scrollLeft, y: end.offsetTop + end.offsetHeight - field.scrollTop };
  copy.remove();
  return place;
}

export function complete(field, list, address) {
  const told = document.querySelector("[data-suggested]");
  let waiting = 0;
  let word = "";
  let chosen = -1;

  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", list.id);
  field.setAttribute("autocomplete", "off");

  function close() {
    clearTimeout(waiting);
    word = "";
    if (list.dataset.of !== field.id) return;
    list.hidden = true;
    list.replaceChildren();
    field.removeAttribute("aria-activedescendant");
  }

  function choose(place) {
    const options = [...list.children];
    chosen = (place + options.length) % options.length;
    for (const [n, one] of options.entries()) one.setAttribute("aria-selected", String(n === chosen));
    field.setAttribute("aria-activedescendant", options[chosen].id);
    options[chosen].scrollIntoView({ block: "nearest" });
  }

  function take(option) {
    const end = field.selectionStart;
    const text = `${option.dataset.text} `;
    field.setRangeText(text, end - word.length, end, "end");
    close();
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  async function suggest() {
    const asked = WORD.exec(field.value.slice(0, field.selectionStart))?.[1] ?? "";
    if (!asked) {
      close();
      return;
    }
    let found = [];
    try {
      found = await suggestions(address, asked);
    } catch {
      found = []; // no line: nothing is suggested
    }
    const isStill = WORD.exec(field.value.slice(0, field.selectionStart))?.[1] === asked;
    if (!isStill || document.activeElement !== field) return;
    if (!found.length || (found.length === 1 && found[0].dataset.text === asked)) {
      close();
      return;
    }
    word = asked;
    chosen = -1;
    field.removeAttribute("aria-activedescendant");
    list.dataset.of = field.id;
    list.replaceChildren(...found.map((one) => document.importNode(one, true)));
    list.hidden = false;
    const box = field.getBoundingClientRect();
    const { x, y } = caretOf(field);
    const above = list.offsetParent?.getBoundingClientRect() ?? { left: 0, top: 0 };
    const widest = document.documentElement.clientWidth - list.offsetWidth - 12;
    list.style.left = `${Math.max(8, Math.min(box.left + x, widest)) - above.left}px`;
    list.style.top = `${box.top + Math.min(y, field.offsetHeight) + 4 - above.top}px`;
    if (told) told.textContent = fill(told.dataset.suggested, { n: found.length });
  }

  field.addEventListener("input", (event) => {
    clearTimeout(waiting);
    if (!event.isComposing) waiting = setTimeout(suggest, PAUSE);
  });
  field.addEventListener("compositionend", () => {
    clearTimeout(waiting);
    waiting = setTimeout(suggest, PAUSE);
  });
  field.addEventListener("keydown", (event) => {
    if (event.isComposing || list.hidden || list.dataset.of !== field.id) return;
    if (event.key === "ArrowDown") choose(chosen + 1);
    else if (event.key === "ArrowUp") choose(chosen < 0 ? -1 : chosen - 1);
    else if (["Enter", "Tab"].includes(event.key) && chosen >= 0) take(list.children[chosen]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
  field.addEventListener("blur", () => setTimeout(close, 150));
  list.addEventListener("pointerdown", (event) => {
    const option = event.target.closest("[role=option]");
    if (!option || list.dataset.of !== field.id) return;
    event.preventDefault();
    take(option);
  });
  if (document.activeElement === field) suggest(); // a word begun before this script had come
}
