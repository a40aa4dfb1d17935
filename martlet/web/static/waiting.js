// On every page for members: how much waits in the outbox, which buttons stand for something that waits; and it is sent.
import * as outbox from "./outbox.js";

const link = document.querySelector("[data-outbox]");
const account = link?.dataset.outbox;
const LATER = new Set(["like", "boost", "save", "follow"].flatMap((name) => [name, `un${name}`]));
const VOTE = "vote";
const FORMS = new Set(["/act", "/act/person", "/act/tag"]);

const addressOf = (form) => form.getAttribute("action");
const opposite = (name) => (name.startsWith("un") ? name.slice(2) : `un${name}`);
const turned = (name) => (name === VOTE ? VOTE : opposite(name));

function mark(button) {
  button.name = turned(button.name);
  if (button.name !== VOTE) button.setAttribute("aria-pressed", String(button.name.startsWith("un")));
  if (button.classList.toggle("later")) {
    const sign = document.createElement("span");
    const words = document.createElement("span");
    sign.className = "wait";
    words.className = "vh";
    words.textContent = ` (${link.dataset.later})`;
    sign.append(link.querySelector("svg").cloneNode(true), words);
    button.append(sign);
  } else unmark(button);
}

function unmark(button) {
  button.classList.remove("later");
  button.querySelector(".wait")?.remove();
}

// What is chosen of a poll: its fields belong to the one form of the page.
function chosenBy(button) {
  const fields = [...button.form.elements].filter((one) => one.name.startsWith(`choice-${button.value}-`) && one.checked);
  return { more: fields.map((one) => [one.name, one.value]), words: fields.map((one) => one.labels[0].textContent.trim()) };
}

// Whether it could be kept for later. What is no like, boost, mark, vote or follow cannot.
export async function putOff(button) {
  const form = button?.form;
  const isVote = button?.name === VOTE;
  if (!account || !form || !(LATER.has(button.name) || isVote) || !FORMS.has(addressOf(form))) return false;
  const chosen = isVote ? chosenBy(button) : { more: [], words: [] };
  if (isVote && !chosen.more.length) return false;
  try {
    const said = button.textContent.replace(/\s+/g, " ").replace(/ :/g, ":").trim();
    const done = [said, chosen.words.join(", ")].filter(Boolean).join(": ");
    const isUndoing = button.name.startsWith("un") && (button.getAttribute("aria-pressed") === "true" || "on" in button.dataset);
    const words = isUndoing ? link.dataset.undoing.replace("{words}", () => done) : done;
    await outbox.addAct(account, addressOf(form), button.name, button.value, words, chosen.more);
  } catch {
    return false;
  }
  if (button.isConnected && !(isVote && button.classList.contains("later"))) mark(button);
  askForSync();
  return true;
}

export async function askForSync() {
  const registration = await navigator.serviceWorker?.getRegistration();
  await registration?.sync?.register("outbox").catch(() => {});
}

// What cannot be sent, the service worker may leave at a mirror.
export async function sendAll() {
  if (await outbox.send()) return;
  const registration = await navigator.serviceWorker?.getRegistration();
  registration?.active?.postMessage("leave");
}

async function show() {
  const all = await outbox.entries();
  const own = all.filter((one) => one.account === account);
  if (link) {
    link.hidden = !own.length;
    link.classList.toggle("bad", own.some((one) => one.state === "refused"));
    link.querySelector("b").textContent = own.length;
    const acts = own.filter((one) => one.kind === "act" && one.state !== "refused").map((one) => one.fields[0]);
    for (const button of document.querySelectorAll("button.later")) {
      if (!acts.some(([name, value]) => value === button.value && turned(name) === button.name)) unmark(button);
    }
    for (const [name, value] of acts) {
      for (const button of document.querySelectorAll(`button[name="${name}"][value="${CSS.escape(value)}"]`)) {
        if (!button.classList.contains("later")) mark(button);
      }
    }
  }
  for (const line of document.querySelectorAll("[data-waits]")) {
    line.hidden = !all.length;
    line.querySelector("p").textContent = line.dataset.waits.replace("{n}", all.length);
  }
}

const quietly = (act) => act().catch(() => {});
outbox.listen(() => quietly(show));
document.addEventListener("posts:added", () => quietly(show));
quietly(show);
if (account) {
  addEventListener("online", () => quietly(sendAll));
  quietly(sendAll);
}
