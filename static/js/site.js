/* Enhancement only: every page and form works without it. No inline handlers, so the policy can stay strict. */
(function () {
  "use strict";
  var doc = document;

  // A form is sent once: the button says so until the answer comes.
  function sending(form, on) {
    var button = form.querySelector("button.button, button:not([type=button])");
    if (!button) return;
    if (on) {
      form.dataset.sent = "1";
      form.setAttribute("aria-busy", "true");
      button.dataset.label = button.textContent;
      button.textContent = form.dataset.sending;
      button.setAttribute("aria-disabled", "true");
    } else if (form.dataset.sent) {
      delete form.dataset.sent;
      form.removeAttribute("aria-busy");
      button.textContent = button.dataset.label;
      button.removeAttribute("aria-disabled");
    }
  }

  doc.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.method !== "post" || !form.dataset.sending) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    if (form.dataset.uploading && hasFile(form) && window.FormData && window.DOMParser) {
      event.preventDefault();
      upload(form);
    }
    sending(form, true);
  });

  // Back from the browser's page cache: buttons work again.
  window.addEventListener("pageshow", function (event) {
    if (event.persisted) doc.querySelectorAll("form[data-sent]").forEach(function (f) { sending(f, false); });
  });

  function hasFile(form) {
    return Array.prototype.some.call(form.querySelectorAll("input[type=file]"), function (i) { return i.files && i.files.length; });
  }

  // Files are sent with a progress bar. The answer, a page in any case, takes this page's place.
  function upload(form) {
    var data = new FormData(form), request = new XMLHttpRequest();
    var line = form.querySelector(".upload-state"), bar = line.querySelector("progress"), text = line.querySelector("span");
    function failed() {
      sending(form, false);
      bar.hidden = true;
      text.textContent = form.dataset.failed;
    }
    bar.hidden = false;
    bar.value = 0;
    line.hidden = false;
    request.upload.addEventListener("progress", function (e) {
      if (!e.lengthComputable) return;
      var percent = Math.round(e.loaded / e.total * 100);
      bar.value = percent;
      text.textContent = form.dataset.uploading + " " + percent + " %";
    });
    request.addEventListener("load", function () {
      var type = request.getResponseHeader("Content-Type") || "";
      if (type.indexOf("text/html") !== 0) { failed(); return; }
      replace(new DOMParser().parseFromString(request.responseText, "text/html"), request.responseURL);
    });
    request.addEventListener("error", failed);
    request.open("POST", form.action);
    request.send(data);
  }

  function replace(page, address) {
    doc.title = page.title;
    doc.documentElement.lang = page.documentElement.lang;
    doc.body.replaceWith(doc.adoptNode(page.body));
    if (address && address !== location.href) history.pushState({ replaced: true }, "", address);
    if (window.htmx) window.htmx.process(doc.body);
    scrollTo(0, 0);
    start();
    if (!doc.querySelector(".summary")) doc.getElementById("content").focus();
  }
  window.addEventListener("popstate", function () { location.reload(); });

  // The number of characters left, politely and only near the end.
  doc.addEventListener("input", function (event) {
    var input = event.target, max = Number(input.dataset && input.dataset.max);
    if (!max) return;
    var line = doc.getElementById(input.id + "-max");
    if (!line) return;
    var used = Array.from(input.value).length;
    var count = line.querySelector(".count") || line.appendChild(Object.assign(doc.createElement("b"), { className: "count" }));
    count.textContent = " " + used + "/" + max;
    count.classList.toggle("over", used > max);
  });

  // A link of the summary puts the cursor into its field.
  doc.addEventListener("click", function (event) {
    var link = event.target.closest && event.target.closest(".summary a[href^='#']");
    var field = link && doc.getElementById(link.hash.slice(1));
    if (!field) return;
    event.preventDefault();
    (field.closest(".field") || field).scrollIntoView();
    field.focus({ preventScroll: true });
  });

  function start() {
    var summary = doc.querySelector(".summary");
    if (summary) summary.focus();
    var current = doc.querySelector(".main-nav [aria-current]");
    if (current) {
      var list = current.closest("ul");
      list.scrollLeft = current.offsetLeft - (list.clientWidth - current.offsetWidth) / 2;
    }
  }
  start();
})();
