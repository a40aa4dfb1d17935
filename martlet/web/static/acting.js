// What is done with a post changes that part of the page alone. The form, its address and its fields stay the same.
const form = document.querySelector("#act");
form.setAttribute("hx-sync", "queue all");
const failures = new Map();

function say(part, text) {
  failures.get(part)?.remove();
  if (!text) return;
  const line = document.createElement("p");
  line.className = "err acting";
  line.setAttribute("role", "alert");
  line.textContent = text;
  part.after(line);
  failures.set(part, line);
}

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
    .ajax("POST", form.action, { source: form, target: part, swap: "outerMorph", values, part })
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
  ctx.response.raw.text().then(async (html) => {
    const { parse } = await import("./trusted.js");
    const page = parse(html);
    const told = page.querySelector(".say p, .lede p") ?? page.querySelector("h1");
    say(ctx.part, told?.textContent ?? form.dataset.failed);
  });
});
form.addEventListener("htmx:error", (event) => say(event.detail.ctx.part, form.dataset.failed));
