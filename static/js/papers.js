// Sums a file up in the browser, so that it need not be sent: only its SHA-256 goes into the address. Without this script, or where
// it cannot be done (a very large file, an insecure address), the form sends the file.
(() => {
  const largest = 200 << 20;
  const part = document.getElementById("check");
  const form = part && part.querySelector("form");
  if (!form || !window.crypto || !crypto.subtle) return;
  form.addEventListener("submit", async (event) => {
    const file = form.elements.file.files[0];
    if (!file || file.size > largest || form.dataset.whole) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const note = document.createElement("p");
    note.setAttribute("role", "status");
    note.textContent = part.dataset.summing;
    form.append(note);
    try {
      const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
      const hex = Array.from(sum, (b) => b.toString(16).padStart(2, "0")).join("");
      location.assign(form.action.split("?")[0] + "?sum=" + hex);
    } catch {
      note.remove();
      form.dataset.whole = "yes";
      form.requestSubmit();
    }
  }, true);
})();
