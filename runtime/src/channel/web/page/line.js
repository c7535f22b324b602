// One line of the conversation as elements. Words become text nodes, whatever stands in them; addresses are opened only if
// they are of the web.
function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

function isWeb(url) {
  return typeof url === "string" && /^https?:\/\//i.test(url);
}

// The language of the widget's own words, which the bot's need not be in.
const OWN = { code: "en" };

function hidden(text) {
  return el("span", { class: "hidden", lang: OWN.code }, text);
}

// A link that leaves the page.
function anchor(url, texts, attributes, ...children) {
  return el("a", { href: url, target: "_blank", rel: "noopener noreferrer", ...attributes }, ...children,
    hidden(` (${texts.newTab})`));
}

function words(runs, texts) {
  return runs.map((run) => {
    let node = document.createTextNode(run.text);
    if (run.italic) node = el("em", {}, node);
    if (run.bold) node = el("strong", {}, node);
    if (isWeb(run.link)) node = anchor(run.link, texts, {}, node);
    return node;
  });
}

function fileName(url) {
  try {
    const last = new URL(url).pathname.split("/").filter(Boolean).pop();
    return last ? decodeURIComponent(last) : new URL(url).hostname;
  } catch {
    return url;
  }
}

function picture(file, texts) {
  const frame = el("figure", { class: "picture" });
  const image = el("img", { src: file.url, alt: file.alt || "", loading: "lazy", referrerpolicy: "no-referrer" });
  // What cannot be loaded is told in words.
  image.addEventListener("error", () => {
    frame.classList.add("missing");
    if (/^http:/i.test(file.url)) {
      console.warn(`botflow: ${file.url} is not shown: pictures come over https only`);
    }
    frame.replaceChildren(el("span", {}, file.alt || file.name || texts.picture));
  });
  frame.append(image);
  return frame;
}

function media(file, texts) {
  if (!isWeb(file.url)) return el("p", { class: "file" }, file.name || file.alt || texts.file);
  const label = file.alt || file.name || fileName(file.url);
  switch (file.kind) {
    case "image":
      return anchor(file.url, texts, { class: "picture-link", "aria-label": `${label} (${texts.newTab})` },
        picture(file, texts));
    case "video":
      return el("video", { src: file.url, controls: true, preload: "metadata", "aria-label": label });
    case "audio":
      return el("audio", { src: file.url, controls: true, preload: "metadata", "aria-label": label });
    default:
      return anchor(file.url, texts, { class: "file" }, icon("file"), el("span", {}, file.name || label));
  }
}

function place(at, texts) {
  const latitude = Number(at.latitude).toFixed(5);
  const longitude = Number(at.longitude).toFixed(5);
  const url = `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`;
  return anchor(url, texts, { class: "place" }, icon("pin"),
    el("span", {}, el("strong", {}, at.name || texts.place), el("small", { lang: OWN.code }, texts.map)));
}

// A button that answers, opens or calls.
function choice(button, actions, kind) {
  const { texts } = actions;
  const label = el("span", { dir: "auto" }, button.label);
  if (isWeb(button.open)) {
    return anchor(button.open, texts, {
      class: kind,
      onclick: () => actions.event("clicked", { element: button.label, url: location.href }),
    }, label, icon("out"));
  }
  if (button.call) {
    return el("a", { class: kind, href: `tel:${String(button.call).replace(/[^+0-9]/g, "")}` },
      icon("phone"), label);
  }
  if (!button.press) return el("span", { class: kind }, label);
  return el("button", {
    type: "button", class: kind, onclick: () => actions.press(button.press, button.label),
  }, label);
}

function card(one, actions) {
  return el("li", { class: "card" },
    one.image && isWeb(one.image.url) ? picture(one.image, actions.texts) : null,
    el("div", { class: "card-words" },
      el("strong", { class: "card-title", dir: "auto" }, ...words(one.title, actions.texts)),
      one.text ? el("p", { dir: "auto" }, ...words(one.text, actions.texts)) : null),
    one.buttons
      ? el("div", { class: "card-buttons" }, ...one.buttons.map((button) => choice(button, actions, "option")))
      : null);
}

// The pieces of one message: bubbles, cards, options.
function pieces(message, actions) {
  const { texts } = actions;
  const shown = [];
  const bubble = [];
  for (const file of message.media || []) bubble.push(media(file, texts));
  for (const at of message.locations || []) bubble.push(place(at, texts));
  if (message.runs) bubble.push(el("p", { dir: "auto" }, ...words(message.runs, texts)));
  if (bubble.length) shown.push(el("div", { class: "bubble" }, ...bubble));
  if (message.cards) {
    shown.push(el("ul", { class: "cards", "aria-label": texts.cards, tabindex: "0" },
      ...message.cards.map((one) => card(one, actions))));
  }
  if (message.buttons) {
    shown.push(el("div", { class: "options", role: "group", "aria-label": texts.choices },
      ...message.buttons.map((button) => choice(button, actions, "option"))));
  }
  return shown;
}

// A whole line, as the log shows it.
function lineElement(line, who, actions) {
  const time = new Date(line.at);
  const clock = new Intl.DateTimeFormat(actions.locale, { hour: "2-digit", minute: "2-digit" }).format(time);
  return el("article", { class: `line ${line.by}`, "data-n": line.n },
    hidden(fill(actions.texts.said, { who })),
    line.by === "operator" ? el("p", { class: "who", "aria-hidden": "true" }, who) : null,
    ...line.messages.flatMap((message) => pieces(message, actions)),
    el("time", { datetime: time.toISOString(), lang: OWN.code }, clock));
}

const ICONS = {
  chat: "M4 4h16a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H9l-5 4v-4a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2z",
  close: "M6 6l12 12M18 6L6 18",
  send: "M3 12l18-8-6 17-3-7z",
  out: "M14 5h5v5M19 5l-8 8M17 13v5H6V7h5",
  phone: "M6 3h4l2 5-3 2a11 11 0 0 0 5 5l2-3 5 2v4a2 2 0 0 1-2 2A16 16 0 0 1 4 5a2 2 0 0 1 2-2z",
  pin: "M12 21s7-6 7-11a7 7 0 0 0-14 0c0 5 7 11 7 11zM12 12a2 2 0 1 0 0-4 2 2 0 0 0 0 4z",
  file: "M6 3h8l5 5v13H6zM14 3v5h5",
  down: "M6 9l6 6 6-6",
};

function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const [key, value] of Object.entries({
    viewBox: "0 0 24 24", class: `icon icon-${name}`, "aria-hidden": "true", focusable: "false",
  })) svg.setAttribute(key, value);
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}
