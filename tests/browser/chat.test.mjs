// The whole chat in a real browser, with the example of a shop. Pictures are written to target/browser.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { join } from "node:path";
import { DESKTOP, Host, PHONE, launch, pictures, said, visitor, write } from "./kit.mjs";

let browser;
let host;
before(async () => {
  browser = await launch();
  host = await Host.start();
});
after(async () => {
  await browser?.close();
  await host?.stop();
});

const picture = (page, name) => page.screenshot({ path: join(pictures, `${name}.png`) });

// How often these words are in the log.
const times = (page, words) => said(page, words).count();

async function present(page) {
  await said(page, "What would you like to know?").waitFor();
  await write(page, "I am looking for a gift");
  await said(page, "Who is the present for?").waitFor();
  await page.getByRole("button", { name: "For her" }).click();
  await said(page, "What is the occasion?").waitFor();
  await page.getByRole("button", { name: "Birthday" }).click();
  await said(page, "How much would you like to spend?").waitFor();
  await write(page, "60 EUR");
  await said(page, "Which one shall I put aside for you?").waitFor();
}

for (const [name, options] of [
  ["desktop-light", { viewport: DESKTOP, colorScheme: "light" }],
  ["desktop-dark", { viewport: DESKTOP, colorScheme: "dark" }],
  ["phone-light", { viewport: PHONE, colorScheme: "light", hasTouch: true, isMobile: true }],
  ["phone-dark", { viewport: PHONE, colorScheme: "dark", hasTouch: true, isMobile: true }],
]) {
  test(`a present is found: ${name}`, async () => {
    const page = await visitor(browser, options);
    await page.goto(host.url);
    await said(page, "Hi there! Can I help you finish your order?").waitFor();
    await picture(page, `${name}-1-welcome`);
    await present(page);
    const cards = page.getByRole("list", { name: "Cards" });
    assert.equal(await cards.getByRole("listitem").count(), 3);
    const link = cards.getByRole("link", { name: /See it/ }).first();
    assert.equal(await link.getAttribute("href"), "https://shop.example/candle");
    assert.equal(await link.getAttribute("rel"), "noopener noreferrer");
    await page.waitForFunction(() => {
      const images = document.querySelector(".botflow-chat").shadowRoot.querySelectorAll(".card img");
      return images[0].complete && images[0].naturalWidth > 0;
    });
    await picture(page, `${name}-2-cards`);
    // Nothing is wider than the screen.
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(width <= options.viewport.width, `${width}`);
    assert.deepEqual(page.problems, []);
    await page.context().close();
  });
}

