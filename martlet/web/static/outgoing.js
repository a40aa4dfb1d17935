// The page of the outbox: what waits, what is on its way, what could not be sent and why.
import { forgetSent } from "./drawer.js";
import { medium } from "./dates.js";
import * as outbox from "./outbox.js";
import { isTooLarge } from "./sealing.js";

const box = document.querySelector("[data-outgoing]");
const list = box.querySelector("ol");
const pattern = box.querySelector("template");
const texts = box.dataset;

if (new URLSearchParams(location.search).has("queued")) forgetSent();

function stateOf(entry) {
  if (entry.state === "sending") return texts.sending;
  if (entry.state === "waiting" && entry.left) return texts.left;
  if (entry.state === "waiting" && entry.status === 429) return texts.slowly;
  if (entry.state === "waiting") return isTooLarge(entry) ? `${texts.waiting} ${texts.large}` : texts.waiting;
  return `${texts.refused} ${entry.reason || { 0: texts.changed, 404: texts.gone, 410: texts.gone }[entry.status] || texts.unknown}`;
}

const isPost = (entry) => entry.kind === "post" && entry.fields.some(([name, value]) => name === "do" && value === "send");

function lineOf(entry, place, all) {
  const line = pattern.content.firstElementChild.cloneNode(true);
  const part = (name) => line.querySelector(`[data-${name}]`);
  line.dataset.entry = entry.id;
  line.dataset.state = entry.state;
  part("said").textContent = stateOf(entry);
  part("at").textContent = medium.format(entry.at);
  const words = entry.words || texts.wordless;
  part("words").textContent = entry.kind === "edit" && !entry.now ? `${texts.changing} ${words}` : words;
  part("now").textContent = entry.now ? [entry.now.warning, entry.now.text].filter(Boolean).join("\n\n") || texts.wordless : "";
  for (const one of line.querySelectorAll("[data-conflict]")) one.hidden = !entry.now;
  const before = all.find((one) => one.id === entry.after);
  part("answers").textContent = before ? texts.answers.replace("{words}", () => before.words || texts.wordless) : "";
  const { length } = entry.files;
  if (length) part("files").textContent = texts.files.replace("{n}", length);
  const isStill = entry.state !== "sending";
  const isHere = isStill && !(entry.state === "waiting" && entry.left); // else the server may have it already
  part("again").hidden = entry.state !== "refused" || Boolean(entry.now);
  part("change").hidden = !isHere || entry.kind === "act";
  part("change").href = `${entry.address}#outbox-${entry.id}`;
  part("answer").hidden = !isStill || !isPost(entry);
  part("answer").href += `#after-${entry.id}`;
  part("throw").hidden = !isHere || Boolean(entry.now);
  return line;
}

async function show() {
  const all = await outbox.entries();
  const own = all.filter((one) => one.account === texts.outgoing);
  const focused = document.activeElement?.closest("[data-entry]")?.dataset.entry;
  list.replaceChildren(...own.map(lineOf));
  box.querySelector("[data-none]").hidden = own.length > 0;
  box.querySelector("[data-others]").hidden = own.length === all.length;
  if (focused) (list.querySelector(`[data-entry="${focused}"] .btn:not([hidden])`) ?? box.querySelector("h2")).focus();
}

list.addEventListener("click", async (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const id = Number(button.closest("[data-entry]").dataset.entry);
  if (button.matches("[data-throw]") && !button.dataset.asked) {
    button.dataset.asked = "1";
    button.textContent = texts.sure;
  } else if (button.matches("[data-throw], [data-theirs]")) {
    await outbox.drop(id);
  } else {
    const entry = await outbox.find(id);
    const after = entry && (await outbox.find(entry.after ?? 0)) ? entry.after : undefined; // else it goes out by itself
    if (entry) await outbox.keep({ ...entry, after, state: "waiting", status: 0, tries: 0, now: null });
    await outbox.send();
  }
});

outbox.listen(show);
addEventListener("online", () => (document.querySelector("[data-offline]").hidden = true));
show().catch(() => (box.querySelector("[data-nowhere]").hidden = false));
