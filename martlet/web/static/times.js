// Pages are the same for everybody, so their times are days, or in UTC. Here they become the reader's own:
// "5 min. ago" where a post was written lately, and the reader's clock where an hour is said.
import { language } from "./dates.js";

const whole = new Intl.DateTimeFormat(language, { dateStyle: "full", timeStyle: "short" });
const moment = new Intl.DateTimeFormat(language, { dateStyle: "long", timeStyle: "short" });
const ago = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "short" });
const MINUTE = 60, HOUR = 60 * MINUTE, DAY = 24 * HOUR;

function since(seconds) {
  if (seconds < MINUTE) return ago.format(0, "second");
  if (seconds < HOUR) return ago.format(-Math.floor(seconds / MINUTE), "minute");
  return ago.format(-Math.floor(seconds / HOUR), "hour");
}

function say(time) {
  const at = new Date(time.dateTime);
  const seconds = (Date.now() - at) / 1000;
  time.dataset.day ??= time.textContent;
  time.title = whole.format(at);
  if (time.dataset.day.endsWith("UTC")) time.textContent = moment.format(at);
  else if (time.closest(".when")) time.textContent = seconds >= 0 && seconds < DAY ? since(seconds) : time.dataset.day;
}

function sayAll() {
  document.querySelectorAll("main time[datetime]").forEach(say);
}

sayAll();
document.addEventListener("posts:added", sayAll);
setInterval(() => document.hidden || sayAll(), MINUTE * 1000);
document.addEventListener("visibilitychange", () => document.hidden || sayAll());
new MutationObserver((changes) => {
  for (const { addedNodes } of changes)
    for (const one of addedNodes)
      if (one.nodeType === Node.ELEMENT_NODE)
        (one.matches("time[datetime]") ? [one] : one.querySelectorAll("time[datetime]")).forEach(say);
}).observe(document.querySelector("main"), { childList: true, subtree: true });
