/* Files are sent in pieces by the tus protocol while the rest of the form is filled in, and go on after a broken line or a
   reload. Without this script the form carries the files itself. */
(function () {
  "use strict";
  var doc = document, box = doc.querySelector(".pieces");
  if (!box || !window.tus || !tus.isSupported) return;
  var form = box.closest("form"), input = form.querySelector("input[type=file]"), words = JSON.parse(box.dataset.words);
  var csrf = form.querySelector("[name=_csrf]"), lang = doc.documentElement.lang;
  var key = "gotong.uploads " + box.dataset.for, piece = 1 << 20, part = 8 << 20, atOnce = 3, files = [], submitting = false, spoken = 0;

  function say(text, values) {
    return text.replace(/\{(\w+)\}/g, function (_, name) { return values && name in values ? values[name] : ""; });
  }
  function number(n, places) { return n.toLocaleString(lang, { maximumFractionDigits: places || 0 }); }
  function size(n) {
    if (n >= 1 << 30) return number(n / (1 << 30), 1) + " GB";
    return n >= 1 << 20 ? number(n / (1 << 20), 1) + " MB" : number(Math.max(1, n / 1024)) + " KB";
  }
  function time(s) {
    if (s < 90) return say(words.seconds, { n: number(Math.max(1, s)) });
    return s < 5400 ? say(words.minutes, { n: number(s / 60) }) : say(words.hours, { n: number(s / 3600, 1) });
  }
  function make(tag, name, text) {
    var e = doc.createElement(tag);
    if (name) e.className = name;
    if (text) e.textContent = text;
    return e;
  }
  function button(text, act) {
    var b = make("button", "button plain", text);
    b.type = "button";
    b.addEventListener("click", act);
    return b;
  }

  // What is under way is remembered here, so that a reload finds it again; the server knows how far it is.
  function remembered() {
    try { return JSON.parse(localStorage.getItem(key)) || []; } catch (e) { return []; }
  }
  function remember() {
    var list = files.filter(function (f) { return f.url; }).map(function (f) {
      return { url: f.url, name: f.name, size: f.size, modified: f.modified };
    });
    try { list.length ? localStorage.setItem(key, JSON.stringify(list)) : localStorage.removeItem(key); } catch (e) { /* private windows keep nothing */ }
  }

  var pick = input.closest(".field"), actions = make("p", "actions"), list = make("ul", "bare upload-list"), total = make("p", "upload-total");
  list.setAttribute("aria-label", words.list);
  total.setAttribute("role", "status");
  actions.appendChild(make("span", "quiet", words.drop));
  if (matchMedia("(pointer: coarse)").matches) {
    actions.appendChild(button(words.camera, function () {
      var camera = make("input");
      camera.type = "file";
      camera.accept = "image/*";
      camera.setAttribute("capture", "environment");
      camera.addEventListener("change", function () { take(camera.files); });
      camera.click();
    }));
  }
  box.append(actions, list, total);
  box.hidden = false;
  input.required = false;
  doc.getElementById(input.id + "-hint").textContent = words.limits;

  function row(file) {
    var item = make("li", "upload"), head = make("p"), line = make("p", "small"), bar = make("progress"), does = make("p", "actions");
    head.appendChild(make("b", "", file.name));
    head.appendChild(doc.createTextNode(" · " + size(file.size)));
    bar.max = 100;
    bar.setAttribute("aria-label", file.name);
    item.append(head, bar, line, does);
    list.appendChild(item);
    file.item = item; file.bar = bar; file.line = line; file.does = does;
    return file;
  }

  // show draws one file in its state: waiting, sending, done, broken, refused or again (its bytes must be chosen anew).
  function show(file, state, text) {
    file.state = state;
    file.item.dataset.state = state;
    file.line.textContent = text || words[state];
    file.bar.value = file.sent / file.size * 100;
    var buttons = [];
    if (state === "broken") buttons.push(button(words.resume, function () { show(file, "waiting"); next(); }));
    buttons.push(button(state === "done" || state === "refused" ? words.remove : words.cancel, function () { drop(file); }));
    file.does.replaceChildren.apply(file.does, buttons);
    buttons.forEach(function (b) { b.setAttribute("aria-label", b.textContent + ": " + file.name); });
    var hidden = file.item.querySelector("input");
    if (state === "done" && !hidden) {
      hidden = make("input");
      hidden.type = "hidden";
      hidden.name = "upload";
      hidden.value = file.url.slice(file.url.lastIndexOf("/") + 1);
      file.item.appendChild(hidden);
    }
    sum();
  }

  function sum(moving) {
    var sent = 0, all = 0, done = 0, count = 0, speed = 0;
    files.forEach(function (f) {
      if (f.state === "refused") return;
      count++; sent += f.sent; all += f.size;
      if (f.state === "done") done++;
      if (f.state === "sending") speed += f.speed || 0;
    });
    if (moving && Date.now() - spoken < 3000) return; // a screen reader must get to the end of a sentence
    spoken = Date.now();
    if (!count) { total.textContent = ""; return; }
    var text = say(done === count ? words.all_done : words.all, { done: done, all: count, n: number(sent / all * 100) });
    if (speed > 0 && done < count) text += " " + say(words.left, { left: time((all - sent) / speed), speed: size(speed) });
    if (submitting && done < count) text += " " + words.wait;
    total.textContent = text;
  }

  function take(chosen) {
    var accepted = box.dataset.accept.split(",");
    Array.prototype.forEach.call(chosen, function (blob) {
      var known = files.filter(function (f) { return f.name === blob.name && f.size === blob.size && f.modified === blob.lastModified; })[0];
      if (known && known.state === "again") { known.blob = blob; show(known, "waiting"); return; }
      if (known) return;
      var file = row({ blob: blob, name: blob.name, size: blob.size, modified: blob.lastModified, sent: 0 });
      files.push(file);
      var dot = blob.name.lastIndexOf("."), extension = dot < 0 ? "" : blob.name.slice(dot).toLowerCase();
      if (accepted.indexOf(extension) < 0) show(file, "refused", words.type);
      else if (!blob.size) show(file, "refused", words.empty);
      else if (blob.size > Number(box.dataset.largest)) show(file, "refused", words.large);
      else if (box.dataset.left >= 0 && coming() > Number(box.dataset.left)) show(file, "refused", words.room);
      else show(file, "waiting");
    });
    next();
  }

  // The bytes that are to come or came and are not saved yet: the room for them is what the page says is left.
  function coming() {
    return files.reduce(function (n, f) { return f.state === "refused" ? n : n + f.size; }, 0);
  }

  function next() {
    var sending = files.filter(function (f) { return f.state === "sending"; }).length;
    files.forEach(function (f) {
      if (f.state === "waiting" && sending < atOnce) { sending++; send(f); }
    });
    if (submitting && files.every(function (f) { return f.state === "done" || f.state === "refused"; })) {
      submitting = false;
      form.requestSubmit ? form.requestSubmit() : form.submit();
    }
  }

  function send(file) {
    var began = Date.now(), from = null, headers = {};
    if (csrf) headers["X-CSRF-Token"] = csrf.value;
    file.speed = 0;
    var mark = began, failed = 0;
    file.upload = new tus.Upload(file.blob, {
      endpoint: box.dataset.address, uploadUrl: file.url || null, chunkSize: piece, headers: headers,
      retryDelays: [0, 1000, 2000, 4000, 8000, 15000], storeFingerprintForResuming: false,
      metadata: { filename: file.name, for: box.dataset.for },
      onProgress: function (sent) {
        if (from === null) from = sent;
        file.sent = sent;
        file.bar.value = sent / file.size * 100;
        var seconds = (Date.now() - began) / 1000;
        if (seconds > 0.5) file.speed = (sent - from) / seconds;
        file.line.textContent = say(words.of, { done: size(sent), all: size(file.size) }) +
          (file.speed > 0 ? " " + say(words.left, { left: time((file.size - sent) / file.speed), speed: size(file.speed) }) : "");
        sum(true);
      },
      // On a fast line a piece is as large as a part of the object is to be: far fewer requests.
      onChunkComplete: function () {
        var now = Date.now(), options = file.upload.options, fast = (now - mark) * piece < options.chunkSize * 400;
        options.chunkSize = fast && failed < 3 ? part : piece;
        mark = now;
      },
      onUploadUrlAvailable: function () { file.url = file.upload.url; remember(); },
      onSuccess: function () { file.sent = file.size; file.blob = null; show(file, "done"); remember(); next(); },
      onError: function (error) {
        var answer = error.originalResponse, status = answer ? answer.getStatus() : 0;
        if (status === 404 && file.url) { file.url = ""; file.sent = 0; show(file, "waiting"); next(); return; } // its time is over: from the start
        show(file, status >= 400 && status < 500 && status !== 409 && status !== 429 ? "refused" : "broken", status ? "" : navigator.onLine === false ? words.offline : "");
        next();
      },
      onShouldRetry: function (error) {
        var answer = error.originalResponse, status = answer ? answer.getStatus() : 0;
        var large = file.upload.options.chunkSize > piece;
        file.upload.options.chunkSize = piece; // the portal may have no room for large ones, or the line breaks
        failed++;
        if (!status && navigator.onLine === false) return false; // said at once; it goes on by itself when the line is back
        return !status || status >= 500 || status === 409 || status === 423 || status === 429 || large && status === 413;
      }
    });
    show(file, "sending");
    file.upload.start();
  }

  function drop(file) {
    if (file.upload) file.upload.abort(false);
    if (file.url) fetch(file.url, { method: "DELETE", headers: { "Tus-Resumable": "1.0.0", "X-CSRF-Token": csrf ? csrf.value : "" } });
    files.splice(files.indexOf(file), 1);
    file.item.remove();
    remember();
    sum();
    next();
    input.focus();
  }

  input.addEventListener("change", function () { take(input.files); input.value = ""; });
  doc.addEventListener("paste", function (event) {
    var pasted = event.clipboardData && event.clipboardData.files;
    if (pasted && pasted.length) { event.preventDefault(); take(pasted); }
  });
  ["dragover", "dragleave", "drop"].forEach(function (name) {
    pick.addEventListener(name, over);
    box.addEventListener(name, over);
  });
  function over(event) {
    event.preventDefault();
    form.classList.toggle("dropping", event.type === "dragover");
    if (event.type === "drop") take(event.dataTransfer.files);
  }
  // A file that misses the place must not take the page's.
  ["dragover", "drop"].forEach(function (name) { window.addEventListener(name, function (event) { event.preventDefault(); }); });
  window.addEventListener("online", function () {
    files.forEach(function (f) { if (f.state === "broken") show(f, "waiting"); });
    next();
  });
  window.addEventListener("beforeunload", function (event) {
    if (files.some(function (f) { return f.state === "sending" || f.state === "waiting"; })) event.preventDefault();
  });

  // Sent too early, the form waits for its files.
  form.addEventListener("submit", function (event) {
    if (!files.some(function (f) { return f.state === "sending" || f.state === "waiting"; })) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    submitting = true;
    spoken = 0;
    sum();
  }, true);

  // Where earlier uploads stand: whole ones are taken, others wait for their file to be chosen again.
  remembered().forEach(function (kept) {
    fetch(kept.url, { method: "HEAD", headers: { "Tus-Resumable": "1.0.0" } }).then(function (answer) {
      if (!answer.ok) return;
      var file = row({ url: kept.url, name: kept.name, size: kept.size, modified: kept.modified, sent: Number(answer.headers.get("Upload-Offset")) || 0 });
      files.push(file);
      show(file, file.sent === file.size ? "done" : "again", file.sent === file.size ? "" : say(words.again, { n: number(file.sent / file.size * 100) }));
    }).catch(function () { /* the next reload asks again */ }).then(remember);
  });
})();
