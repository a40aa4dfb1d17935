// Pages are whole without script; this makes them quicker. Each part is brought only where a page has its element.
import "./trusted.js";

const PARTS = [
  ["main time", () => import("./times.js")],
  ["#act", () => import("./acting.js")],
  ["[data-answer]", () => import("./answering.js")],
  ["[data-talk]", () => import("./newly.js")],
  ["[data-beside]", () => import("./beside.js")],
  ["[data-feed]", () => import("./feed.js")],
  ["form[data-swap]", () => import("./swapping.js")],
  ["[data-keys]", () => import("./keys.js")],
  ["[data-live]", () => import("./live.js")],
  ["form[data-push]", () => import("./push.js")],
  ["form[data-passkey]", () => import("./passkeys.js")],
  ["[data-root-key]", () => import("./rootkey.js")],
  ["[data-offline]", () => import("./device.js")],
  ["[data-carrying]", () => import("./carrying.js")],
  ["progress[data-going]", () => import("./progress.js")],
  ["[data-reader]", () => import("./reader.js")],
  ["[data-outbox], [data-waits]", () => import("./waiting.js")],
  ["[data-outgoing]", () => import("./outgoing.js")],
  ["[data-share], [data-share-file]", () => import("./share.js")],
  ["[data-arrange]", () => import("./arrange.js")],
  ["[data-batches]", () => import("./batches.js")],
  ["[data-compose]", () => import("./writing.js")],
  ["[data-sent], .say[role=status]", () => import("./sent.js")],
  ["[data-zone]", () => import("./zones.js")],
  ["[data-suggest]", () => import("./search.js")],
];

// Of a row that is wider than the screen, the part where somebody is must be in sight.
for (const here of document.querySelectorAll(":is(.tabs, .views) > [aria-current]")) {
  const row = here.parentElement.getBoundingClientRect(), own = here.getBoundingClientRect();
  if (own.left < row.left || own.right > row.right)
    here.parentElement.scrollLeft += own.left + own.width / 2 - row.left - row.width / 2;
}

for (const [selector, bring] of PARTS) {
  if (document.querySelector(selector)) bring().catch(() => {});
}
