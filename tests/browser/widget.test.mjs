// The widget in a real browser, and a host that does what each test says: what no real host can be made to do.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { join } from "node:path";
import { DESKTOP, PHONE, launch, pictures, root, said, write } from "./kit.mjs";

const SITE = "http://localhost:9";
const folder = join(root, "runtime/src/channel/web");
const file = (name) => readFileSync(join(folder, "page", name), "utf8");
const parts = [...readFileSync(join(folder, "assets.rs"), "utf8").matchAll(/include_str!\("page\/(\w+\.js)"\)/g)];
const WIDGET = `(() => { "use strict"; const CSS = ${JSON.stringify(file("widget.css"))};\n${
  parts.map(([, name]) => file(name)).join("")}})();`;

let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser?.close(); });

// Reports of the page are acknowledged by themselves, unless a test does that.
// What comes, in order.
class Queue {
  constructor() { Object.assign(this, { come: [], waiting: [] }); }

  push(one) {
    const waits = this.waiting.shift();
    if (waits) waits(one);
    else this.come.push(one);
  }

  next() {
    if (this.come.length) return Promise.resolve(this.come.shift());
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error("nothing comes")), 20000);
      this.waiting.push((one) => {
        clearTimeout(late);
        resolve(one);
      });
    });
  }
}

// One connection of a page, from the side of the host.
class Connection {
  constructor(socket, acks) {
    this.socket = socket;
    this.heard = new Queue();
    socket.onMessage((text) => {
      const heard = JSON.parse(text);
      this.heard.push(heard);
      if (acks && heard.type === "event") this.ack(heard.id);
    });
  }

  tell(message) { this.socket.send(JSON.stringify(message)); }

  // The next of what it says that is of this type.
  async hears(type) {
    for (;;) {
      const heard = await this.heard.next();
      if (heard.type === type) return heard;
    }
  }

  // Greets whoever comes, and gives what they said first.
  async greets(more = {}) {
    const hello = await this.hears("hello");
    this.tell({
      type: "welcome", v: 1, token: hello.token ?? "t.1", bot: "Luna", language: "en", thread: "1", fresh: true, earlier: false,
      before: 0, lines: [], ...more,
    });
    return hello;
  }

  ack(id, line = 0) { this.tell({ type: "ack", id, line, typing: false }); }
  lines(...lines) { this.tell({ type: "lines", thread: "1", lines }); }
  close(code) { return this.socket.close({ code, reason: "" }); }
}

const line = (n, by, text, more = {}) => ({ n, at: Date.now() - 1000 + n, by, messages: [{ runs: [{ text }], ...more }] });

