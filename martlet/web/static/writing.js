// The form that posts are written with, made quicker. Each part does by itself what the form does when it is sent.
import { complete } from "./completing.js";
import { fillIn, keepDrafts } from "./drawer.js";
import { takeFiles } from "./files.js";
import { look } from "./looking.js";
import { postpone } from "./postponing.js";

export function enliven(form) {
  for (const part of form.querySelectorAll("[data-unscripted]")) part.hidden = true;
  for (const part of form.querySelectorAll("[data-scripted]")) part.hidden = false;
  const files = form.querySelector("[data-kept]") ? takeFiles(form) : null;
  keepDrafts(form, files);
  look(form);
  const list = document.querySelector("#completions");
  for (const field of form.querySelectorAll("[data-words]")) complete(field, list, form.dataset.complete);

  form.addEventListener("submit", (event) => {
    if (!files?.isBusy()) return;
    event.preventDefault();
    const pressed = event.submitter;
    files.settled().then(() => form.requestSubmit(pressed));
  });
  postpone(form, files, fillIn);
}

for (const form of document.querySelectorAll("form[data-compose]")) enliven(form);