test("a page that is loaded again shows what was said, once", async () => {
  const page = await visitor(browser);
  await page.goto(host.url);
  await present(page);
  await page.reload();
  await said(page, "Which one shall I put aside for you?").waitFor();
  assert.equal(await times(page, "I am looking for a gift"), 1);
  assert.equal(await times(page, "Who is the present for?"), 1);
  assert.equal(await page.getByRole("list", { name: "Cards" }).count(), 1);
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

test("what is written without a connection arrives when there is one", async () => {
  const page = await visitor(browser);
  await page.goto(host.url);
  await said(page, "What would you like to know?").waitFor();
  // The network ends, and with it what is open.
  await page.context().setOffline(true);
  const own = await Host.start();
  await own.stop();
  await page.evaluate(() => {});
  await write(page, "I am looking for a gift");
  await page.context().setOffline(false);
  await said(page, "Who is the present for?").waitFor();
  assert.equal(await times(page, "I am looking for a gift"), 1);
  await page.context().close();
});

test("a host that is killed loses nothing that was acknowledged", async (t) => {
  const other = await Host.start();
  t.after(() => other.abandon());
  const page = await visitor(browser);
  await page.goto(other.url);
  await said(page, "What would you like to know?").waitFor();
  await write(page, "I am looking for a gift");
  await said(page, "Who is the present for?").waitFor();
  await other.kill();
  await page.getByText("No connection.").waitFor();
  await write(page, "For her");
  await page.getByText("Sending…").waitFor();
  await picture(page, "desktop-light-3-offline");
  await other.run();
  await said(page, "What is the occasion?").waitFor();
  assert.equal(await times(page, "For her"), 1);
  assert.equal(await times(page, "Who is the present for?"), 1);
  assert.equal(await page.getByText("No connection.").count(), 0);
  await page.reload();
  await said(page, "What is the occasion?").waitFor();
  assert.equal(await times(page, "For her"), 1);
  await page.context().close();
  await other.stop();
});

test("script in what people write is text", async () => {
  const page = await visitor(browser);
  await page.goto(host.url);
  await said(page, "What would you like to know?").waitFor();
  const evil = `<img src=x onerror="document.title='broken'"><script>document.title='broken'</script>`;
  await write(page, evil);
  await said(page, evil).waitFor();
  await page.reload();
  await said(page, evil).waitFor();
  assert.equal(await page.title(), "Luna");
  assert.equal(await page.locator(".log img, .log script").count(), 0);
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

test("the keyboard alone does everything", async () => {
  const page = await visitor(browser);
  await page.goto(`${host.url}/site`);
  const launcher = page.getByRole("button", { name: "Open the chat" });
  await launcher.waitFor();
  const focus = () => page.evaluate(() => {
    const inner = document.activeElement?.shadowRoot?.activeElement;
    return inner?.getAttribute("aria-label") ?? inner?.textContent ?? inner?.id ?? document.activeElement?.id ?? "";
  });
  for (let step = 0; step < 10 && !(await focus()).startsWith("Open the chat"); step += 1) await page.keyboard.press("Tab");
  assert.match(await focus(), /^Open the chat/);
  await page.keyboard.press("Enter");
  await said(page, "What would you like to know?").waitFor();
  assert.equal(await page.getByLabel("Write a message").evaluate((field) => field.getRootNode().activeElement === field), true);
  await picture(page, "desktop-light-4-widget");
  // Backwards from the field to the buttons of the bot.
  const name = "Is it safe?";
  for (let step = 0; step < 10 && (await focus()) !== name; step += 1) await page.keyboard.press("Shift+Tab");
  assert.equal(await focus(), name);
  await page.keyboard.press("Enter");
  await page.locator(".line.visitor").getByText(name).waitFor();
  // What comes while the chat is closed would be counted at its button.
  await said(page, "Anything else?").waitFor();
  await page.keyboard.press("Escape");
  assert.equal(await page.getByRole("dialog").count(), 0);
  assert.equal(await focus(), "Open the chat");
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

test("roles and names tell a screen reader what there is", async () => {
  const page = await visitor(browser);
  await page.goto(host.url);
  await present(page);
  const log = page.getByRole("log", { name: "Conversation with Luna" });
  assert.equal(await log.getAttribute("aria-live"), "polite");
  assert.ok((await log.getByRole("article").count()) >= 8);
  assert.equal(await page.getByRole("heading", { name: "Luna" }).count(), 1);
  assert.equal(await page.getByRole("main").count(), 1);
  await page.getByRole("region", { name: "Luna" }).first().waitFor();
  const faults = await page.evaluate(() => {
    const root = document.querySelector(".botflow-chat").shadowRoot;
    const faults = [];
    const ids = [...root.querySelectorAll("[id]")].map((element) => element.id);
    if (new Set(ids).size !== ids.length) faults.push("ids are not unique");
    for (const element of root.querySelectorAll("button, a, textarea, [role=group], [role=region], [role=dialog]")) {
      const labelled = element.getAttribute("aria-labelledby");
      const name = element.getAttribute("aria-label") || element.textContent.trim() || element.labels?.[0]?.textContent
        || (labelled && root.getElementById(labelled)?.textContent);
      if (!name) faults.push(`no name: ${element.outerHTML}`);
    }
    for (const image of root.querySelectorAll("img")) if (!image.hasAttribute("alt")) faults.push("an image without words");
    // Words are told from what is behind them: at least 4.5 to 1.
    const channels = (color) => color.match(/[\d.]+/g).map(Number);
    const light = ([red, green, blue]) => {
      const part = (value) => ((value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
      return 0.2126 * part(red) + 0.7152 * part(green) + 0.0722 * part(blue);
    };
    const behind = (element) => {
      for (let one = element; one; one = one.parentElement ?? one.getRootNode().host) {
        const [red, green, blue, alpha = 1] = channels(getComputedStyle(one).backgroundColor);
        if (alpha > 0.95) return [red, green, blue];
      }
      return [255, 255, 255];
    };
    for (const element of root.querySelectorAll(".bubble p, time, .day span, .option, .suggestion, h2, .presence, .card p, .card-title")) {
      if (!element.checkVisibility()) continue;
      const [one, two] = [light(channels(getComputedStyle(element).color)), light(behind(element))];
      const contrast = (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05);
      if (contrast < 4.5) faults.push(`${contrast.toFixed(2)}: ${element.className} ${element.textContent}`);
    }
    return faults;
  });
  assert.deepEqual(faults, []);
  await page.context().close();
});

test("the widget's own words are in the visitor's language, also from right to left", async () => {
  for (const [locale, field, file] of [["ro-RO", "Scrieți un mesaj", "phone-light-5-ro"], ["ru-RU", "Напишите сообщение", "phone-light-5-ru"]]) {
    const page = await visitor(browser, { locale, viewport: PHONE });
    await page.goto(host.url);
    await page.getByLabel(field).waitFor();
    await page.locator(".line.bot").first().waitFor();
    await picture(page, file);
    await page.context().close();
  }
  const page = await visitor(browser, { viewport: PHONE });
  await page.addInitScript(() => {
    new MutationObserver((_, observer) => {
      if (!document.documentElement) return;
      document.documentElement.dir = "rtl";
      observer.disconnect();
    }).observe(document, { childList: true });
  });
  await page.goto(`${host.url}/`);
  await page.locator(".line.bot").first().waitFor();
  await write(page, "שלום, מה שלומך?");
  await page.locator(".line.visitor").first().waitFor();
  const [line, panel] = [await page.locator(".line.visitor .bubble").first().boundingBox(), await page.locator(".panel").boundingBox()];
  assert.ok(line.x - panel.x < 40, "what the visitor writes stands on the left where words run from right to left");
  await picture(page, "phone-light-6-rtl");
  await page.context().close();
});

test("two pages of one visitor show the same", async () => {
  const page = await visitor(browser);
  await page.goto(host.url);
  await said(page, "What would you like to know?").waitFor();
  const other = await page.context().newPage();
  await other.goto(host.url);
  await said(other, "What would you like to know?").waitFor();
  await write(page, "I am looking for a gift");
  await said(other, "Who is the present for?").waitFor();
  assert.equal(await times(other, "I am looking for a gift"), 1);
  assert.equal(await times(page, "I am looking for a gift"), 1);
  await page.context().close();
});