// A browser of somebody, whose connections come one by one.
async function visitor(options = {}) {
  const { attributes = 'data-mode="page"', html = "", acks = true, ...rest } = options;
  const context = await browser.newContext({ viewport: DESKTOP, locale: "en-GB", reducedMotion: "reduce", ...rest });
  context.setDefaultTimeout(20000);
  const css = file("page.css");
  await context.route(/.*/, (route) => {
    const { pathname } = new URL(route.request().url());
    if (pathname === "/widget.js") return route.fulfill({ contentType: "text/javascript", body: WIDGET });
    const body = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
      <style>${css}</style><title>Site</title><body class="page"><main>${html}</main>
      <script src="/widget.js" data-target="main" ${attributes}></script>`;
    return route.fulfill({ contentType: "text/html", body });
  });
  const connections = new Queue();
  await context.routeWebSocket(/web\/socket$/, (socket) => connections.push(new Connection(socket, acks)));
  const opened = async (path = "/") => {
    const page = await context.newPage();
    page.warnings = [];
    page.problems = [];
    page.on("pageerror", (error) => page.problems.push(String(error)));
    page.on("console", (message) => { if (message.type() === "warning") page.warnings.push(message.text()); });
    await page.goto(`${SITE}${path}`);
    return page;
  };
  const kept = (page) => page.evaluate(() => JSON.parse(localStorage.getItem("botflow:localhost:9")));
  return { context, connections, opened, kept, connected: () => connections.next(), close: () => context.close() };
}

test("a wrong identity is left away, and the visitor stays who they are", async () => {
  const ana = await visitor({ attributes: 'data-mode="page" data-identifier="a@b.example" data-identifier-hash="00"' });
  const page = await ana.opened();
  await page.evaluate(() => localStorage.setItem("botflow:localhost:9", JSON.stringify({ token: "kept" })));
  const first = await ana.connected();
  await first.hears("hello");
  await page.reload();
  const second = await ana.connected();
  const hello = await second.hears("hello");
  assert.deepEqual([hello.token, hello.identity], ["kept", { identifier: "a@b.example", identifier_hash: "00" }]);
  second.tell({ type: "refused", code: "identity" });
  await second.close(4403);
  const third = await ana.connected();
  const again = await third.greets();
  assert.deepEqual([again.token, again.identity], ["kept", null]);
  await write(page, "hello");
  assert.equal((await third.hears("message")).text, "hello");
  assert.match(page.warnings.join(), /data-identifier-hash/);
  assert.deepEqual(page.problems, []);
  await ana.close();
});

test("what waits is not said by whoever logs in next", async () => {
  const ana = await visitor();
  const page = await ana.opened();
  const first = await ana.connected();
  await first.greets({ token: "ana", lines: [line(1, "bot", "Hello Ana")] });
  await said(page, "Hello Ana").waitFor();
  await write(page, "of Ana");
  await first.hears("message");
  await first.close(1012);
  const second = await ana.connected();
  const hello = await second.hears("hello");
  assert.equal(hello.token, "ana");
  second.tell({
    type: "welcome", v: 1, token: "bob", bot: "Luna", thread: "2", fresh: true, earlier: false, before: 0,
    lines: [line(1, "bot", "Hello Bob")],
  });
  await said(page, "Hello Bob").waitFor();
  assert.equal(await page.getByText("of Ana").count(), 0);
  assert.equal(await page.getByText("Hello Ana").count(), 0);
  await write(page, "of Bob");
  assert.equal((await second.hears("message")).text, "of Bob");
  assert.equal((await ana.kept(page)).token, "bob");
  await ana.close();
});

test("a browser forgets its visitor in all tabs", async () => {
  const ana = await visitor({ attributes: 'data-mode="page" data-identifier="a@b.example" data-identifier-hash="00"' });
  const page = await ana.opened();
  await (await ana.connected()).greets({ lines: [line(1, "bot", "Hello Ana")] });
  await said(page, "Hello Ana").waitFor();
  const other = await ana.opened();
  await (await ana.connected()).greets({ lines: [line(1, "bot", "Hello Ana")] });
  await said(other, "Hello Ana").waitFor();
  await page.evaluate(() => window.botflow.forget());
  const next = await ana.connected();
  const hello = await next.greets({ token: "t.2", thread: "" });
  assert.deepEqual([hello.token, hello.identity, hello.thread, hello.read], [null, null, null, 0]);
  const last = await (await ana.connected()).greets();
  assert.deepEqual([last.token, last.identity, last.thread], ["t.2", null, null]);
  for (const one of [page, other]) await said(one, "Hello Ana").waitFor({ state: "detached" });
  assert.deepEqual(page.problems, []);
  await ana.close();
});

test("what no host would read is not sent, or given up", async () => {
  const ana = await visitor();
  const page = await ana.opened();
  let host = await ana.connected();
  await host.greets();
  await page.evaluate(() => window.botflow.event("clicked", { element: "half \ud800" }));
  let half;
  do half = await host.hears("event"); while (half.name !== "clicked");
  assert.equal(half.fields.element, "half \ufffd");
  await page.evaluate(() => {
    const ring = {};
    ring.ring = ring;
    window.botflow.event("clicked", ring);
    window.botflow.event("clicked", { element: "x".repeat(70000) });
  });
  // What closes the connection twice is not posted a third time.
  await write(page, "bad");
  for (let time = 0; time < 2; time += 1) {
    assert.equal((await host.hears("message")).text, "bad");
    await host.close(1009);
    host = await ana.connected();
    await host.greets();
  }
  await page.getByRole("status").getByText("Not sent").waitFor({ state: "attached" });
  await write(page, "good");
  assert.equal((await host.hears("message")).text, "good");
  assert.equal(page.warnings.filter((warning) => warning.includes("clicked")).length, 2);
  assert.deepEqual(page.problems, []);
  await ana.close();
});

test("what comes later is never there first", async () => {
  const ana = await visitor();
  const page = await ana.opened();
  const host = await ana.connected();
  await host.greets();
  await write(page, "A");
  const first = await host.hears("message");
  host.tell({ type: "refused", id: first.id, code: "flood", retry_after: 1 });
  await page.getByText("There is a lot to do").waitFor();
  await write(page, "B");
  const again = await host.hears("message");
  assert.deepEqual([again.text, again.id], ["A", first.id]);
  host.ack(again.id, 1);
  const second = await host.hears("message");
  assert.equal(second.text, "B");
  host.lines(line(1, "visitor", "A"));
  host.ack(second.id, 2);
  host.lines(line(2, "visitor", "B"));
  await said(page, "B").waitFor();
  assert.equal(await page.getByText("Sending…").count(), 0);
  await ana.close();
});

test("a line is read when the host knows it", async () => {
  const ana = await visitor();
  const page = await ana.opened();
  const first = await ana.connected();
  await first.greets({ lines: [line(1, "bot", "Hello")] });
  const { delivered, read } = await first.hears("seen");
  assert.deepEqual([delivered, read], [1, 1]);
  assert.equal((await ana.kept(page)).read, 0);
  await first.close(1012);
  const second = await ana.connected();
  assert.equal((await second.greets({ fresh: false })).read, 0);
  await second.hears("seen");
  second.tell({ type: "seen", delivered: 1, read: 1 });
  await page.waitForFunction(() => JSON.parse(localStorage.getItem("botflow:localhost:9")).read === 1);
  await second.close(1012);
  assert.equal((await (await ana.connected()).hears("hello")).read, 1);
  await ana.close();
});

test("two pages that are opened at once are one visitor", async () => {
  const ana = await visitor();
  const pages = await Promise.all([ana.opened(), ana.opened()]);
  const first = await ana.connected();
  const hello = await first.greets({ token: "one" });
  const second = await ana.connected();
  const other = await second.greets();
  assert.deepEqual([hello.token, other.token], [null, "one"]);
  for (const page of pages) assert.deepEqual(page.problems, []);
  await ana.close();
});

test("by which link somebody came is told until it is known", async () => {
  const ana = await visitor({ acks: false });
  await ana.opened("/?ref=parcel");
  const first = await ana.connected();
  assert.equal((await first.greets()).referral, "parcel");
  await first.close(1012);
  const second = await ana.connected();
  assert.equal((await second.greets()).referral, "parcel");
  second.ack((await second.hears("event")).id);
  await second.hears("event");
  await second.close(1012);
  assert.equal((await (await ana.connected()).greets()).referral, null);
  await ana.close();
});

test("what is stored already is not shown as waiting", async () => {
  const ana = await visitor();
  const page = await ana.opened();
  const first = await ana.connected();
  await first.greets();
  await write(page, "a gift");
  const message = await first.hears("message");
  await page.getByText("Sending…").waitFor();
  await first.close(1012);
  const second = await ana.connected();
  await second.greets({ fresh: false, lines: [line(1, "visitor", "a gift")] });
  await second.hears("message");
  await said(page, "a gift").waitFor();
  assert.equal(await page.getByText("a gift").count(), 1);
  // Loaded anew, too.
  await page.reload();
  const third = await ana.connected();
  await third.greets({ lines: [line(1, "visitor", "a gift")] });
  const again = await third.hears("message");
  assert.equal(again.id, message.id);
  await said(page, "a gift").waitFor();
  assert.equal(await page.getByText("a gift").count(), 1);
  third.ack(again.id, 1);
  await write(page, "a gift");
  await page.getByText("Sending…").waitFor();
  assert.equal(await page.getByText("a gift").count(), 2);
  await ana.close();
});

test("earlier lines are found behind those of other channels", async () => {
  const ana = await visitor();
  const page = await ana.opened();
  const host = await ana.connected();
  await host.greets({ earlier: true, before: 900, lines: [] });
  await page.getByRole("button", { name: "Show earlier messages" }).click();
  assert.equal((await host.hears("earlier")).before, 900);
  host.tell({ type: "earlier", earlier: true, before: 400, lines: [] });
  assert.equal((await host.hears("earlier")).before, 400);
  host.tell({ type: "earlier", earlier: false, before: 1, lines: [line(3, "bot", "long ago")] });
  await said(page, "long ago").waitFor();
  assert.equal(await page.getByRole("button", { name: "Show earlier messages" }).count(), 0);
  await ana.close();
});

const focused = (page) => page.evaluate(() => {
  const inner = document.activeElement?.shadowRoot?.activeElement;
  return inner ? inner.getAttribute("class") || inner.id || inner.tagName : "";
});

test("the focus stays where it is, and never falls to the page", async () => {
  const suggestions = ["Yes", "No"].map((label) => ({ label, press: label }));
  for (const [options, place] of [[{}, "field"], [{ viewport: PHONE, hasTouch: true, isMobile: true }, "scroller"]]) {
    const ana = await visitor(options);
    const page = await ana.opened();
    const host = await ana.connected();
    await host.greets();
    host.lines(line(1, "bot", "Is it for her?", { suggestions }));
    const no = page.getByRole("button", { name: "No" });
    await no.focus();
    host.lines(line(2, "bot", "Take your time."));
    await said(page, "Take your time.").waitFor();
    assert.equal(await focused(page), "suggestion");
    // They answer elsewhere, or here: the buttons are gone.
    host.lines(line(3, "visitor", "Yes"));
    await no.waitFor({ state: "detached" });
    assert.equal(await focused(page), place);
    host.lines(line(4, "bot", "And now?", { suggestions }));
    if (options.hasTouch) await no.tap();
    else await no.click();
    assert.equal((await host.hears("press")).payload, "No");
    assert.equal(await focused(page), place);
    assert.deepEqual(page.problems, []);
    await ana.close();
  }
});

test("everything is read out once", async () => {
  const ana = await visitor();
  const page = await ana.opened();
  const host = await ana.connected();
  await host.greets({ lines: [line(1, "bot", "Hello")] });
  await said(page, "Hello").waitFor();
  await page.evaluate(() => {
    window.added = [];
    const log = document.querySelector(".botflow-chat").shadowRoot.querySelector("[role=log]");
    new MutationObserver((changes) => {
      for (const change of changes) for (const node of change.addedNodes) window.added.push(node.textContent);
    }).observe(log, { childList: true, subtree: true });
  });
  await write(page, "a gift");
  const message = await host.hears("message");
  await page.getByText("Sending…").waitFor();
  host.ack(message.id, 2);
  host.lines(line(2, "visitor", "a gift"), line(3, "bot", "For whom?"));
  await said(page, "For whom?").waitFor();
  const added = await page.evaluate(() => window.added);
  assert.equal(added.length, 2, JSON.stringify(added));
  assert.match(added[0], /^You:a gift/);
  assert.match(added[1], /^Luna:For whom\?/);
  assert.equal(await page.getByText("Sending…").count(), 0);
  await page.getByRole("separator", { name: "Today" }).waitFor();
  await ana.close();
});

test("what is not sent is told, and sent again", async () => {
  const ana = await visitor();
  const page = await ana.opened();
  const host = await ana.connected();
  await host.greets();
  await write(page, "a gift");
  const first = await host.hears("message");
  host.tell({ type: "refused", id: first.id, code: "store" });
  await page.getByRole("status").getByText("Not sent").waitFor({ state: "attached" });
  await page.screenshot({ path: join(pictures, "widget-1-not-sent.png") });
  await page.getByRole("button", { name: "Send again" }).click();
  const again = await host.hears("message");
  assert.deepEqual([again.id, again.text], [first.id, "a gift"]);
  assert.equal(await page.getByText("a gift").count(), 1);
  host.ack(again.id, 1);
  host.lines(line(1, "visitor", "a gift"));
  await said(page, "a gift").waitFor();
  // What is too long stays too long.
  await write(page, "b");
  const long = await host.hears("message");
  host.tell({ type: "refused", id: long.id, code: "too_long" });
  await page.getByText("Not sent. This is too long").first().waitFor();
  assert.equal(await page.getByRole("button", { name: "Send again" }).count(), 0);
  await ana.close();
});

test("words are in the language that they are in", async () => {
  const ana = await visitor({ locale: "de-DE" });
  const page = await ana.opened();
  const host = await ana.connected();
  await host.greets({ language: "de", lines: [line(1, "bot", "Guten Tag")] });
  await said(page, "Guten Tag").waitFor();
  const language = (words) => words.evaluate((element) => element.closest("[lang]").lang);
  assert.equal(await language(said(page, "Guten Tag")), "de");
  assert.equal(await language(page.locator(".log .hidden").first()), "en");
  host.tell({ type: "lines", thread: "1", language: "fr", lines: [line(2, "bot", "Bonjour")] });
  await said(page, "Bonjour").waitFor();
  assert.equal(await language(said(page, "Bonjour")), "fr");
  await ana.close();
});

test("there is room for what is said on small screens", async () => {
  const suggestions = ["Gifts", "My order", "A question"].map((label) => ({ label, press: label }));
  for (const [name, viewport, colorScheme] of [
    ["landscape-light", { width: 640, height: 360 }, "light"], ["landscape-dark", { width: 640, height: 360 }, "dark"],
    ["narrow-light", { width: 320, height: 568 }, "light"],
  ]) {
    for (const mode of ["page", "float"]) {
      const ana = await visitor({ viewport, colorScheme, attributes: `data-mode="${mode}" data-open="true"` });
      const page = await ana.opened();
      const host = await ana.connected();
      await host.greets({
        lines: [line(1, "bot", "Hi there!"), line(2, "visitor", "Hello"), line(3, "bot", "What would you like to know?", { suggestions })],
      });
      await page.getByRole("button", { name: "A question" }).waitFor();
      const log = await page.locator(".scroller").boundingBox();
      assert.ok(log.height >= viewport.height * 0.45, `${name} ${mode}: ${log.height}`);
      await page.screenshot({ path: join(pictures, `widget-2-${name}-${mode}.png`) });
      if (mode === "float") await page.getByRole("dialog").getByRole("button", { name: "Close the chat" }).click();
      assert.deepEqual(page.problems, []);
      await ana.close();
    }
  }
});
