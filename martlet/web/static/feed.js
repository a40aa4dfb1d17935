// A list of posts goes on at its end without a new page, and the address bar keeps the place.
import { added, bring, feed, isHere, isPost } from "./list.js";

const MOST_PAGES = 10;
const FIRST = location.pathname + location.search;
const places = [];

function watch() {
  const link = feed.querySelector(":scope > .mark > a[rel=next]");
  if (!link || places.length >= MOST_PAGES) return;
  const watching = new IntersectionObserver(
    (seen) => {
      if (!seen.some((one) => one.isIntersecting)) return;
      watching.disconnect();
      goOn(link).catch(() => {});
    },
    { rootMargin: "0px 0px 1000px" },
  );
  watching.observe(link);
}

async function goOn(link) {
  feed.setAttribute("aria-busy", "true");
  try {
    const list = await bring(link.href);
    const parts = [...list.children].filter(
      (part) => (isPost(part) || part.matches(".mark")) && !part.querySelector(":scope > a[rel=prev]") && !isHere(part),
    );
    const hadFocus = document.activeElement === link;
    link.parentElement.replaceWith(...parts);
    if (hadFocus) parts[0]?.querySelector("a")?.focus({ preventScroll: true });
    places.push({ address: link.getAttribute("href"), first: parts[0] });
    history.scrollRestoration = "manual";
    added();
    watch();
  } finally {
    feed.removeAttribute("aria-busy");
  }
}

// After "back", the page of the address has the post that stood on top, and is shown from there.
function keepPlace() {
  if (!places.length) return;
  const top = [...feed.querySelectorAll("article[id]")].find((post) => post.getBoundingClientRect().bottom > 60);
  if (!top) return;
  const isPast = (place) => place.first && top.compareDocumentPosition(place.first) & Node.DOCUMENT_POSITION_PRECEDING;
  const page = places.findLast((place) => place.first === top || place.first?.contains(top) || isPast(place));
  const address = page ? page.address : FIRST;
  const state = { top: top.getBoundingClientRect().top };
  history.replaceState(state, "", scrollY > 200 ? `${address}#${top.id}` : address);
}

function goBack() {
  const post = location.hash && document.getElementById(location.hash.slice(1));
  if (!post || typeof history.state?.top !== "number") return;
  history.scrollRestoration = "manual";
  scrollTo({ top: scrollY + post.getBoundingClientRect().top - history.state.top, behavior: "instant" });
}

let timer = 0;
addEventListener("scroll", () => {
  clearTimeout(timer);
  timer = setTimeout(keepPlace, 200);
}, { passive: true });
feed.addEventListener("click", keepPlace, { capture: true });

goBack();
watch();
