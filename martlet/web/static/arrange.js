// Putting an album's pictures in order by dragging them. The numbers follow, and are what is sent.
const list = document.querySelector("[data-arrange] .arrange");

if (list) {
  const rows = list.querySelector("ol");
  list.setAttribute("data-drags", "");
  for (const hint of list.querySelectorAll("[data-scripted]")) hint.hidden = false;
  let held = null;

  const number = () => {
    [...rows.children].forEach((row, index) => {
      row.querySelector("[name^=place-]").value = index + 1;
    });
  };

  for (const row of rows.children) {
    row.querySelector("img").draggable = false;
    row.addEventListener("pointerdown", (event) => {
      row.draggable = !event.target.closest("input, textarea, label");
    });
    row.addEventListener("dragstart", (event) => {
      held = row;
      row.classList.add("held");
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", "");
    });
    row.addEventListener("dragend", () => {
      row.classList.remove("held");
      held = null;
      number();
    });
    row.addEventListener("dragover", (event) => {
      if (!held || held === row) return;
      event.preventDefault();
      const box = row.getBoundingClientRect();
      row[event.clientY < box.top + box.height / 2 ? "before" : "after"](held);
    });
    // A number that was written moves the row at once; what has the focus keeps it.
    row.querySelector("[name^=place-]").addEventListener("change", (event) => {
      const place = Number.parseInt(event.target.value, 10);
      if (!(place >= 1)) return number();
      const others = [...rows.children].filter((one) => one !== row);
      const before = others[Math.min(place, rows.children.length) - 1];
      if (before) before.before(row);
      else rows.append(row);
      number();
      event.target.focus();
    });
  }
  rows.addEventListener("drop", (event) => event.preventDefault());
}
