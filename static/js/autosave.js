// Saves a form while one types: some seconds after the last key, and when the line is back. What could not be saved stays
// in the form, and its button saves it as without this script. The server decides whether two editors met.
"use strict";
document.querySelectorAll("form[data-autosave]").forEach((form) => {
  const line = form.querySelector(".autosave"), pause = 2500;
  let timer = 0, changed = false, busy = false, stopped = false;
  const say = (text) => { line.textContent = text; };
  const later = (wait) => { clearTimeout(timer); timer = setTimeout(save, wait); };
  async function save() {
    if (busy || !changed || stopped || form.dataset.sent) return;
    busy = true;
    changed = false;
    say(form.dataset.autosave);
    const data = new URLSearchParams(new FormData(form));
    data.set("_auto", "1");
    try {
      const answer = await fetch(form.action, { method: "POST", body: data, headers: { Accept: "application/json" }, redirect: "error", keepalive: true });
      const told = await answer.json();
      say(told.text || form.dataset.unsaved);
      if (answer.ok) {
        for (const [name, value] of Object.entries(told.fields)) {
          const input = form.elements.namedItem(name);
          if (input) input.value = value;
        }
      } else if (answer.status === 409) {
        stopped = true; // the button shows both texts
      } else {
        changed = true;
      }
    } catch {
      changed = true;
      say(form.dataset.unsaved);
      later(4 * pause);
    }
    busy = false;
    if (changed && line.textContent !== form.dataset.unsaved) later(4 * pause);
  }
  form.addEventListener("input", () => { changed = true; later(pause); });
  window.addEventListener("online", () => later(0));
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") later(0); });
});
