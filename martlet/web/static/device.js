// For members: has the service worker look after what they opened, and says of a page that comes from it since when.
import { worker } from "./trusted.js";

const box = document.querySelector("[data-offline]");
const at = Number(document.documentElement.dataset.keptAt);
if (at) {
  const form = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
  box.querySelector("p").textContent = box.dataset.offline.replace("{time}", form.format(at));
  box.hidden = false;
}

navigator.serviceWorker?.register(worker, { scope: "/" }).catch(() => {});
