/**
 * Pictures to be looked at: every view of both pages in each language and theme, and some of them on
 * the narrowest screen and with text of twice the size.
 *
 *   SKICKA_BIN=target/release/skicka node pictures.mjs FOLDER [LANGUAGE…]
 *
 * They stand in FOLDER, named PAGE-VIEW-LANGUAGE-THEME.png.
 */

import { mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Person, launch } from './browser.mjs';
import { Script, event, message } from './script.mjs';
import { Server } from './server.mjs';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const [folder, ...wanted] = process.argv.slice(2);
if (!folder) throw new Error('name a folder for the pictures: node pictures.mjs FOLDER');
mkdirSync(folder, { recursive: true });
process.env.SKICKA_ATTACHMENTS__ENABLED ??= 'true';

const PASSWORD = 'en lång fras för bilderna';
const AINO = { email: 'aino@example.com', name: 'Aino Virtanen', password: PASSWORD };
const LANGUAGES = wanted.length ? wanted : ['sv', 'fi', 'en'];
/** What people say, and the names of what is pressed by name. */
const SAID = {
  sv: { problem: 'jag får ingen begäran i appen', thanks: 'Tack, vad gör jag nu?', odd: 'qwzx blurp frotz', reply: 'Hej! Jag ser vad du redan har provat. Vi tar det härifrån tillsammans.' },
  fi: { problem: 'sovellukseen ei tule pyyntöä', thanks: 'Kiitos, mitä teen nyt?', odd: 'qwzx blurp frotz', reply: 'Hei! Näen, mitä olet jo kokeillut. Jatketaan tästä yhdessä.' },
  en: { problem: 'no request appears in the app', thanks: 'Thanks, what do I do now?', odd: 'qwzx blurp frotz', reply: 'Hello! I see what you have tried already. Let us take it from here together.' },
};
const SIZES = { window: { width: 440, height: 760 }, console: { width: 1280, height: 800 } };
const NARROW = { width: 320, height: 640 };

/** Takes a view in both themes; with `more` also on the narrowest screen and with text twice as large. */
async function take(person, lang, view, { more = false } = {}) {
  const { page } = person;
  const kind = new URL(page.url()).pathname.startsWith('/console') ? 'console' : 'window';
  const shoot = (what) => page.screenshot({ path: join(folder, `${kind}-${view}-${lang}-${what}.png`) });
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    await shoot(colorScheme);
  }
  await page.emulateMedia({ colorScheme: 'light' });
  if (!more) return;
  const wide = page.viewportSize();
  await page.setViewportSize(NARROW);
  await shoot('narrow');
  // A browser's zoom of 200 % is a screen of half the size with pixels of twice the size.
  await page.setViewportSize({ width: Math.max(wide.width / 2, NARROW.width), height: wide.height / 2 });
  await shoot('large');
  await page.setViewportSize(wide);
}

const server = new Server(process.env.SKICKA_BIN || join(ROOT, 'target/release/skicka'));
const browser = await launch();
const arrive = (kind, lang) => Person.arrive(browser, `${kind}-${lang}`, null, { viewport: SIZES[kind], locale: `${lang}-FI` });

try {
  await server.start();
  await server.addAgent(AINO);
  const admin = await firstDay();
  for (const lang of LANGUAGES) {
    await greetings(lang);
    const customer = await talk(lang);
    await inbox(admin, lang);
    await work(admin, customer, lang);
    await places(admin, lang);
    await customer.person.context.close();
    await offline(lang);
    console.log(`${lang} is there`);
  }
} finally {
  await browser.close();
  await server.stop();
}

