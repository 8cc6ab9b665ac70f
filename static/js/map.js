// Zoom and pan of a map that the server drew: buttons, drag, and the wheel with Ctrl. Without it the map stands as a whole.
"use strict";
document.querySelectorAll("[data-map]").forEach((figure) => {
  const svg = figure.querySelector("svg.map-drawing");
  if (!svg) return;
  const whole = svg.viewBox.baseVal, home = [whole.x, whole.y, whole.width, whole.height];
  let box = [...home];
  const show = () => svg.setAttribute("viewBox", box.map((n) => n.toFixed(1)).join(" "));
  const within = () => {
    box[0] = Math.min(Math.max(box[0], home[0]), home[0] + home[2] - box[2]);
    box[1] = Math.min(Math.max(box[1], home[1]), home[1] + home[3] - box[3]);
  };
  const zoom = (by, x = 0.5, y = 0.5) => {
    const width = Math.min(home[2], Math.max(home[2] / 12, box[2] * by)), height = width * home[3] / home[2];
    box = [box[0] + (box[2] - width) * x, box[1] + (box[3] - height) * y, width, height];
    within();
    show();
  };
  const bar = document.createElement("p");
  bar.className = "map-buttons no-print";
  for (const [label, act] of [[figure.dataset.in, () => zoom(0.6)], [figure.dataset.out, () => zoom(1 / 0.6)], [figure.dataset.whole, () => { box = [...home]; show(); }]]) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button plain";
    button.textContent = label;
    button.addEventListener("click", act);
    bar.append(button);
  }
  svg.before(bar);
  let from = null, moved = false;
  const scale = () => box[2] / svg.getBoundingClientRect().width;
  svg.addEventListener("pointerdown", (e) => { from = box[2] < home[2] ? [e.clientX, e.clientY, box[0], box[1]] : null; moved = false; });
  window.addEventListener("pointermove", (e) => {
    if (!from) return;
    const dx = e.clientX - from[0], dy = e.clientY - from[1];
    moved = moved || Math.hypot(dx, dy) > 5;
    if (!moved) return;
    box[0] = from[2] - dx * scale();
    box[1] = from[3] - dy * scale();
    within();
    show();
  });
  window.addEventListener("pointerup", () => { from = null; });
  svg.addEventListener("dragstart", (e) => e.preventDefault());
  svg.addEventListener("click", (e) => { if (moved) { e.preventDefault(); moved = false; } }, true);
  svg.addEventListener("wheel", (e) => {
    if (!e.ctrlKey) return;
    e.preventDefault();
    const r = svg.getBoundingClientRect();
    zoom(e.deltaY < 0 ? 0.8 : 1.25, (e.clientX - r.left) / r.width, (e.clientY - r.top) / r.height);
  }, { passive: false });
});
