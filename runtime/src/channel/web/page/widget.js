// Puts the chat on a page. <script src="https://HOST/widget.js" async></script> is all that a site needs; docs/web-chat.md
// says what else it may say.
const script = document.currentScript;

function start() {
  const said = script?.dataset ?? {};
  const host = new URL(said.host || script?.src || location.href, location.href);
  const mode = said.mode === "page" ? "page" : "float";
  const languages = said.language ? [said.language] : [document.documentElement.lang, ...navigator.languages];
  const texts = textsFor(said.language ? languages : [...navigator.languages, ...languages]);
  const memory = new Memory(host.host);
  OWN.code = texts.code;
  const place = (said.target && document.querySelector(said.target)) || document.body;
  const holder = el("div", { class: "botflow-chat", lang: texts.code });
  place.append(holder);
  const shadow = holder.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(CSS);
  shadow.adoptedStyleSheets = [sheet];
  const root = el("div", { class: `chat ${mode}`, dir: getComputedStyle(place).direction });
  if (/^#[0-9a-f]{6}$/i.test(said.accent || "")) root.style.setProperty("--accent", said.accent);
  shadow.append(root);

  let view = null;
  const arrived = Date.now();
  let identity = said.identifier ? { identifier: said.identifier, identifier_hash: said.identifierHash || "" } : null;
  const event = (name, fields = {}) => {
    if (wire.send({ type: "event", name: String(name), fields }) === null) {
      console.warn(`botflow: \`${name}\` is not reported: its fields are more than a message holds`);
    }
  };

  // What was before their eyes: only while they look. Several lines at once are told at once.
  let looking;
  let reported = { delivered: 0, read: 0 };
  const looked = () => {
    if (view.isOpen && !document.hidden) view.count(0);
    clearTimeout(looking);
    looking = setTimeout(() => {
      if (!wire.last || !wire.ready) return;
      const read = view.isOpen && !document.hidden ? wire.last : memory.get("read");
      if (reported.delivered === wire.last && reported.read >= read) return;
      reported = { delivered: wire.last, read };
      wire.put({ type: "seen", ...reported });
    }, 300);
  };

  // Something they say: shown as waiting until it is a line.
  const say = (message, text) => {
    const id = wire.send(message);
    if (id) view.wait(id, text);
    else view.failed(view.wait(newId(), text), texts.tooLong);
  };
  const actions = {
    texts,
    // As people of the visitor's country write moments, where they speak the language of the words around.
    locale: navigator.languages.find((one) => one.toLowerCase().split("-")[0] === texts.code) ?? texts.code,
    event,
    looked,
    say: (text) => say({ type: "message", text }, text),
    press: (payload, label) => {
      say({ type: "press", payload, label }, label);
      view.focus();
    },
    earlier: () => wire.earlier(),
    opened: () => {
      memory.set({ open: true });
      wire.put({ type: "open" });
      looked();
    },
    closed: () => memory.set({ open: false }),
  };
  view = new View(root, { texts, mode, actions });

  const query = new URL(location.href).searchParams;
  const wire = new Wire(new URL("/web/socket", host.href.replace(/^http/, "ws")).href, memory, (isFirst) => ({
    language: said.language || navigator.language,
    timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    referral: isFirst ? query.get("ref") : null,
    identity,
  }), {
    offline: () => view.connection("offline"),
    notVouched: () => {
      identity = null;
      console.warn("botflow: nobody vouches for `data-identifier`: `data-identifier-hash` is not its HMAC-SHA256 with the "
        + "secret that the host has. The chat goes on without it.");
    },
    welcome: (welcome, lines, isAnother) => {
      view.name(welcome.bot);
      view.connection("online");
      view.speaks(welcome.language);
      if (isAnother) view.drop();
      if (welcome.fresh) {
        view.forget();
        view.hasEarlier(welcome.earlier);
      }
      view.add(lines, { history: welcome.fresh });
      for (const waiting of memory.get("pending")) {
        const text = waiting.type === "message" ? waiting.text : waiting.type === "press" ? waiting.label : null;
        if (text !== null && !view.isSaid(waiting.id, text, waiting.since)) view.wait(waiting.id, text);
      }
      if (view.isOpen) wire.put({ type: "open" });
      reported = { delivered: 0, read: 0 };
      looked();
    },
    reset: (reset, lines) => {
      view.speaks(reset.language);
      view.forget();
      view.hasEarlier(reset.earlier);
      view.add(lines, { history: true });
      reported = { delivered: 0, read: 0 };
      looked();
    },
    lines: (told, lines) => {
      view.speaks(told.language);
      view.add(lines);
      const unread = lines.filter((line) => line.by !== "visitor").length;
      if (!view.isOpen && unread) view.count(view.unread + unread);
      looked();
    },
    earlier: (told) => {
      view.hasEarlier(told.earlier);
      view.add(told.lines, { history: true });
    },
    ack: (ack, waiting) => {
      view.note("");
      view.arrived(ack.id, ack.line);
      if (waiting && waiting.type !== "event") view.types(ack.typing);
    },
    again: () => {
      if (view.isOpen) wire.put({ type: "open" });
      if (wire.asks) wire.earlier();
      reported = { delivered: 0, read: 0 };
      looked();
    },
    busy: () => view.note(texts.busy),
    refused: ({ id, code }, waiting) => {
      const isLong = code === "too_long";
      // What is no message today is none tomorrow.
      const again = waiting && !["too_long", "malformed", "empty", "id", "event"].includes(code);
      view.failed(id, isLong ? texts.tooLong : "", again ? () => say(waiting, waiting.text ?? waiting.label) : null);
    },
  });

  // Whoever comes next at this browser is somebody else: for when people log out.
  const anew = () => {
    identity = null;
    view.drop();
    view.forget();
    view.hasEarlier(false);
    view.types(false);
    view.note("");
    wire.anew();
  };
  memory.whenForgotten(anew);

  watchPage(event, arrived, query);
  if (mode === "float" && (said.open === "true" || memory.get("open"))) view.open();
  document.addEventListener("visibilitychange", looked);
  window.botflow = {
    open: () => view.open(),
    close: () => view.close(),
    event,
    forget: () => {
      memory.forget();
      anew();
    },
  };
  holder.dispatchEvent(new CustomEvent("botflow-ready", { bubbles: true }));
}

// What a browser sees happen on a page: visits, pages, leaving, idleness. Clicks and fields only where the site names them
// (`data-botflow="NAME"`), and never what is written in a field.
function watchPage(event, arrived, query) {
  const url = () => location.href.split("#")[0];
  let visited = null;
  try {
    visited = sessionStorage.getItem("botflow:visit");
    sessionStorage.setItem("botflow:visit", "1");
  } catch { /* Every page is a visit then. */ }
  if (!visited) {
    const fields = { url: url(), referrer: document.referrer || null };
    for (const name of ["utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content"]) {
      if (query.get(name)) fields[name] = query.get(name);
    }
    event("visit_started", fields);
    if (query.get("ref")) event("referral_opened", { referral: query.get("ref") });
  }
  event("page_viewed", { url: url(), title: document.title || null });
  let hasLeft = false;
  document.addEventListener("mouseout", (mouse) => {
    if (hasLeft || mouse.relatedTarget || mouse.clientY > 0 || Date.now() - arrived < 3000) return;
    hasLeft = true;
    event("exit_intent", { url: url() });
  });
  const named = (target) => target instanceof Element && target.closest("[data-botflow]");
  document.addEventListener("click", (click) => {
    const element = named(click.target);
    if (element) event("clicked", { element: element.dataset.botflow, url: url() });
  }, true);
  document.addEventListener("change", (change) => {
    const field = named(change.target);
    if (field) event("field_filled", { field: field.dataset.botflow, url: url() });
  }, true);
  let quiet = 0;
  const reports = new Set([60, 300]);
  for (const what of ["pointerdown", "pointermove", "keydown", "scroll", "touchstart"]) {
    addEventListener(what, () => { quiet = 0; }, { passive: true, capture: true });
  }
  setInterval(() => {
    if (document.hidden) return;
    quiet += 1;
    if (reports.has(quiet)) event("idle", { seconds: quiet, url: url() });
  }, 1000);
}

if (document.body) start();
else addEventListener("DOMContentLoaded", start);