/** The administrator, signed in, with a canned reply and a team to show. */
async function firstDay() {
  const person = await arrive('console', 'sv');
  const { page } = person;
  const { email, password } = server.administrator;
  await page.goto(`${server.url}/console`);
  await page.locator('#email').fill(email);
  await page.locator('#password').fill(password);
  await take(person, 'sv', 'sign-in');
  await page.keyboard.press('Enter');
  await page.locator('#next').fill(PASSWORD);
  await page.locator('#again').fill(PASSWORD);
  await take(person, 'sv', 'password');
  await page.keyboard.press('Enter');
  await page.locator('sk-inbox').waitFor();
  const put = (path, data) => page.evaluate(async ([where, body]) => {
    const { ok } = await fetch(`/v1/console/${where}`, { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    if (!ok) throw new Error(where);
  }, [path, data]);
  await put('canned/halsning', { name: 'hälsning', team: null, texts: { sv: 'Hej {{visitor}}, {{agent}} här.', fi: 'Hei {{visitor}}, täällä {{agent}}.', en: 'Hello {{visitor}}, this is {{agent}}.' } });
  await page.reload();
  return person;
}

async function speak(page, lang) {
  await page.locator('.menu summary').click();
  await page.locator('#tongue').selectOption(lang);
  await page.locator(`html[lang="${lang}"]`).waitFor();
}

/** The window before anybody has written. */
async function greetings(lang) {
  const person = await arrive('window', lang);
  const { page } = person;
  await page.goto(`${server.url}/`);
  await page.waitForFunction(() => customElements.get('skicka-chat'));
  await page.evaluate((tag) => document.querySelector('skicka-chat').setAttribute('lang', tag), lang);
  await take(person, lang, 'closed');
  await page.evaluate((tag) => window.SkickaChat.open({ lang: tag }), lang);
  await page.locator('skicka-chat .msg.bot').first().waitFor();
  await take(person, lang, 'greeting', { more: true });
  await page.locator('skicka-chat [aria-controls=language]').click();
  await take(person, lang, 'languages');
  await page.locator('skicka-chat [aria-controls=more]').click();
  await take(person, lang, 'menu');
  await person.context.close();
}

/** A customer who is led through a problem and asks for a person. */
async function talk(lang) {
  const person = await arrive('window', lang);
  const { page } = person;
  await page.goto(`${server.url}/`);
  await page.waitForFunction(() => window.SkickaChat);
  await page.evaluate((tag) => window.SkickaChat.open({ lang: tag }), lang);
  const chat = page.locator('skicka-chat');
  const bots = chat.locator('.msg.bot');
  await bots.first().waitFor();
  const say = async (text) => {
    const before = await bots.count();
    await chat.locator('#field').fill(text);
    await chat.locator('#field').press('Enter');
    await bots.nth(before).waitFor();
  };
  await say(SAID[lang].odd);
  await say(SAID[lang].problem);
  await chat.locator('.choice:not([aria-disabled])').first().waitFor();
  await take(person, lang, 'dialogue', { more: true });
  const before = await bots.count();
  await chat.locator('.choice:not([aria-disabled])').first().click();
  await bots.nth(before).waitFor();
  await chat.locator('.human').click();
  await chat.locator('[part=status]').filter({ hasText: '1' }).waitFor();
  await take(person, lang, 'queue');
  return { person, chat };
}

async function inbox(admin, lang) {
  const { page } = admin;
  await speak(page, lang);
  await page.locator('.filters button').first().click();
  await page.locator('.item').first().waitFor();
  await take(admin, lang, 'inbox', { more: true });
  await page.locator('.menu summary').click();
  await take(admin, lang, 'menu', { more: true });
  await page.keyboard.press('Escape');
  await page.locator('.item').first().click();
  await page.locator('.packet').waitFor();
  await take(admin, lang, 'packet', { more: true });
}

/** The conversation of a customer and a person, to its end. */
async function work(admin, { person, chat }, lang) {
  const { page } = admin;
  await page.keyboard.press('Alt+KeyC');
  await page.locator('#field:focus').waitFor();
  await page.keyboard.type(SAID[lang].reply);
  await page.keyboard.press('Control+Enter');
  await chat.locator('.msg.agent').waitFor();
  await chat.locator('#field').fill(SAID[lang].thanks);
  await chat.locator('#field').press('Enter');
  await page.locator('.msg.visitor').filter({ hasText: SAID[lang].thanks }).waitFor();
  await take(person, lang, 'person', { more: true });
  await take(admin, lang, 'conversation', { more: true });
  await page.locator('#field').press('/');
  await page.locator('#canned-search:focus').waitFor();
  await page.locator('.beside button').first().waitFor();
  await take(admin, lang, 'canned', { more: true });
  await page.keyboard.press('Escape');
  for (const [key, view] of [['KeyT', 'transfer'], ['KeyB', 'hand-back'], ['KeyG', 'tags'], ['KeyE', 'resolve']]) {
    await page.keyboard.press(`Alt+${key}`);
    await page.locator('dialog[open]').waitFor();
    await take(admin, lang, view, { more: view === 'transfer' });
    if (view === 'resolve') continue;
    await page.keyboard.press('Escape');
    await page.locator('dialog[open]').waitFor({ state: 'detached' });
  }
  await page.locator('dialog[open] button.main').click();
  await page.locator('.over').waitFor();
  await take(admin, lang, 'resolved');
  await chat.locator('.rating').waitFor();
  await take(person, lang, 'rating', { more: true });
}

/** What stands beside the inbox. */
async function places(admin, lang) {
  const { page } = admin;
  await page.keyboard.press('Alt+KeyS');
  await page.keyboard.type(SAID[lang].problem.split(' ')[1]);
  await page.locator('.inbox mark').first().waitFor();
  await take(admin, lang, 'search');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Alt+KeyO');
  await page.locator('.floor').waitFor();
  await take(admin, lang, 'floor', { more: true });
  const go = async (hash, shown) => {
    await page.evaluate((to) => { location.hash = to; }, hash);
    await page.locator(shown).first().waitFor();
  };
  await go('#settings', '.settings .item, .settings .none');
  const tabs = page.locator('.settings .modes button');
  for (const [at, part] of ['replies', 'teams', 'accounts'].entries()) {
    await tabs.nth(at).click();
    await page.locator('.settings .place .acts .main').waitFor();
    await take(admin, lang, part);
    await page.locator('.settings .place .acts .main').click();
    await page.locator('.setting').waitFor();
    await take(admin, lang, `${part}-form`, { more: part === 'teams' });
    await page.locator('.setting .acts button:not(.main)').click();
    await page.locator('.setting').waitFor({ state: 'detached' });
  }
  await go('#insights', '.tiles');
  await page.locator('.picture img').first().evaluate((image) => image.decode());
  await take(admin, lang, 'insights', { more: true });
  await page.locator('.picture').first().scrollIntoViewIfNeeded();
  await take(admin, lang, 'insights-dialogue');
  await go('#missed', '.missed-group');
  await take(admin, lang, 'missed', { more: true });
  await page.keyboard.press('Escape');
  await page.locator('.menu summary').click();
  await page.locator('.sheet button').nth(1).click();
  await page.locator('dialog[open]').waitFor();
  await take(admin, lang, 'content');
  await page.keyboard.press('Escape');
  await page.keyboard.press('?');
  await page.locator('dialog.keys').waitFor();
  await take(admin, lang, 'keys', { more: true });
  await page.keyboard.press('Escape');
}

/** Nobody is there: what the window asks for. The server's part is played, so that no clock decides. */
async function offline(lang) {
  const person = await arrive('window', lang);
  const { page } = person;
  const script = await Script.under(page);
  await page.goto(`${server.url}/`);
  await page.waitForFunction(() => window.SkickaChat);
  await page.evaluate((tag) => window.SkickaChat.open({ lang: tag }), lang);
  await script.welcome({ seq: 1, lang });
  script.send(
    message(1, 'visitor', SAID[lang].problem, { id: 'x', lang }), event(2, 'status', { status: 'offline' }),
    message(3, 'bot', { sv: 'Vilket nummer når vi dig på?', fi: 'Mistä numerosta tavoitamme sinut?', en: 'On what number can we reach you?' }[lang], { lang, choices: [{ value: 'no', label: { sv: 'Nej tack', fi: 'Ei kiitos', en: 'No thank you' }[lang] }] }),
  );
  await page.locator('skicka-chat .choice').waitFor();
  await take(person, lang, 'offline', { more: true });
  await person.context.close();
}
