// What is done with a post changes that part of the page alone. The form, its address and its fields stay the same.
import { reason, say, unreachable } from "./failing.js";
import { putOff } from "./waiting.js";

const form = document.querySelector("#act");
form.setAttribute("hx-sync", "queue all");

form.addEventListener("submit", (event) => {
  const pressed = event.submitter;
  const part = pressed?.closest(".acts, fieldset.poll");
  if (!part || !globalThis.htmx) return;
  event.preventDefault();
  const values = Object.fromEntries(new FormData(form, pressed));
  const place = [...part.children].indexOf(pressed);
  const post = part.closest("article");
  say(part, "");
  htmx
    .ajax("POST", form.getAttribute("action"), { source: form, target: part, swap: "outerMorph", values, part, pressed })
    .then(() => {
      const changed = part.isConnected ? part : post?.querySelector(".poll-done");
      if (!changed || document.activeElement !== document.body) return;
      (changed.children[place] ?? changed).focus({ preventScroll: true });
    });
});

form.addEventListener("htmx:before:response", (event) => {
  const { ctx } = event.detail;
  if (ctx.response.status < 400 && !ctx.response.raw.redirected) return;
  event.preventDefault();
  reason(ctx.response.raw).then((text) => say(ctx.part, text || unreachable()));
});
form.addEventListener("htmx:error", async (event) => {
  const { part, pressed } = event.detail.ctx;
  if (!(await putOff(pressed))) say(part, unreachable());
});
