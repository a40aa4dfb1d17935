// What is told to everybody, those who listen included: the page's own sentences, with what is missing in them.
export const fill = (sentence, values) =>
  (sentence ?? "").replace(/\{(\w+)\}/g, (whole, name) => values[name]?.toLocaleString(document.documentElement.lang) ?? whole);

export function say(form, text) {
  const line = form.querySelector("[data-telling]");
  if (line) line.textContent = text;
}
