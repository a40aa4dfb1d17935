// On every page for members: how much waits in the outbox, which buttons stand for something that waits; and it is sent.
import * as outbox from "./outbox.js";

const link = document.querySelector("[data-outbox]");
const account = link?.dataset.outbox;
const LATER = new Set(["like", "boost", "save", "follow"].flatMap((name) => [name, `un${name}`]));
const FORMS = new Set(["/act", "/act/person"]);

const addressOf = (form) => form.getAttribute("action");
const opposite = (name) => (name.startsWith("un") ? name.slice(2) : `un${name}`);

function mark(button) {
  button.name = opposite(button.name);
  button.setAttribute("aria-pressed", String(button.name.startsWith("un")));
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

// Whether it could be kept for later. What is no like, boost, mark or follow cannot.
export async function putOff(button) {
  const form = button?.form;
  if (!account || !form || !LATER.has(button.name) || !FORMS.has(addressOf(form))) return false;
  try {
    const words = button.textContent.replace(/\s+/g, " ").replace(/ :/g, ":").trim();
    await outbox.addAct(account, addressOf(form), button.name, button.value, words);
  } catch {
    return false;
  }
  if (button.isConnected) mark(button);
  askForSync();
  return true;
}

export async function askForSync() {
  const registration = await navigator.serviceWorker?.getRegistration();
  await registration?.sync?.register("outbox").catch(() => {});
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
      if (!acts.some(([name, value]) => value === button.value && opposite(name) === button.name)) unmark(button);
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
  addEventListener("online", () => quietly(outbox.send));
  quietly(outbox.send);
}
