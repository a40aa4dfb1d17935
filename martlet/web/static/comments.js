// For other people's pages: loaded there with data-url, it shows the conversation about
// the page in a frame, as high as it is. See docs/guide/comments.md.
(() => {
  "use strict";
  const me = document.currentScript;
  if (!me) return;
  const { url, post, lang, theme, title } = me.dataset;
  const asked = new URLSearchParams();
  if (post) asked.set("post", post);
  else asked.set("url", url || document.querySelector('link[rel="canonical"]')?.href || location.href.split("#")[0]);
  if (lang || document.documentElement.lang) asked.set("lang", lang || document.documentElement.lang);
  if (theme) asked.set("theme", theme);

  const frame = document.createElement("iframe");
  frame.src = `${new URL(me.src).origin}/comments?${asked}`;
  frame.title = title || "Comments";
  frame.loading = "lazy";
  frame.referrerPolicy = "origin";
  Object.assign(frame.style, { width: "100%", height: "400px", border: "0" });
  frame.addEventListener("load", () => frame.contentWindow.postMessage({ type: "setHeight", id: 0 }, "*"));
  addEventListener("message", (event) => {
    if (event.source !== frame.contentWindow || event.data?.type !== "setHeight") return;
    const height = Number(event.data.height);
    if (height > 0) frame.style.height = `${Math.min(height, 20000)}px`;
  });
  me.after(frame);
})();
