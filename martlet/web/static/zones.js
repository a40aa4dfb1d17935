// The time of day is that of this device, unless somebody says otherwise.
const two = (n) => String(n).padStart(2, "0");

for (const zone of document.querySelectorAll("[data-zone]")) {
  const field = document.getElementById(`f-${zone.dataset.zone}`);
  let isOurs = zone.value === "0";

  function follow() {
    if (!isOurs) return;
    const minutes = -new Date(field.value || Date.now()).getTimezoneOffset();
    if (!zone.querySelector(`option[value="${minutes}"]`)) {
      const hours = `${Math.floor(Math.abs(minutes) / 60)}:${two(Math.abs(minutes) % 60)}`;
      zone.append(new Option(`UTC${minutes < 0 ? "−" : "+"}${hours}`, String(minutes)));
    }
    zone.value = String(minutes);
  }

  if (isOurs && field.value) {
    const at = new Date(`${field.value}Z`);
    const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
    field.value = `${day}T${two(at.getHours())}:${two(at.getMinutes())}`;
  }
  zone.addEventListener("change", () => (isOurs = false));
  field.addEventListener("change", follow);
  follow();
}
