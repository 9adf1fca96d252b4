"use strict";
/* The board works without this script. With it: live updates that never move what is being read, filters without
   reload, times in the reader's zone, keyboard. No library, nothing from another host. */
(() => {
  const base = document.body.dataset.base;
  const list = () => document.getElementById("list");
  const live = document.getElementById("live");
  const icon = document.getElementById("icon");
  const title = document.title;
  const calm = icon && icon.getAttribute("href");
  let asOf = Date.now(), connected = false, pending = null, timer = 0, asked = 0, going = 0;

  // ---------------------------------------------------------------- times
  const two = (n) => String(n).padStart(2, "0");
  const day = (d) => `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())} ${two(d.getHours())}:${two(d.getMinutes())}`;
  const lasting = (s) => s < 90 ? `${Math.round(s)} s` : s < 5400 ? `${Math.round(s / 60)} min`
    : s < 172800 ? `${Math.round(s / 3600)} h` : `${Math.round(s / 86400)} days`;
  const ago = (d) => {
    const s = (Date.now() - d) / 1000;
    return Math.abs(s) < 1 ? "now" : s > 0 ? `${lasting(s)} ago` : `in ${lasting(-s)}`;
  };
  const times = (within = document) => {
    for (const one of within.querySelectorAll("time[data-ago]")) one.textContent = ago(new Date(one.dateTime));
    for (const one of within.querySelectorAll("time[data-moment]")) one.textContent = day(new Date(one.dateTime));
    for (const one of within.querySelectorAll("time[data-clock]")) {
      const d = new Date(one.dateTime);
      one.textContent = `${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}`;
    }
  };
  // what is asked of the server by the clock ("until 08:00", "12h") means the reader's
  try {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "";
    document.cookie = `zone=${zone}; path=${base}/; max-age=31536000; SameSite=Strict`;
  } catch { /* the server's clock then */ }
  // a name that was typed once need not be typed again in this browser
  const names = (within = document) => {
    try {
      const name = localStorage.getItem("basewatch.by") || "";
      for (const one of within.querySelectorAll("input[name=by]")) one.value ||= name;
    } catch { /* not kept */ }
  };
  const state = (on, words) => {
    connected = on;
    if (live && live.textContent !== words) { live.textContent = words; live.classList.toggle("on", on); }
  };
  const age = () => {
    const strip = document.getElementById("strip");
    if (strip) strip.classList.toggle("aged", Date.now() - asOf > 60000);
    times();
  };

  // ------------------------------------------------------- rows that changed, rows that are new
  const rows = (within) => new Map(Array.from(within.querySelectorAll("[data-rows] > [data-key]"), (one) => [one.dataset.key, one]));
  const put = (fresh) => { list().replaceWith(fresh); times(fresh); names(fresh); mark(0, false, ""); pending = null; };
  const words = (row) => {
    const copy = row.cloneNode(true);
    for (const one of copy.querySelectorAll("time")) one.textContent = one.dateTime;  // how long ago is no change
    return copy.textContent;
  };
  // a row as it is now; what is being written in it stays, with the version that its writer saw, and so does the keyboard
  const renew = (known, row) => {
    const copy = document.importNode(row, true);
    if (known.dataset.version !== row.dataset.version) copy.classList.add("news");
    if (known.classList.contains("chosen")) copy.classList.add("chosen");
    names(copy);
    const focused = known.contains(document.activeElement) ? document.activeElement : null;
    const written = known.querySelector("details[open]");
    const place = copy.querySelector("details");
    known.replaceWith(copy);
    if (written && place) place.replaceWith(written);
    if (!focused) return;
    const like = (focused.matches("summary") && copy.querySelector("summary")) || copy.querySelector("a[data-open]");
    const again = focused.isConnected ? focused : like;
    if (again) again.focus({ preventScroll: true });
  };
  // what the page of one incident shows: its version, and how urgent it is
  const shown = (page) => page.querySelector("h1[data-version]");
  const mark = (count, urgent, said) => {
    document.title = count ? `${urgent ? "▲ " : ""}(${count}) ${title}` : title;
    if (icon) icon.href = urgent ? icon.dataset.alert : calm;
    const box = document.getElementById("waiting");
    if (!said) { if (box) box.hidden = true; return; }
    const line = box || document.createElement("div");
    if (!box) {
      line.id = "waiting"; line.className = "waiting"; line.setAttribute("aria-live", "polite");
      const button = document.createElement("button");
      button.type = "button";
      button.addEventListener("click", show);
      line.append(button);
      document.getElementById("main").prepend(line);
    }
    line.hidden = false;
    line.firstChild.textContent = said;
  };
  const show = () => {
    if (pending) { put(pending); document.getElementById("main").focus(); } else location.reload();
  };
  const take = (page) => {
    const strip = page.getElementById("strip"), old = document.getElementById("strip");
    if (strip && old) {
      const mine = old.querySelector("#live"), theirs = strip.querySelector("#live");
      if (mine && theirs) theirs.replaceWith(mine);
      const at = old.contains(document.activeElement) && document.activeElement.getAttribute("href");
      old.replaceWith(strip);
      const again = at && strip.querySelector(`a[href="${CSS.escape(at)}"]`);
      if (again) again.focus({ preventScroll: true });
      asOf = Date.now();
    }
    const fresh = page.getElementById("list"), here = list(), was = shown(document), is = shown(page);
    if (was && is && was.dataset.version !== is.dataset.version)
      mark(1, ["urgent", "flash"].includes(is.dataset.level), "it changed, show");
    if (!fresh || !here || page.querySelector(".refusal")) return;
    const now = rows(here), then = rows(fresh);
    let count = 0, urgent = false;
    for (const [key, row] of then) {
      const known = now.get(key);
      if (!known) { count += 1; urgent = urgent || ["urgent", "flash"].includes(row.dataset.level); continue; }
      if (words(known) !== words(row)) renew(known, row);
    }
    pending = document.importNode(fresh, true);
    times();
    const gone = [...now.keys()].filter((key) => !then.has(key)).length;
    if (now.size || then.size) mark(count, urgent, count ? `${count} new, show` : gone ? `${gone} gone, show` : "");
    else if (!here.contains(document.activeElement)) put(pending);
  };
  const refresh = async () => {
    clearTimeout(timer); timer = 0;
    if (!list() && !document.getElementById("strip")) return;
    if (going) { soon(1000); return; }  // what the reader asks for goes first
    const mine = ++asked;
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" }, credentials: "same-origin" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (mine !== asked) return;
      if (answer.ok) take(page);
      else if (answer.status >= 500) soon(10000);  // busy: what changed would else wait for the next change
    } catch { state(false, "not connected"); soon(10000); }
  };
  const soon = (least = 0) => { if (!timer) timer = setTimeout(refresh, least + Math.random() * 2000); };

  // ----------------------------------------------------------------- live
  let wait = 60000;
  const poll = () => setTimeout(async () => {
    if (!connected && document.visibilityState === "visible") await refresh();
    wait = document.visibilityState === "visible" ? 60000 : 300000;
    poll();
  }, wait);
  const listen = () => {
    if (!live || !("EventSource" in window)) { state(false, "each minute"); return; }
    const stream = new EventSource(`${base}/live`);
    let begun = false;
    stream.addEventListener("open", () => { state(true, "live"); begun = true; });
    stream.addEventListener("changed", () => soon());
    stream.addEventListener("state", (event) => {
      state(true, "live");
      // what changed between the making of this page and the beginning of the stream is told by nobody
      if (begun) { begun = false; soon(); }
      try {
        const told = JSON.parse(event.data);
        const strip = document.getElementById("strip");
        asOf = Date.now();
        if (strip && (!told.ok) !== strip.classList.contains("bad")) soon();
        const clock = strip && strip.querySelector("time[data-clock]");
        if (clock && told.as_of) { clock.dateTime = told.as_of; clock.title = told.as_of; }
        const beat = strip && strip.querySelector("time[data-ago]");
        if (beat && told.heartbeat && strip.querySelector(".state.good")) beat.dateTime = told.heartbeat;
      } catch { /* a word of another version */ }
    });
    stream.addEventListener("error", () => {
      state(false, "not live, each minute");
      if (stream.readyState === EventSource.CLOSED) setTimeout(listen, 30000 + Math.random() * 30000);
    });
    window.addEventListener("pagehide", () => stream.close(), { once: true });
  };
  window.addEventListener("pageshow", (event) => { if (event.persisted) { listen(); refresh(); } });

  // -------------------------------------------------------------- filters
  // the map is open where there is room for it, or as its reader left it
  const map = () => document.getElementById("map-block");
  const roomy = window.matchMedia("(min-width: 60rem)").matches;
  const go = async (address, push) => {
    const mine = going = ++asked;
    try {
      const answer = await fetch(address, { headers: { Accept: "text/html" }, credentials: "same-origin" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById("main");
      if (mine !== asked) return;
      if (!fresh || !page.getElementById("list")) { location.assign(address); return; }
      const focused = document.activeElement && document.activeElement.name;
      if (push) history.pushState(null, "", address);
      const opened = map() && map().open;
      document.getElementById("main").replaceWith(document.importNode(fresh, true));
      if (map()) map().open = opened ?? roomy;
      pending = null;
      mark(0, false, "");
      times();
      names();
      const again = focused && document.querySelector(`form.filters [name="${CSS.escape(focused)}"]`);
      if (again) again.focus();
    } catch { location.assign(address); } finally { if (going === mine) going = 0; }
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const by = form.elements.namedItem("by");
    try { if (by && by.value) localStorage.setItem("basewatch.by", by.value); } catch { /* not kept */ }
    if (!form.matches("form[data-live]")) return;
    event.preventDefault();
    const given = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (value) given.append(name, value);
    go(form.action.split("?")[0] + (given.size ? `?${given}` : ""), true);
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("form[data-live] select")) event.target.form.requestSubmit();
  });
  window.addEventListener("popstate", () => go(location.href, false));

  // ------------------------------------------------------------- keyboard
  const KEY = "basewatch-keys";
  const on = () => { try { return localStorage.getItem(KEY) !== "off"; } catch { return true; } };
  const places = () => Array.from(document.querySelectorAll("header.top nav a[data-key]"));
  let before = "", beforeAt = 0;
  const help = () => {
    let box = document.getElementById("keys");
    if (!box) {
      box = document.createElement("dialog");
      box.id = "keys";
      box.setAttribute("aria-labelledby", "keys-title");
      const head = document.createElement("h2");
      head.id = "keys-title"; head.textContent = "Keyboard";
      const facts = document.createElement("dl");
      facts.className = "facts";
      const line = (keys, words) => {
        const dt = document.createElement("dt"), dd = document.createElement("dd");
        keys.split(" ").forEach((key, n) => { const kbd = document.createElement("kbd"); kbd.textContent = key; dt.append(n ? " " : "", kbd); });
        dd.textContent = words;
        facts.append(dt, dd);
      };
      line("j k", "next row, row before");
      line("Enter o", "open the row");
      line("/", "go to the filter");
      line("r", "show what is new");
      for (const one of places()) line(`g ${one.dataset.key}`, one.textContent);
      line("?", "this help");
      const label = document.createElement("label"), check = document.createElement("input");
      label.className = "line"; check.type = "checkbox"; check.checked = on();
      check.addEventListener("change", () => { try { localStorage.setItem(KEY, check.checked ? "on" : "off"); } catch { /* not kept */ } });
      label.append(check, " single keys do this on this device");
      const close = document.createElement("button");
      close.type = "button"; close.textContent = "Close";
      close.addEventListener("click", () => box.close());
      box.append(head, facts, label, close);
      document.body.append(box);
    }
    box.showModal();
  };
  const step = (by) => {
    const all = Array.from(document.querySelectorAll("[data-rows] > *"));
    if (!all.length) return;
    const at = all.findIndex((one) => one.classList.contains("chosen"));
    const next = all[Math.min(Math.max(at < 0 ? (by > 0 ? 0 : all.length - 1) : at + by, 0), all.length - 1)];
    all.forEach((one) => one.classList.toggle("chosen", one === next));
    const link = next.querySelector("a[data-open]") || next.querySelector("a");
    if (link) link.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    // just closed, the help has the focus for a moment more
    const typing = event.target.closest && event.target.closest(
      "dialog[open], :is(input, textarea, select, [contenteditable]):not(dialog:not([open]) *)");
    if (typing) return;
    if (event.key === "?") { event.preventDefault(); help(); return; }
    if (!on()) return;
    if (before === "g" && Date.now() - beforeAt < 1500) {
      before = "";
      const there = places().find((one) => one.dataset.key === event.key);
      if (there) { event.preventDefault(); location.assign(there.href); }
      return;
    }
    before = event.key; beforeAt = Date.now();
    const chosen = document.querySelector("[data-rows] > .chosen a[data-open], [data-rows] > .chosen a");
    if (event.key === "j") step(1);
    else if (event.key === "k") step(-1);
    else if (event.key === "o" && chosen) location.assign(chosen.href);
    else if (event.key === "r" && (pending || document.querySelector("#waiting:not([hidden])"))) show();
    else if (event.key === "/") {
      const field = document.querySelector("form.filters input, form.filters select, main input");
      if (field) { event.preventDefault(); field.focus(); }
    }
  });
  const button = document.createElement("button");
  button.type = "button"; button.textContent = "Keyboard (?)";
  button.addEventListener("click", help);
  const foot = document.querySelector("footer");
  if (foot) foot.append(button);

  if (map()) map().open = roomy;

  // ---------------------------------------------------------------- one incident: its link to the clipboard, its paper
  for (const link of document.querySelectorAll("[data-copy]")) {
    if (!navigator.clipboard) continue;
    link.addEventListener("click", (event) => {
      event.preventDefault();
      navigator.clipboard.writeText(link.href).then(
        () => { link.textContent = "Link copied"; },
        () => { location.href = link.href; },
      );
    });
  }
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }

  times();
  names();
  listen();
  poll();
  setInterval(age, 1000);
})();
