// What is seen of the chat: the launcher, the panel, the log and the field to write in. It knows nothing of the host.
class View {
  constructor(root, { texts, mode, actions }) {
    Object.assign(this, { root, texts, mode, actions });
    this.lines = new Map();
    // What waits to be acknowledged; what is acknowledged and not a line yet, by the number of that; what is one already.
    this.pending = new Map();
    this.acked = new Map();
    this.adopted = new Set();
    this.days = new Map();
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
    // What is on its way is read out when it is said.
    this.queue = el("div", { class: "log queue" });
    this.typing = el("div", { class: "typing", hidden: true },
      el("span", { class: "dots", "aria-hidden": "true" }, el("i"), el("i"), el("i")));
    this.typingWords = el("span", { class: "hidden", role: "status" });
    this.news = el("span", { class: "hidden", role: "status" });
    this.suggestions = el("div", { class: "suggestions", role: "group", "aria-label": texts.suggestions, hidden: true });
    this.scroller = el("div", { class: "scroller", tabindex: "0", role: "region", "aria-label": texts.log },
      this.earlier, this.empty, this.log, this.queue, this.typing);
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
      this.typingWords, this.news);
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
      // 229: the key that ends a composition, where the browser says too late that there was one.
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229) {
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
    this.focus();
    this.actions.opened();
  }

  // To the field to write in; on a telephone its keyboard would cover what was just said, so there the log gets it.
  focus() {
    const place = matchMedia("(pointer: fine)").matches ? this.field : this.scroller;
    place.focus({ preventScroll: true });
  }

  // In which language the bot speaks; the widget's own words have theirs.
  speaks(language) {
    if (!language) return;
    for (const place of [this.log, this.suggestions, this.title]) place.lang = language;
    this.log.setAttribute("aria-label", fill(this.texts.log, { bot: this.bot }));
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

  // Days between lines, buttons of the past, suggestions of the last message. What is as it was stays: it would be read
  // out again, and lose the focus.
  tidy() {
    const days = new Map();
    let day = "";
    let last = null;
    for (const { line, element } of this.lines.values()) {
      const date = new Date(line.at).toDateString();
      if (date !== day && !days.has(date)) {
        const words = this.day(line.at);
        const old = this.days.get(date);
        const isSame = old?.textContent === words;
        const shown = isSame ? old : el("div", {
          class: "day", role: "separator", "aria-label": words, lang: OWN.code,
        }, el("span", {}, words));
        if (old && !isSame) old.remove();
        if (element.previousElementSibling !== shown) element.before(shown);
        days.set(date, shown);
        last = null;
      }
      day = date;
      element.classList.toggle("follows", last !== null && last.by === line.by && last.name === line.name
        && line.at - last.at < 120000);
      last = line;
    }
    for (const [date, element] of this.days) if (!days.has(date)) element.remove();
    this.days = days;
    const all = [...this.lines.values()];
    const answered = all.findLastIndex(({ line }) => line.by === "visitor");
    const waits = this.pending.size > 0;
    all.forEach(({ element }, place) => element.classList.toggle("past", place < answered || waits));
    const open = all.slice(answered + 1).flatMap(({ line }) => line.messages.flatMap((one) => one.suggestions || []));
    this.suggest(waits ? [] : open);
    this.empty.hidden = this.lines.size + this.queue.childElementCount > 0;
    this.head();
  }

  suggest(shown) {
    const key = JSON.stringify(shown);
    if (key === this.suggested) return;
    this.suggested = key;
    const hadFocus = this.suggestions.contains(this.suggestions.getRootNode().activeElement);
    this.suggestions.hidden = shown.length === 0;
    this.suggestions.replaceChildren(...shown.map((one) => choice(one, this.actions, "suggestion")));
    if (hadFocus) this.focus();
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
    [...this.queue.children].find((one) => one.dataset.id === id && one.classList.contains("failed"))?.remove();
    if (this.pending.has(id)) return id;
    const element = el("article", { class: "line visitor waiting", "data-id": id },
      hidden(fill(this.texts.said, { who: this.texts.you })),
      el("div", { class: "bubble" }, el("p", { dir: "auto" }, text)),
      el("span", { class: "state" }, this.texts.sending));
    this.pending.set(id, { element, text });
    this.queue.append(element);
    this.tidy();
    this.toEnd();
    return id;
  }

  // It is acknowledged: the line that it became takes its place.
  arrived(id, line) {
    if (!this.pending.has(id)) return;
    const last = [...this.lines.keys()].pop() ?? 0;
    if (line > last) this.acked.set(line, id);
    else this.done(id);
  }

  done(id) {
    this.pending.get(id)?.element.remove();
    this.pending.delete(id);
    this.tidy();
  }

  // It is not taken. `again` sends it once more, where that may help.
  failed(id, words, again = null) {
    const element = this.pending.get(id)?.element;
    if (!element) return;
    this.pending.delete(id);
    element.classList.replace("waiting", "failed");
    const state = words ? `${this.texts.unsent}. ${words}` : this.texts.unsent;
    element.querySelector(".state").textContent = state;
    if (again) {
      element.append(el("button", {
        type: "button", class: "again",
        onclick: () => {
          this.focus();
          again();
        },
      }, this.texts.again));
    }
    // Said anew, where the same is said twice.
    this.news.textContent = "";
    this.news.textContent = state;
    this.tidy();
    this.toEnd();
  }

  // Nothing is on its way any more.
  drop() {
    this.queue.replaceChildren();
    this.pending.clear();
    this.acked.clear();
    this.adopted.clear();
  }

  // A line that was waited for takes the place of what waits.
  adopt(line) {
    const waits = this.acked.get(line.n) ?? [...this.pending].find(([, { text }]) => text === wordsOf(line))?.[0];
    this.acked.delete(line.n);
    if (waits === undefined) return;
    this.adopted.add(waits);
    this.pending.get(waits)?.element.remove();
    this.pending.delete(waits);
  }

  // Whether something that is not acknowledged is a line already: the connection broke between the two.
  isSaid(id, text, since) {
    if (this.adopted.has(id)) return true;
    if (this.pending.has(id)) return false;
    const taken = this.taken ??= new Set();
    for (const { line } of this.lines.values()) {
      // The clocks of the two need not agree.
      if (line.by !== "visitor" || taken.has(line.n) || line.at < since - 60000 || wordsOf(line) !== text) continue;
      taken.add(line.n);
      this.adopted.add(id);
      return true;
    }
    return false;
  }

  forget() {
    this.lines.clear();
    this.days.clear();
    for (const id of this.acked.values()) {
      this.pending.get(id)?.element.remove();
      this.pending.delete(id);
    }
    this.acked.clear();
    this.taken = null;
    this.log.replaceChildren();
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

function wordsOf(line) {
  return line.messages.flatMap((one) => one.runs || []).map((run) => run.text).join("");
}
