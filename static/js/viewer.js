// Pages of a PDF drawn in the browser, and pictures, with zoom and keyboard. Without it the text and the download stand.
const box = document.querySelector("[data-viewer]");
const words = JSON.parse(box.dataset.words);
const button = (label, act) => {
  const b = document.createElement("button");
  b.type = "button";
  b.className = "button plain";
  b.textContent = label;
  b.addEventListener("click", act);
  return b;
};
let zoom = 1, draw = () => {};
const scale = (by) => {
  zoom = by ? Math.min(6, Math.max(0.25, zoom * by)) : 1;
  draw();
};
const bar = document.createElement("p");
bar.className = "actions viewer-bar no-print";
bar.append(button(words.zoom_in, () => scale(1.25)), button(words.zoom_out, () => scale(0.8)), button(words.zoom_fit, () => scale(0)));
box.prepend(bar);
let turn = () => {};
document.addEventListener("keydown", (e) => {
  if (e.target.closest?.("input, textarea, select") || e.ctrlKey || e.metaKey || e.altKey) return;
  const act = { "+": () => scale(1.25), "=": () => scale(1.25), "-": () => scale(0.8), 0: () => scale(0), ArrowRight: () => turn(1), ArrowLeft: () => turn(-1) }[e.key];
  if (!act || (box.contains(document.activeElement) && e.key.startsWith("Arrow") && zoom > 1)) return;
  e.preventDefault();
  act();
});

const image = box.querySelector("img");
if (image) {
  draw = () => {
    if (zoom > 1 && image.srcset) {
      image.removeAttribute("srcset");
      image.src = image.dataset.full;
    }
    image.style.width = zoom === 1 ? "" : zoom * 100 + "%";
    image.style.maxWidth = zoom > 1 ? "none" : "";
  };
  image.parentElement.tabIndex = 0;
}

if (box.dataset.file) {
  const sheet = document.createElement("div"), canvas = document.createElement("canvas"), say = document.createElement("p");
  sheet.className = "viewer-sheet";
  sheet.tabIndex = 0;
  say.className = "quiet";
  say.setAttribute("role", "status");
  say.textContent = words.loading;
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", words.loading);
  sheet.append(canvas);
  box.append(say, sheet);
  const title = document.querySelector("[data-page-title]"), text = document.querySelector("[data-page-text]"), pages = document.querySelector("[data-pages]");
  let number = Number(box.dataset.page) || Number(new URLSearchParams(location.search).get("page")) || 1, pdf, drawing, again = false;
  const fail = (e) => {
    console.warn(e);
    say.textContent = words.failed;
    sheet.remove();
  };
  draw = async () => {
    if (drawing) {
      again = true;
      return;
    }
    drawing = true;
    try {
      const page = await pdf.getPage(number), plain = page.getViewport({ scale: 1 });
      const ratio = Math.min(2, window.devicePixelRatio || 1), width = box.clientWidth * zoom;
      let view = page.getViewport({ scale: (width / plain.width) * ratio });
      const most = 16e6 / (view.width * view.height);
      if (most < 1) view = page.getViewport({ scale: (width / plain.width) * ratio * Math.sqrt(most) });
      canvas.width = view.width;
      canvas.height = view.height;
      canvas.style.width = width + "px";
      canvas.setAttribute("aria-label", words.page.replace("0", number) + " / " + pdf.numPages);
      await page.render({ canvasContext: canvas.getContext("2d"), viewport: view, canvas }).promise;
      say.textContent = "";
      sheet.dataset.drawn = number;
    } catch (e) {
      fail(e);
    }
    drawing = false;
    if (again) {
      again = false;
      draw();
    }
  };
  turn = async (by) => {
    const to = number + by;
    if (!pdf || to < 1 || to > pdf.numPages) return;
    number = to;
    const query = new URLSearchParams(location.search);
    query.set("page", to);
    history.replaceState(null, "", box.dataset.address + "?" + query);
    if (title) title.textContent = words.page.replace("0", to) + " / " + pdf.numPages;
    draw();
    const field = document.querySelector("#page-go");
    if (field) field.value = to;
    for (const link of pages ? pages.querySelectorAll("a") : []) link.hidden = link.rel === "next" ? to === pdf.numPages : to === 1;
    if (text) {
      const content = await (await pdf.getPage(to)).getTextContent();
      if (number === to) text.textContent = content.items.map((i) => i.str + (i.hasEOL ? "\n" : "")).join("");
    }
  };
  if (pages) {
    for (const rel of ["prev", "next"]) {
      if (pages.querySelector("a[rel=" + rel + "]")) continue;
      const link = document.createElement("a");
      Object.assign(link, { rel, href: "#page-title", className: "button plain", textContent: words[rel], hidden: true });
      rel === "prev" ? pages.prepend(link) : pages.append(link);
    }
    pages.addEventListener("click", (e) => {
      const link = e.target.closest("a");
      if (!link || !pdf || e.ctrlKey || e.metaKey) return;
      e.preventDefault();
      turn(link.rel === "next" ? 1 : -1);
    });
  }
  try {
    const lib = await import(box.dataset.library);
    lib.GlobalWorkerOptions.workerSrc = box.dataset.worker;
    pdf = await lib.getDocument({ url: box.dataset.file, isEvalSupported: false, useWasm: false, enableXfa: false, disableAutoFetch: true, rangeChunkSize: 1 << 20 }).promise;
    number = Math.min(number, pdf.numPages);
    draw();
  } catch (e) {
    fail(e);
  }
}
