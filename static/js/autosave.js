// Saves a form while one types: some seconds after the last key, and when the line is back. Until the server said that it
// is in, what was typed also lies on this device, so that a lost line, a closed page or a crash loses nothing; signing out
// clears it. The server decides whether two editors met. Without this script the button saves.
"use strict";
document.querySelectorAll("form[data-autosave]").forEach((form) => {
  const line = form.querySelector(".autosave"), pause = 2500, again = 5000;
  const key = "gotong.kept:" + form.dataset.keep + ":" + new URL(form.action).pathname.replace(/^\/en\//, "/");
  let timer = 0, keeping = 0, changed = false, busy = null, stopped = false, more = false;
  const say = (text) => { line.textContent = text; };
  const later = (wait) => { clearTimeout(timer); timer = setTimeout(save, wait); };
  const written = () => [...new FormData(form)].filter(([name, value]) => typeof value === "string" && name !== "_op" && name !== "_csrf");

  // keep lays what is typed on this device; false where the browser allows none.
  function keep() {
    clearTimeout(keeping);
    try {
      localStorage.setItem(key, JSON.stringify(written()));
      return true;
    } catch {
      return false;
    }
  }
  function kept() {
    try {
      return JSON.parse(localStorage.getItem(key));
    } catch {
      return null;
    }
  }
  function forget() {
    clearTimeout(keeping);
    try { localStorage.removeItem(key); } catch { /* nothing was kept */ }
  }

  // restore puts what was kept back into the form, with what had been read when it was typed.
  function restore(list) {
    const values = new Map();
    for (const [name, value] of list) values.set(name, [...values.get(name) || [], value]);
    for (const input of form.elements) {
      if (!input.name || input.name === "_op" || input.name === "_csrf" || input.tagName === "BUTTON") continue;
      const all = values.get(input.name) || [];
      if (input.type === "checkbox" || input.type === "radio") input.checked = all.includes(input.value);
      else if (all.length) input.value = all[0];
    }
    for (const [name, all] of values) {
      if (form.elements.namedItem(name)) continue;
      for (const value of all) { // a row that this page does not show: it is saved, then shown
        form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
        more = true;
      }
    }
  }

  function away() {
    changed = true;
    say(keep() ? form.dataset.unsaved : form.dataset.unkept);
    later(again);
    return "away";
  }

  // save sends what was typed and tells what became of it: saved, away, conflict or refused.
  function save() {
    clearTimeout(timer);
    if (busy) return busy;
    if (!changed || stopped || form.dataset.sent) return Promise.resolve(stopped ? "conflict" : "saved");
    busy = send().then((became) => {
      busy = null;
      if (changed && became === "saved") later(pause);
      return became;
    });
    return busy;
  }
  async function send() {
    changed = false;
    say(form.dataset.autosave);
    const data = new URLSearchParams(new FormData(form));
    data.set("_auto", "1");
    let answer, told;
    try {
      answer = await fetch(form.action, { method: "POST", body: data, headers: { Accept: "application/json" }, redirect: "error" });
      told = await answer.json();
    } catch {
      return away();
    }
    if (answer.status >= 500 || answer.status === 429) return away();
    say(told.text || told.detail || form.dataset.unsaved);
    if (!answer.ok) {
      stopped = answer.status === 409; // the button shows both texts
      changed = !stopped;
      keep();
      return stopped ? "conflict" : "refused";
    }
    for (const [name, value] of Object.entries(told.fields)) {
      const input = form.elements.namedItem(name);
      if (input) input.value = value;
    }
    if (changed) keep(); else forget();
    if (more && !changed) location.reload();
    return "saved";
  }

  form.addEventListener("input", () => {
    changed = true;
    clearTimeout(keeping);
    keeping = setTimeout(keep, 300);
    if (!stopped) later(pause);
  });
  // The button saves first and leaves only when that is in: without a line the page stays. What the server refuses or
  // who was faster is shown by its own page.
  form.addEventListener("submit", async (event) => {
    if (event.submitter && event.submitter.name) { keep(); return; } // another row
    event.preventDefault();
    event.stopPropagation();
    if (busy) await busy;
    if (!stopped) changed = true;
    const became = await save();
    if (became === "saved" && !changed) location.assign(form.dataset.next);
    else if (became === "conflict" || became === "refused") { keep(); form.submit(); }
  });
  window.addEventListener("online", () => later(0));
  window.addEventListener("pagehide", () => { if (changed) keep(); });
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden" && changed) { keep(); later(0); } });
  window.addEventListener("beforeunload", (event) => { if (changed && !keep()) event.preventDefault(); });

  const list = kept();
  if (document.querySelector(".summary")) keep(); // the answer to what was sent: it holds what was typed
  else if (list) {
    restore(list);
    changed = true;
    say(form.dataset.restored);
    later(500);
  }
});
