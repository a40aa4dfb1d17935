// A form to write in, without a line: it goes to the outbox, with its files; and what waits there can be changed in it.
import { forgetSent } from "./drawer.js";
import * as outbox from "./outbox.js";
import { say } from "./saying.js";
import { askForSync } from "./waiting.js";

const isKept = Boolean(document.documentElement.dataset.keptAt);

export function postpone(form, files, fillIn) {
  const { outboxFull } = form.dataset;
  const key = form.elements.namedItem("key");
  if (!outboxFull || !key) return;
  let changed, after;
  const address = new URL(form.action).pathname;

  // A page from this device has the key of all that was written in it before.
  if (isKept) key.value = crypto.randomUUID();

  const isOffline = () => !navigator.onLine || (changed ?? after) !== undefined || Boolean(files?.hasLater());
  const show = () => form.classList.toggle("offline", isOffline() || isKept);
  addEventListener("online", show);
  addEventListener("offline", show);
  form.addEventListener("change", show);
  show();

  form.addEventListener("submit", async (event) => {
    if (event.defaultPrevented || !isOffline()) return;
    event.preventDefault();
    try {
      await navigator.storage?.persist?.();
      await outbox.addPost(new FormData(form, event.submitter), files?.later ?? new Map(), address, { id: changed, after });
    } catch {
      say(form, outboxFull);
      return;
    }
    forgetSent();
    await askForSync();
    location.assign("/outbox?queued");
  });

  const [, act, id] = /^#(outbox|after)-(\d+)$/.exec(location.hash) ?? [];
  if (id) (act === "after" ? answer : open)(Number(id)).catch(() => {});
  else if (form.elements.namedItem("base")) goOn().catch(() => {});

  // What waits already is what this post shall say.
  async function goOn() {
    const waiting = outbox.editOf(await outbox.entries(), form.dataset.account, address);
    if (waiting && !waiting.now) await open(waiting.id);
  }

  // It answers what waits itself, and so waits in the outbox too, for as long as that does.
  async function answer(which) {
    const entry = await outbox.find(which);
    if (entry?.account !== form.dataset.account) return;
    if (entry.state === "sent") {
      location.replace(`${address}?reply=${entry.post}`);
      return;
    }
    after = which;
    const note = document.querySelector("[data-after]");
    note.querySelector("p").textContent = note.dataset.after.replace("{words}", () => entry.words);
    note.hidden = false;
    for (const [name, value] of entry.fields.filter(([one]) => ["audience", "circle"].includes(one))) {
      for (const one of form.querySelectorAll(`[name="${name}"]`)) {
        if (one.type === "radio") one.checked = one.value === (value === "public" ? "unlisted" : value); // in public it is quiet
        else one.value = value;
        one.dispatchEvent(new Event("change", { bubbles: true }));
      }
    }
    show();
  }

  // While it is being changed it is not sent.
  async function open(which) {
    const entry = await outbox.find(which);
    if (!entry || entry.account !== form.dataset.account || ["sending", "sent"].includes(entry.state)) return;
    if (entry.state === "waiting" && entry.left) return;
    await outbox.keep({ ...entry, state: "refused" });
    changed = which;
    after = entry.after;
    for (const { place, blob, name } of entry.files) files?.place(place, blob, name);
    const there = entry.fields.map(([name]) => /^said-(\d+)$/.exec(name)?.[1]).filter(Boolean);
    await files?.bringBack(there);
    fillIn(form, entry.fields);
    for (const name of ["key", "base"]) {
      const field = form.elements.namedItem(name);
      if (field) field.value = entry.fields.find(([one]) => one === name)[1];
    }
    for (const [name, value] of entry.fields) {
      if (name === "do" || new FormData(form).getAll(name).some((one) => one === value)) continue;
      const field = document.createElement("input");
      Object.assign(field, { type: "hidden", name, value });
      form.append(field);
    }
    show();
  }
}
