// In which form dates are said: as the pages write them, 22 November 2026.
const lang = document.documentElement.lang;
export const language = lang === "en" ? "en-GB" : lang;
export const medium = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
