// For members: has the service worker look after what they opened, and says of a page that comes from it since when.
import { medium } from "./dates.js";
import { worker } from "./trusted.js";

const box = document.querySelector("[data-offline]");
const at = Number(document.documentElement.dataset.keptAt);
if (at) {
  box.querySelector("p").textContent = box.dataset.offline.replace("{time}", medium.format(at));
  box.hidden = false;
}

navigator.serviceWorker?.register(worker, { scope: "/" }).catch(() => {});

// Once a day the keys of people one follows: with them a file can be checked when nobody can be asked any more.
const LEARNT = "martlet.keys", DAY = 86_400_000;

async function learn() {
  if (!(Date.now() - Number(localStorage.getItem(LEARNT)) > DAY)) return;
  const { askForKeys } = await import("./carried.js");
  if (await askForKeys()) localStorage.setItem(LEARNT, String(Date.now()));
}

if (document.querySelector("[data-outbox]")) learn().catch(() => {});
