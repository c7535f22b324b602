// Hosts, the shop they ask, colleagues, and browsers for these tests.
import { spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

export const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
export const pictures = join(root, "target/browser");
mkdirSync(pictures, { recursive: true });

const botflow = process.env.BOTFLOW ?? join(root, "target/debug/botflow");
const luna = join(root, "examples/luna_store");

// A process that prints its address first.
class Running {
  async begin(program, args, options) {
    this.process = spawn(program, args, options);
    this.ended = new Promise((resolve) => this.process.once("exit", (code, signal) => resolve(code ?? signal)));
    const lines = createInterface({ input: this.process.stdout });
    this.url = await Promise.race([
      new Promise((resolve) => lines.once("line", resolve)),
      this.ended.then((code) => { throw new Error(`${program} ended with ${code}`); }),
    ]);
  }
}

// The shop of the example: answers what Luna asks.
class Shop extends Running {
  static async open() {
    const shop = new Shop();
    await shop.begin("python3", [join(luna, "shop/shop.py")], { stdio: ["pipe", "pipe", "inherit"] });
    return shop;
  }

  async close() {
    this.process.stdin.end();
    await this.ended;
  }
}

// `botflow serve` with Luna, a shop and a store of its own, which can be killed and started again at the same address.
export class Host extends Running {
  // `desk`: where colleagues work; their queues are open then, at whatever time the tests run. `name`: another one than Luna.
  static async start({ desk, name } = {}) {
    const host = new Host();
    host.folder = mkdtempSync(join(tmpdir(), "botflow-browser-"));
    host.shop = await Shop.open();
    host.project = luna;
    host.port = 0;
    host.desk = desk;
    if (desk) {
      host.project = join(host.folder, "luna");
      cpSync(luna, host.project, { recursive: true });
      const people = join(host.project, "people.flow");
      const hours = /(\n {2}hours [^\n]*)+(\n {2}closed on [^\n]*)?/g;
      writeFileSync(people, readFileSync(people, "utf8").replace(hours, "\n  hours always"));
      if (name) {
        const bot = join(host.project, "bot.flow");
        writeFileSync(bot, readFileSync(bot, "utf8").replace('name "Luna"', `name "${name}"`));
      }
    }
    if (desk) desk.host = host;
    try {
      await host.run();
    } catch (error) {
      host.abandon();
      throw error;
    }
    return host;
  }

  // A test that has failed leaves nobody behind.
  abandon() {
    for (const one of [this, this.shop]) if (one.process?.exitCode === null) one.process.kill("SIGKILL");
    rmSync(this.folder, { recursive: true, force: true });
  }

  async run() {
    const colleagues = this.desk ? ["--set", `webhook.people=${this.desk.url}`] : [];
    const shop = new URL(this.shop.url);
    await this.begin(botflow, [
      "serve", this.project, "--listen", `127.0.0.1:${this.port}`, "--store", `sqlite:${join(this.folder, "bot.db")}`,
      "--config", `shop_api=${shop.origin}`, "--set", `actions.private=${shop.hostname}`,
      "--log", "error", ...colleagues,
    ], { stdio: ["ignore", "pipe", "inherit"], env: { PATH: process.env.PATH, BOTFLOW_WEBHOOK_SECRET: SECRET } });
    this.port = Number(new URL(this.url).port);
  }

  // As a crash would.
  async kill() {
    this.process.kill("SIGKILL");
    await this.ended;
  }

  async stop() {
    this.process.kill("SIGTERM");
    const code = await this.ended;
    await this.shop.close();
    rmSync(this.folder, { recursive: true, force: true });
    if (code !== 0) throw new Error(`the host ended with ${code}`);
  }
}

const SECRET = "a secret for the tests of the browser";
const sign = (seconds, body) => createHmac("sha256", SECRET).update(`${seconds}.people.`).update(body).digest("hex");

// Where colleagues work: keeps what it is told, once for each key, and does what they do.
export class Desk {
  static async open() {
    const desk = new Desk();
    desk.told = new Map();
    desk.waiting = [];
    desk.acts = 0;
    desk.server = createServer(async (request, answer) => {
      let body = "";
      for await (const part of request.setEncoding("utf8")) body += part;
      const [, seconds, signature] = /^t=(\d+),v1=([0-9a-f]+)$/.exec(request.headers["x-botflow-signature"]) ?? [];
      if (signature !== sign(seconds, body)) {
        answer.writeHead(401).end();
        return;
      }
      const delivery = JSON.parse(body);
      desk.told.set(delivery.key, delivery);
      answer.writeHead(200).end();
      for (const look of desk.waiting.splice(0)) look();
    });
    await new Promise((resolve) => desk.server.listen(0, "127.0.0.1", resolve));
    desk.url = `http://127.0.0.1:${desk.server.address().port}/in`;
    return desk;
  }

  // What it is told that is so: the first of it, as soon as it is there.
  async hears(isIt) {
    for (;;) {
      const heard = [...this.told.values()].find((delivery) => isIt(delivery.event));
      if (heard) return heard;
      await new Promise((resolve) => this.waiting.push(resolve));
    }
  }

  // A colleague does something.
  async does(contact, act, more = {}) {
    this.acts += 1;
    const item = { type: "operator", id: `act-${this.acts}`, contact, act, operator: "Ana", ...more };
    const body = JSON.stringify({ items: [item] });
    const seconds = Math.floor(Date.now() / 1000);
    const headers = {
      "content-type": "application/json", "x-botflow-signature": `t=${seconds},v1=${sign(seconds, body)}`,
    };
    const answer = await fetch(`${this.host.url}/hooks/people`, { method: "POST", headers, body });
    const given = await answer.json();
    if (given.items?.[0]?.status !== "taken") throw new Error(JSON.stringify(given));
  }

  async close() {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    headless: true,
    args: [
      "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync",
    ],
  });
}

export const DESKTOP = { width: 1100, height: 800 };
export const PHONE = { width: 390, height: 844 };

// A visitor: a page with a memory of its own. Pictures of messages come from here, since nothing else is reachable.
export async function visitor(browser, options = {}) {
  const context = await browser.newContext({
    viewport: DESKTOP, locale: "en-GB", timezoneId: "Europe/Bucharest", reducedMotion: "reduce", ...options,
  });
  await context.route(/^https:\/\/(?!127\.0\.0\.1)/, (route) => {
    if (!/\.(svg|png|jpg|jpeg|webp)$/.test(new URL(route.request().url()).pathname)) return route.abort();
    return route.fulfill({ contentType: "image/svg+xml", body: PICTURE });
  });
  context.setDefaultTimeout(15000);
  const page = await context.newPage();
  page.problems = [];
  page.on("pageerror", (error) => page.problems.push(String(error)));
  page.on("console", (message) => {
    const isOfNetwork = /net::ERR|WebSocket connection/.test(message.text());
    if (message.type() === "error" && !isOfNetwork) page.problems.push(message.text());
  });
  return page;
}

const PICTURE = `<svg xmlns="http://www.w3.org/2000/svg" width="640" height="360" viewBox="0 0 640 360">
<defs><linearGradient id="g" x2="1" y2="1"><stop stop-color="#f0abfc"/><stop offset="1" stop-color="#818cf8"/></linearGradient></defs>
<rect width="640" height="360" fill="url(#g)"/><circle cx="320" cy="180" r="90" fill="#fff" fill-opacity=".6"/></svg>`;

// The last thing that somebody said, and waiting for it.
export const said = (page, words) => page.getByRole("log").getByText(words);

export async function write(page, words) {
  await page.getByLabel("Write a message").fill(words);
  await page.keyboard.press("Enter");
}
