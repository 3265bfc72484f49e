// What the pages do beyond forms and links: parts that load themselves again when something happened, the live stream, and
// comfort for forms. Without this file every page works; it only stands still.
(() => {
  "use strict";

  const topicsOf = part => part.dataset.live.split(" ");
  const liveParts = () => [...document.querySelectorAll("[data-live]")].filter(part => part.dataset.live);
  const stream = document.getElementById("stream");
  const state = document.getElementById("live-state");

  // A part that the reader is busy with stays as it is.
  const inUse = part =>
    (part.contains(document.activeElement) && document.activeElement.matches("input, select, textarea, button, summary")) ||
    part.querySelector("details[open], input:checked") !== null;

  // Loads the page again and takes the named parts out of it: at most twice a second, lists every two seconds.
  const waiting = new Set();
  let timer = 0;
  let loading = false;

  const load = async () => {
    timer = 0;
    if (loading || document.hidden) return;
    const ids = [...waiting];
    waiting.clear();
    loading = true;
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      if (!answer.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const id of ids) {
        const [old, now] = [document.getElementById(id), fresh.getElementById(id)];
        if (old && now && !inUse(old) && old.innerHTML !== now.innerHTML) old.replaceWith(now);
      }
      loadAgain();
    } catch {
      // The next event, or the return of the stream, tries again.
    } finally {
      loading = false;
      if (waiting.size > 0) plan(2000);
    }
  };

  const plan = pause => {
    if (timer === 0 && !document.hidden) timer = setTimeout(load, pause);
  };

  // A part that waits for something without an event says after how many seconds it is to be loaded again.
  const loadAgain = () => {
    for (const mark of document.querySelectorAll("[data-again]")) {
      waiting.add(mark.closest("section").id);
      plan(1000 * mark.dataset.again);
    }
  };

  const refresh = (topic, subject) => {
    for (const part of liveParts()) {
      if (topic && !topicsOf(part).includes(topic)) continue;
      if (subject && part.dataset.subject && part.dataset.subject !== subject) continue;
      waiting.add(part.id);
      plan(part.dataset.subject ? 500 : 2000);
    }
  };

  // The stream: lines are collected and shown twice a second, the newest first.
  const lines = [];
  const mostLines = 200;
  let painting = 0;

  const line = (text, kind) => {
    const item = document.createElement("li");
    item.textContent = text;
    if (kind) item.className = kind;
    return item;
  };

  const paint = () => {
    painting = 0;
    if (document.getElementById("stream-pause")?.checked) return;
    const fresh = lines.splice(0, lines.length).slice(-mostLines).reverse();
    stream.prepend(...fresh.map(one => line(one.text, one.kind)));
    while (stream.childElementCount > mostLines) stream.lastElementChild.remove();
  };

  const show = (text, kind) => {
    if (!stream) return;
    const filter = document.getElementById("stream-filter")?.value.trim().toLowerCase();
    if (filter && kind !== "gap" && !text.toLowerCase().includes(filter)) return;
    lines.push({ text, kind });
    if (lines.length > mostLines) lines.shift();
    if (painting === 0) painting = setTimeout(paint, 500);
  };

  document.getElementById("stream-pause")?.addEventListener("change", paint);

  const topics = { workload: "workloads", batch: "batches", phase: "batches", grid: "grid", decision: "decisions" };
  const topicOf = type => topics[type.split(".")[1]] ?? "insights";

  const words = type => type.replace(/^pylon\./, "").replace(/\.v\d+$/, "").replace(/[._]/g, " ");

  // One connection while the page is seen: a browser has six for each host, and a hidden page needs none. The position of
  // the last event continues where the page stopped.
  const readable = document.body.dataset.topics.split(" ");
  const wanted = readable.filter(topic => topic && (stream || liveParts().some(part => topicsOf(part).includes(topic))));
  let source = null;
  let position = "";

  const received = message => {
    position = message.lastEventId;
    if (message.type === "gap") {
      show("Events are missing here: they are no longer kept.", "gap");
      refresh();
      return;
    }
    const event = JSON.parse(message.data);
    show(`${new Date(event.time).toISOString().slice(11, 19)} UTC · ${words(event.type)} · ${event.subject ?? ""}`);
    refresh(topicOf(event.type), event.subject);
  };

  const listen = () => {
    if (source !== null || document.hidden || wanted.length === 0) return;
    source = new EventSource(`/beckn/broadcast?topics=${wanted.join(",")}${position ? `&lastEventId=${encodeURIComponent(position)}` : ""}`);
    // The stream names its events by type, and EventSource has no listener for all of them.
    for (const type of ["gap", ...document.body.dataset.events.split(" ")]) source.addEventListener(type, received);
    source.onopen = () => {
      if (state) state.textContent = "";
      if (stream) stream.dataset.state = "open";
      // What happened between the page and the begin of the stream.
      refresh();
    };
    source.onerror = () => {
      if (state) state.textContent = "The live connection is lost; the browser tries again.";
      if (stream) delete stream.dataset.state;
      // After an answer that is an error the browser gives up by itself.
      if (source?.readyState === EventSource.CLOSED) {
        source = null;
        setTimeout(listen, 3000 + 4000 * Math.random());
      }
    };
  };

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      source?.close();
      source = null;
      return;
    }
    listen();
    loadAgain();
  });
  listen();
  loadAgain();

  // A form is sent once.
  document.addEventListener("submit", event => {
    const button = event.submitter;
    if (event.target.dataset.sent) event.preventDefault();
    if (event.target.method !== "post") return;
    event.target.dataset.sent = "yes";
    button?.setAttribute("aria-busy", "true");
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
    for (const button of document.querySelectorAll("button[aria-busy]")) button.removeAttribute("aria-busy");
  });

  // A slider says its value while it moves, and shows it when it is let go.
  for (const slider of document.querySelectorAll("input[type=range][data-says]")) {
    const says = document.getElementById(slider.dataset.says);
    slider.addEventListener("input", () => { says.textContent = slider.value > 0 ? `+${slider.value} h` : `${slider.value} h`; });
    slider.addEventListener("change", () => slider.form.requestSubmit());
  }
})();
