// A form with `data-swap` (a selector) changes that part of its page alone: its answer leads to the page as it is then.
import { reason, say, unreachable } from "./failing.js";
import { putOff } from "./waiting.js";

const isMeant = (form) => form instanceof HTMLFormElement && Boolean(form.dataset.swap) && Boolean(globalThis.htmx);

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!isMeant(form) || event.defaultPrevented) return;
  event.preventDefault();
  say(form, "");
  const values = Object.fromEntries(new FormData(form, event.submitter));
  const part = form.dataset.swap;
  htmx.ajax("POST", form.getAttribute("action"), { source: form, target: part, select: part, swap: "outerMorph", values, pressed: event.submitter });
});

document.addEventListener("htmx:before:response", (event) => {
  const form = event.target;
  if (!isMeant(form)) return;
  const { raw, status } = event.detail.ctx.response;
  if (status >= 400) {
    event.preventDefault();
    reason(raw).then((text) => say(form, text || unreachable()));
  } else if (new URL(raw.url).pathname !== location.pathname) {
    event.preventDefault();
    location.assign(raw.url);
  }
});
document.addEventListener("htmx:error", async (event) => {
  if (isMeant(event.target) && !(await putOff(event.detail.ctx.pressed))) say(event.target, unreachable());
});
