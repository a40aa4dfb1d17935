// The form that has this browser told of news: asked for leave only when its button is pressed.
import { worker } from "./trusted.js";

const form = document.querySelector("form[data-push]");
const fault = form.querySelector("[role=alert]");
const button = form.querySelector("button.go");
const key = Uint8Array.from(atob(form.dataset.push.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));

function complain(text) {
  fault.textContent = text;
  fault.hidden = false;
  button.disabled = false;
}

async function subscription() {
  const registration = await navigator.serviceWorker.register(worker, { scope: "/" });
  await navigator.serviceWorker.ready;
  const { pushManager } = registration;
  try {
    return await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  } catch (error) {
    const old = error.name === "InvalidStateError" && (await pushManager.getSubscription()); // made for another key
    if (!old) throw error;
    await old.unsubscribe();
    return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  }
}

async function fillIn() {
  if ((await Notification.requestPermission()) !== "granted") {
    complain(form.dataset.denied);
    return;
  }
  const { endpoint, keys } = (await subscription()).toJSON();
  for (const [name, value] of Object.entries({ endpoint, ...keys })) form.elements.namedItem(name).value = value;
  form.submit();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  button.disabled = true;
  fault.hidden = true;
  fillIn().catch(() => complain(form.dataset.failed));
});

// Off here, whatever becomes of the line to the server.
document.querySelector("form[data-push-off]")?.addEventListener("submit", async (event) => {
  const { target } = event;
  event.preventDefault();
  const registration = await navigator.serviceWorker.getRegistration();
  await (await registration?.pushManager.getSubscription())?.unsubscribe().catch(() => {});
  target.submit();
});

if (globalThis.PushManager && globalThis.Notification && navigator.serviceWorker) {
  button.disabled = false;
  document.querySelector("[data-push-none]").hidden = true;
}
