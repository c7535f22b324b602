// What is seen of the chat: the launcher, the panel, the log and the field to write in. It knows nothing of the host.
class View {
  constructor(root, { texts, mode, actions }) {
    Object.assign(this, { root, texts, mode, actions });
    this.lines = new Map();
    this.pending = new Map();
    this.bot = "";
    this.isOpen = mode === "page";
    this.unread = 0;
    this.build();
  }

  build() {
    const { texts } = this;
    this.title = el("h2", { id: "title" }, "");
    this.presence = el("p", { class: "presence" }, texts.connecting);
    this.closer = el("button", {
      type: "button", class: "plain", "aria-label": texts.close, onclick: () => this.close(),
    }, icon(this.mode === "page" ? "close" : "down"));
    this.face = el("span", { class: "face", "aria-hidden": "true" }, "");
    const header = el("header", {}, this.face, el("div", {}, this.title, this.presence),
      this.mode === "page" ? null : this.closer);
    this.earlier = el("button", {
      type: "button", class: "earlier", hidden: true, onclick: () => this.actions.earlier(),
    }, texts.earlier);
    this.empty = el("p", { class: "empty" }, texts.empty);
    // Everything that is said is read out, in order; what was said before is not.
    this.log = el("div", { class: "log", role: "log", "aria-live": "polite", "aria-relevant": "additions" });
    this.typing = el("div", { class: "typing", hidden: true },
      el("span", { class: "dots", "aria-hidden": "true" }, el("i"), el("i"), el("i")));
    this.typingWords = el("span", { class: "hidden", role: "status" });
    this.suggestions = el("div", { class: "suggestions", role: "group", "aria-label": texts.suggestions, hidden: true });
    this.scroller = el("div", { class: "scroller", tabindex: "0", role: "region", "aria-label": texts.log },
      this.earlier, this.empty, this.log, this.typing);
    this.below = el("button", { type: "button", class: "below", hidden: true, onclick: () => this.toEnd() },
      texts.unread, icon("down"));
    this.status = el("p", { class: "status", role: "status", hidden: true });
    this.field = el("textarea", {
      id: "field", rows: "1", maxlength: "10000", placeholder: texts.write, enterkeyhint: "send", dir: "auto",
    });
    this.sender = el("button", { type: "submit", class: "send", "aria-label": texts.send }, icon("send"));
    this.form = el("form", {}, el("label", { class: "hidden", for: "field" }, texts.write), this.field, this.sender);
    this.panel = el("section", {
      class: "panel", id: "panel", role: this.mode === "page" ? "region" : "dialog", "aria-labelledby": "title",
    }, header, this.status, el("div", { class: "middle" }, this.scroller, this.below), this.suggestions, this.form,
      this.typingWords);
    this.badge = el("span", { class: "badge", hidden: true });
    this.launcher = el("button", {
      type: "button", class: "launcher", "aria-label": texts.open, "aria-expanded": "false", "aria-controls": "panel",
      onclick: () => (this.isOpen ? this.close() : this.open()),
    }, icon("chat"), icon("close"), this.badge);
    this.root.append(this.panel);
    if (this.mode !== "page") this.root.append(this.launcher);
    this.reveal();

    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.write();
    });
    this.field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.write();
      }
    });
    this.field.addEventListener("input", () => this.fit());
    this.root.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.isOpen && this.mode !== "page") this.close();
    });
    this.scroller.addEventListener("scroll", () => {
      if (this.isAtEnd()) {
        this.below.hidden = true;
        this.actions.looked();
      }
    });
  }

  fit() {
    this.field.style.height = "auto";
    this.field.style.height = `${Math.min(this.field.scrollHeight, 128)}px`;
  }

  write() {
    const text = this.field.value.trim();
    if (!text) return;
    this.field.value = "";
    this.fit();
    this.actions.say(text);
  }

  open() {
    this.isOpen = true;
    this.reveal();
    this.count(0);
    this.toEnd(true);
    this.focus(true);
    this.actions.opened();
  }

  // To the field to write in; on a telephone its keyboard would cover what was just said, so there only the panel gets it.
  focus(isNew = false) {
    if (matchMedia("(pointer: fine)").matches) this.field.focus({ preventScroll: true });
    else if (isNew) this.scroller.focus({ preventScroll: true });
  }

  close() {
    this.isOpen = false;
    this.reveal();
    this.launcher.focus();
    this.actions.closed();
  }

  reveal() {
    this.panel.hidden = !this.isOpen;
    this.root.classList.toggle("open", this.isOpen);
    this.launcher.setAttribute("aria-expanded", String(this.isOpen));
    this.launcher.setAttribute("aria-label", this.isOpen ? this.texts.close : this.texts.open);
  }

  count(unread) {
    this.unread = unread;
    this.badge.hidden = unread === 0;
    this.badge.textContent = unread > 9 ? "9+" : String(unread);
    if (!this.isOpen && unread > 0) {
      this.launcher.setAttribute("aria-label", `${this.texts.open} (${this.texts.unread}: ${unread})`);
    }
  }

  name(bot) {
    this.bot = bot;
    this.log.setAttribute("aria-label", fill(this.texts.log, { bot }));
    this.scroller.setAttribute("aria-label", fill(this.texts.log, { bot }));
    this.head();
  }

  // Who is there: the bot, or the colleague who wrote last.
  head() {
    const last = [...this.lines.values()].filter(({ line }) => line.by !== "visitor").pop();
    const colleague = last && last.line.by === "operator" ? last.line.name : null;
    this.title.textContent = colleague || this.bot;
    this.face.textContent = Array.from(colleague || this.bot || "?")[0].toUpperCase();
    this.face.classList.toggle("person", Boolean(colleague));
    if (this.isOnline) this.presence.textContent = colleague ? this.texts.colleague : this.texts.online;
  }

  // How the connection is; `quiet` while a first attempt is under way.
  connection(state) {
    this.isOnline = state === "online";
    this.root.classList.toggle("offline", state === "offline");
    this.status.hidden = state !== "offline";
    this.status.textContent = state === "offline" ? this.texts.offline : "";
    this.presence.textContent = this.isOnline ? this.texts.online : this.texts.connecting;
    this.head();
  }

  note(text) {
    this.status.hidden = !text;
    this.status.textContent = text || "";
  }

  who(line) {
    if (line.by === "visitor") return this.texts.you;
    return line.by === "operator" ? line.name : this.bot;
  }

  // Lines in order of their numbers; those that are there already stay as they are. `history`: not read out.
  add(lines, { history = false } = {}) {
    const wasAtEnd = this.isAtEnd();
    const height = this.scroller.scrollHeight;
    let isBefore = false;
    if (history) this.log.setAttribute("aria-live", "off");
    for (const line of lines) {
      if (this.lines.has(line.n)) continue;
      const element = lineElement(line, this.who(line), this.actions);
      const next = [...this.lines.entries()].find(([n]) => n > line.n);
      this.lines.set(line.n, { line, element });
      if (next) {
        isBefore = true;
        next[1].element.before(element);
        this.lines = new Map([...this.lines.entries()].sort(([a], [b]) => a - b));
      } else if (this.pending.size) {
        [...this.pending.values()][0].before(element);
      } else {
        this.log.append(element);
      }
      if (line.by !== "visitor") this.types(false);
      // What waits to be acknowledged and is here already is one thing.
      if (line.by === "visitor") this.adopt(line);
    }
    this.tidy();
    if (history) requestAnimationFrame(() => this.log.setAttribute("aria-live", "polite"));
    if (isBefore) this.scroller.scrollTop += this.scroller.scrollHeight - height;
    else if (wasAtEnd || history || lines.some((line) => line.by === "visitor")) this.toEnd(history);
    else if (lines.some((line) => line.by !== "visitor")) this.below.hidden = false;
  }

  // Days between lines, buttons of the past, suggestions of the last message.
  tidy() {
    for (const old of this.log.querySelectorAll(".day")) old.remove();
    let day = "";
    let last = null;
    for (const { line, element } of this.lines.values()) {
      const date = new Date(line.at).toDateString();
      if (date !== day) {
        day = date;
        element.before(el("div", { class: "day", role: "separator" }, el("span", {}, this.day(line.at))));
        last = null;
      }
      element.classList.toggle("follows", last !== null && last.by === line.by && last.name === line.name
        && line.at - last.at < 120000);
      last = line;
    }
    const all = [...this.lines.values()];
    const answered = all.findLastIndex(({ line }) => line.by === "visitor");
    all.forEach(({ element }, place) => element.classList.toggle("past", place < answered || this.pending.size > 0));
    const open = all.slice(answered + 1).flatMap(({ line }) => line.messages.flatMap((one) => one.suggestions || []));
    const shown = this.pending.size ? [] : open;
    this.suggestions.hidden = shown.length === 0;
    this.suggestions.replaceChildren(...shown.map((one) => choice(one, this.actions, "suggestion")));
    this.empty.hidden = this.lines.size + this.pending.size > 0;
    this.head();
  }

  day(at) {
    const days = (moment) => Math.floor((moment - new Date(moment).getTimezoneOffset() * 60000) / 86400000);
    const ago = days(Date.now()) - days(at);
    if (ago === 0) return this.texts.today;
    if (ago === 1) return this.texts.yesterday;
    return new Intl.DateTimeFormat(this.actions.locale, { weekday: "long", day: "numeric", month: "long" })
      .format(new Date(at));
  }

  // Something that is on its way.
  wait(id, text) {
    if (this.pending.has(id)) return;
    const element = el("article", { class: "line visitor waiting", "data-id": id },
      hidden(fill(this.texts.said, { who: this.texts.you })),
      el("div", { class: "bubble" }, el("p", { dir: "auto" }, text)),
      el("span", { class: "state" }, this.texts.sending));
    element.dataset.text = text;
    this.pending.set(id, element);
    this.log.append(element);
    this.tidy();
    this.toEnd();
  }

  arrived(id) {
    const element = this.pending.get(id);
    if (!element) return;
    element.remove();
    this.pending.delete(id);
    this.tidy();
  }

  failed(id, words) {
    const element = this.pending.get(id);
    if (!element) return;
    this.pending.delete(id);
    element.classList.add("failed");
    element.querySelector(".state").textContent = words ? `${this.texts.unsent}. ${words}` : this.texts.unsent;
    this.tidy();
  }

  adopt(line) {
    const text = line.messages.flatMap((one) => one.runs || []).map((run) => run.text).join("");
    for (const [id, element] of this.pending) {
      if (element.dataset.text === text) {
        element.remove();
        this.pending.delete(id);
        return;
      }
    }
  }

  forget() {
    this.lines.clear();
    this.log.replaceChildren(...this.pending.values());
    this.tidy();
  }

  hasEarlier(are) { this.earlier.hidden = !are; }

  types(are) {
    clearTimeout(this.stopsTyping);
    this.typing.hidden = !are;
    this.typingWords.textContent = are ? fill(this.texts.typing, { who: this.title.textContent }) : "";
    if (are) {
      this.stopsTyping = setTimeout(() => this.types(false), 30000);
      this.toEnd();
    }
  }

  isAtEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight < 48;
  }

  toEnd(atOnce = false) {
    const still = atOnce || matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.scroller.scrollTo({ top: this.scroller.scrollHeight, behavior: still ? "instant" : "smooth" });
    this.below.hidden = true;
  }
}
