/**
 * Script in every text field of both pages: markup, addresses that are scripts, templates, marks that
 * turn the reading and a word without an end, from whoever can write anything. In no page and frame
 * may a script run, an element come of a text, a link lead elsewhere than to a page, a mail or a
 * call, the policy report anything, or the page grow wider than a phone; and the text is shown as it is.
 *
 * First by a server that is played, so that each string of each frame has its turn, then by a real
 * one that is filled through its own doors, and last with every answer of that one spoilt on its way.
 */

import assert from 'node:assert/strict';
import { createHmac, randomUUID } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent } from './agent.mjs';
import { Customer } from './customer.mjs';
import { Script, event, message } from './script.mjs';
import { Server } from './server.mjs';

const PASSWORD = 'en lång fras mot script i fälten';
const PHONE = { width: 360, height: 740 };
const DESK = { width: 1280, height: 800 };
const PIXEL = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');

/** What would come of the text carries `data-hurt`, what would run sets `hurt`. */
const MARKUP = `<img src=x data-hurt onerror="globalThis.hurt=1"> "><script data-hurt>globalThis.hurt=1</script> </title></textarea><script data-hurt>globalThis.hurt=1</script> javascript:globalThis.hurt=1`;
const TEMPLATE = `{{constructor.constructor('hurt=1')()}}`;
const WORD = 'W'.repeat(200);
const evil = (tag) => `${tag} ${MARKUP} ${TEMPLATE} \u202eoberoende\u202c ${WORD}`;
/** The same where there is room for 40 and for 60 signs. */
const short = (tag) => `${tag}<svg onload=hurt=1 data-hurt>`.padEnd(40, 'W');
const name = (tag) => `${tag}<img src=x onerror=hurt=1 data-hurt>`.padEnd(60, 'W');

/** Addresses that are none to be followed, and some that are, with markup in them. */
const ADDRESSES = [
  'javascript:globalThis.hurt=1', ' JaVaScRiPt:globalThis.hurt=1', 'java\tscript:globalThis.hurt=1', 'java\nscript:globalThis.hurt=1', '\u0001javascript:globalThis.hurt=1',
  'https:\njavascript:globalThis.hurt=1', '&#106;avascript:globalThis.hurt=1', '&Tab;javascript:globalThis.hurt=1', 'javascript://bank.example/%0aglobalThis.hurt=1',
  'data:text/html,<script>globalThis.hurt=1</script>', 'vbscript:globalThis.hurt=1', 'blob:https://bank.example/x', 'file:///etc/passwd', 'view-source:x', '//bank.example/x',
  'https://bank.example/"><script data-hurt>globalThis.hurt=1</script>', 'https://bank.example/" onmouseover="globalThis.hurt=1', '?"><img src=x data-hurt onerror=globalThis.hurt=1>',
];

/** Places that a word without an end may make wider than a phone. */
const KNOWN = 'none';

/** Runs in each frame: what is wrong there. `isNarrow`: nothing may be wider than the screen, but for what is `known`. @param {{isNarrow: boolean, known: string}} how */
function wounds({ isNarrow, known }) {
  const wrong = [];
  const told = (what, node) => wrong.push(`${what}: ${node.outerHTML.slice(0, 200)}`);
  if (globalThis.hurt !== undefined) wrong.push('a script ran');
  // What a browser says of an address that is none: a press on it does nothing.
  const NOWHERE = ':';
  const roots = [document];
  for (const root of roots) for (const node of root.querySelectorAll('*')) if (node.shadowRoot) roots.push(node.shadowRoot);
  for (const node of roots.flatMap((root) => [...root.querySelectorAll('*')])) {
    const { localName } = node;
    if (node.hasAttribute('data-hurt')) told('came of a text', node);
    if ([...node.attributes].some((attribute) => attribute.name.startsWith('on'))) told('has a handler', node);
    if (['iframe', 'object', 'embed', 'base', 'style', 'math', 'template', 'video', 'audio'].includes(localName)) told('nobody makes these', node);
    if (localName === 'script' && !(node.parentNode === document.head && node.src.startsWith(location.origin))) told('a script', node);
    if (localName === 'link' && node.parentNode !== document.head) told('a link element', node);
    if (localName === 'img' && !(node.closest('.picture') && node.src.startsWith(location.origin))) told('a picture', node);
    if (localName === 'svg' && !node.matches('[aria-hidden=true], [role=img]')) told('a drawing', node);
    if (localName === 'a' && node.hasAttribute('href') && node.checkVisibility() && !['http:', 'https:', 'mailto:', 'tel:', NOWHERE].includes(node.protocol)) told('a link that may not be', node);
    if (localName === 'form' && node.hasAttribute('action')) told('a form that leaves', node);
    // Tables, drawings and a patch are scrolled aside in a place of their own; what is for readers alone has no place.
    if (!isNarrow || !node.checkVisibility() || node.closest('.wide, pre, input, textarea, select, svg, .sr, .same .who')) continue;
    if (/auto|scroll/.test(getComputedStyle(node).overflowX) && node.scrollWidth > node.clientWidth && !node.querySelector(known) && !node.closest(known)) told(`scrolls ${node.scrollWidth - node.clientWidth} px aside`, node);
    if (node.closest(known) || ![...node.childNodes].some((kid) => kid.nodeType === Node.TEXT_NODE && kid.data.trim())) continue;
    let cut = node;
    while (cut && getComputedStyle(cut).textOverflow !== 'ellipsis' && getComputedStyle(cut).webkitLineClamp === 'none') cut = cut.parentElement;
    const words = document.createRange();
    words.selectNodeContents(node);
    if (!cut && words.getBoundingClientRect().right > window.innerWidth + 1) told('goes out of the screen', node);
  }
  // The one of the known places that the whole page grows with.
  const isKnown = known === '*' || (known.includes('.toast') && document.querySelector('.toast'));
  if (isNarrow && !isKnown && document.documentElement.scrollWidth > window.innerWidth) wrong.push(`${document.documentElement.scrollWidth - window.innerWidth} px wider than the screen`);
  return wrong;
}

/** Runs in the page: the texts that do not stand there letter for letter, in a field or as text. @param {string[]} texts */
function unseen(texts) {
  const roots = [document];
  for (const root of roots) for (const node of root.querySelectorAll('*')) if (node.shadowRoot) roots.push(node.shadowRoot);
  const all = roots.flatMap((root) => [(root.body ?? root).textContent, ...[...root.querySelectorAll('input, textarea')].map((field) => field.value), ...[...root.querySelectorAll('[aria-label]')].map((node) => node.ariaLabel)]).join('\n');
  const left = texts.filter((text) => !all.includes(text));
  return left.length ? left : null;
}

/** Runs in the page: until what was asked for is drawn, in the size that the screen has now. */
const drawn = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
/** How long a text may take to be there. */
const PATIENCE_MS = 30_000;

/** One page with its watch: `safe` at every station, on a phone's screen too. */
class Ward {
  /** @param {import('./browser.mjs').Person} person @param {string} [known] where the width is not looked at */
  constructor({ page, complaints, context }, known = KNOWN) {
    Object.assign(this, { page, complaints, context, known });
  }

  async safe(where) {
    const wrong = [];
    for (const viewport of [DESK, PHONE]) {
      await this.page.setViewportSize(viewport);
      await this.page.evaluate(drawn);
      for (const frame of this.page.frames()) wrong.push(...(await frame.evaluate(wounds, { isNarrow: viewport === PHONE, known: this.known })).map((text) => `${where}, ${viewport.width} px: ${text}`));
    }
    await this.page.setViewportSize(DESK);
    assert.deepEqual([...new Set(wrong)], []);
    assert.deepEqual(this.complaints, [], where);
  }

  /** Waits until the texts are there as they are. */
  async shown(where, ...texts) {
    const until = performance.now() + PATIENCE_MS;
    let left = texts;
    // Each question waits for a frame to be drawn.
    while (left && performance.now() < until) left = await this.page.evaluate(drawn).then(() => this.page.evaluate(unseen, texts));
    assert.deepEqual(left?.map((text) => text.slice(0, 60)) ?? [], [], `${where}: not shown as it is`);
  }

  /** Waits until the texts are there as they are, and looks whether that hurt. */
  async shows(where, ...texts) {
    await this.shown(where, ...texts);
    await this.safe(where);
  }
}

/** Codes, moments and languages, which no person writes and without which an answer would be another one. */
const CODES = new Set(['type', 'kind', 'id', 'conversation', 'status', 'role', 'lang', 'languages', 'looking', 'next', 'at', 'since', 'until', 'day', 'date', 'week', 'zone',
  'waiting_since', 'deadline', 'updated_at', 'created_at']);

/** The same with each text in it made hostile, but for codes. @param {unknown} value @param {(path: string[]) => string} text */
function spoilt(value, text, path = []) {
  if (typeof value === 'string') return text(path);
  if (Array.isArray(value)) return value.map((one, at) => spoilt(one, text, [...path, String(at)]));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, CODES.has(key) ? one : spoilt(one, text, [...path, key])]));
}

/** Each string in a frame, as the way to it. */
function* strings(value, path = []) {
  if (typeof value === 'string') yield path;
  else if (value && typeof value === 'object') for (const [key, one] of Object.entries(value)) yield* strings(one, [...path, key]);
}

const isAddress = (path) => path.at(-1) === 'url';

/**
 * @param {(name: string, act: () => Promise<void>) => Promise<void>} check
 * @param {(name: string, options?: object) => Promise<import('./browser.mjs').Person>} arrive
 * @param {string} binary @param {string} root of the repository
 */
export async function hostile(check, arrive, binary, root) {
  await sources(check, process.env.SKICKA_WEB ?? join(root, 'web'));
  const place = mkdtempSync(join(tmpdir(), 'skicka-hostile-'));
  const secret = join(place, 'secret');
  writeFileSync(secret, 'x'.repeat(64));
  const content = join(place, 'content');
  mkdirSync(content);
  for (const part of readdirSync(root).filter((file) => /\.yaml$|^(intents|dialogues)$/.test(file))) cpSync(join(root, part), join(content, part), { recursive: true });
  const before = { ...process.env };
  Object.assign(process.env, { SKICKA_CONTENT: content, SKICKA_ATTACHMENTS__ENABLED: 'true', SKICKA_IDENTITY__SECRET_FILE: secret, SKICKA_IDENTITY__AUDIENCE: 'chat', SKICKA_LIMITS__MESSAGES_PER_MINUTE: '0', SKICKA_CONVERSATION__BURST_MS: '0' });
  const server = new Server(binary);
  try {
    await server.start();
    process.env = before;
    await window_(check, arrive, server.url, join(root, 'src/protocol/golden/visitor'));
    await console_(check, arrive, server, { content, secret: 'x'.repeat(64) });
  } finally {
    process.env = before;
    await server.stop();
    rmSync(place, { recursive: true, force: true });
  }
}

// ------------------------------------------------------------------------------------ sources

/** Ways from text to code or markup. */
const NEVER = /\b(innerHTML|outerHTML|insertAdjacentHTML|setHTMLUnsafe|createContextualFragment|DOMParser|srcdoc|execScript)\b|\bdocument\.write|\beval\s*\(|\bFunction\s*\(|\bimport\s*\(|set(Timeout|Interval)\(\s*['"`]|setAttribute(NS)?\(\s*['"`](on|href|src|style)|javascript:|<script(?![^>]*\bsrc="\/)/i;
/** Places where an address is set from something that is not written there, each with what makes it safe. */
const ADDRESSED = {
  'chat.js': [
    "h('a', { href: URL.createObjectURL(blob), download: name })", // a file that was just made
    "h('a', { href: target.href, rel: 'noopener noreferrer', textContent: label || target.href })", // after the look at its scheme
    "this.#speaker.say(link, () => this.#inTongue(addresses || {}), 'href')", // hidden unless it is a page's
  ],
  'console/charts.js': ["h('a', { href: file, download: '' }, t('asCsv'))"], // put together in insights.js, from the page's own root
  'console/insights.js': ["h('img', { src: `${path}.svg?${query}`, alt: t('chart.dialogue.is', drawing.title) })"], // likewise, encoded
  'console/missed.js': ["h('a', { href: `#${conversation}` }", "h('a', { href: URL.createObjectURL(new Blob([text], { type: 'text/x-diff' })), download: 'intents.patch' })"],
  'console/packet.js': ["h('a', { href: url, target: '_blank', rel: 'noopener noreferrer' }"], // after the look at its scheme
  'console/signin.js': ["h('a', { href: uri }, t('openApp'))"], // the server's own otpauth:
  'console/transcript.js': ["h('a', { href: url, target: '_blank', rel: 'noopener noreferrer' }"], // after the look at its scheme
};

async function sources(check, web) {
  const files = readdirSync(web, { recursive: true }).filter((file) => /\.(js|html)$/.test(file));
  /** A file's lines without its comments. */
  const read = (file) => readFileSync(join(web, file), 'utf8').replace(/\/\*[^]*?\*\//g, (comment) => comment.replace(/[^\n]/g, '')).replace(/^\s*\/\/.*$/gm, '');
  await check('no source of a page makes markup or code of a text', () => {
    assert.ok(files.length > 30, files.join());
    assert.deepEqual(files.flatMap((file) => read(file).split('\n').map((line, at) => NEVER.test(line) && `${file}:${at + 1} ${line.trim()}`).filter(Boolean)), []);
    for (const wrong of ['node.innerHTML = text', "node.setAttribute('onclick', text)", 'eval(text)', 'new Function(text)', 'document.write(text)', "a.setAttribute('href', url)", '<script>hurt()</script>']) assert.match(wrong, NEVER);
  });
  await check('no source sets an address from data but where it is looked at', () => {
    const isSet = /(?<![-\w])(href|src|action|formAction)\s*(=(?!=)|:)(?!\s*['"])|,\s*['"](href|src|action|formaction)['"]\s*\)|\blocation\s*=(?!=)|\blocation\.(assign|replace|href\s*=)|\bwindow\.open\(/;
    const wrong = files.filter((file) => file.endsWith('.js')).flatMap((file) => read(file).split('\n').map((line, at) => {
      const rest = (ADDRESSED[file] ?? []).reduce((left, known) => left.replace(known, ''), line);
      return isSet.test(rest) && `${file}:${at + 1} ${line.trim()}`;
    }).filter(Boolean));
    assert.deepEqual(wrong, []);
    for (const [file, known] of Object.entries(ADDRESSED)) for (const one of known) assert.ok(read(file).includes(one), `${file} no longer has ${one}`);
  });
}

// ------------------------------------------------------------------------------ the chat window

async function window_(check, arrive, url, golden) {
  /** A visitor whose server is played; it says what a hostile one would, from the first frame on. */
  const begin = async (config) => {
    const person = await arrive('ward');
    const ward = new Ward(person);
    const { page } = person;
    if (config) await page.route('**/v1/chat/config', (route) => route.fulfill({ json: config }));
    const script = await Script.under(page);
    const customer = new Customer(page);
    await page.goto(`${url}/`);
    await page.getByRole('button', { name: 'Öppna chatten' }).first().click();
    let seq = 0;
    const tell = (...frames) => script.send(...frames.map((frame) => (frame.type === 'event' ? { ...frame, seq: seq += 1 } : frame)));
    return { ward, page, script, customer, tell };
  };
  const welcomed = async (scene) => {
    // A token goes into a header, which has no room for more than Latin letters.
    const codes = { lang: evil('lang'), token: MARKUP, visitor: evil('visitor'), identity: evil('identity'), conversation: evil('conversation') };
    await scene.script.welcome({ ...codes, seq: 1, limits: { text_chars: 4000 } });
    scene.tell(message(0, 'bot', evil('greeting')));
    await scene.ward.shows('the greeting', evil('greeting'));
  };
  const told = (what, play, config) => check(`chat window: ${what}`, async () => {
    const scene = await begin(config);
    await play(scene);
    await scene.ward.safe('at the end');
    await scene.ward.context.close();
  });

  await told('what is to be agreed to, and where the notice lies', async (scene) => {
    const { ward, page } = scene;
    await ward.shows('the consent', evil('consent'));
    assert.equal(await page.getByRole('link', { name: 'Så behandlar vi dina uppgifter' }).count(), 0);
    await page.getByRole('button', { name: 'Jag godkänner' }).click();
    await welcomed(scene);
  }, {
    consent: { sv: evil('consent'), fi: evil('consent'), en: evil('consent') }, privacy_notice: { sv: ADDRESSES[0], fi: ADDRESSES[2], en: ADDRESSES[9] },
    languages: [evil('language')], language: evil('language'), theme: evil('theme'), attachments: { max_bytes: 5e6, types: [evil('type')] },
  });

  await told('who writes, what they say, offer, link to and attach', async (scene) => {
    const { ward, tell, customer, script } = scene;
    await welcomed(scene);
    const links = [...ADDRESSES.map((address, at) => ({ label: evil(`label-${at}`), url: address })), { label: '', url: 'https://bank.example/<img src=x data-hurt onerror=hurt=1>' }];
    const attachments = ADDRESSES.filter((address) => URL.canParse(address, url)).map((address, at) => ({ name: evil(`file-${at}`), type: evil('type'), bytes: 1, url: address }));
    const writers = { visitor: 'visitor', bot: 'bot', agent: 'agent', stranger: evil('role') };
    for (const [who, role] of Object.entries(writers)) {
      const more = { id: evil('id'), lang: evil('lang'), topic: evil('topic'), choices: [{ value: evil('value'), label: evil(`choice-${who}`) }], links, attachments };
      tell({ ...message(0, role, evil(`text-${who}`), more), from: { role, name: evil(`name-${who}`) } });
    }
    await ward.shows('messages', ...Object.keys(writers).flatMap((who) => [evil(`text-${who}`), evil(`choice-${who}`), ...(who === 'visitor' ? [] : [evil(`name-${who}`)])]), ...attachments.slice(-1).map((file) => file.name));
    // Those alone that lead to a page of somebody, or of this server.
    const hrefs = await customer.chat.locator('.links a').evaluateAll((all) => [...new Set(all.map((a) => new URL(a.href).origin))]);
    assert.deepEqual(hrefs.sort(), [new URL(url).origin, 'https://bank.example'].sort());
    await customer.choices.last().click();
    assert.equal((await script.next('choice')).value, evil('value'), 'a value goes back as it came');
    await ward.shows('the choice', evil('choice-stranger'));
  });

  await told('the queue, who is there, who types, the rating, the end, kinds that are not known', async (scene) => {
    const { ward, tell, customer } = scene;
    await welcomed(scene);
    tell(event(0, 'status', { status: 'queued', reason: evil('reason') }), { type: 'queue', position: evil('position'), wait_s: evil('wait'), wait_low_s: evil('low'), wait_high_s: evil('high'), open: evil('open') });
    await ward.shows('the queue', evil('position'));
    tell(event(0, 'status', { status: 'agent', agent: { name: evil('agent') } }), { type: 'typing', from: { role: 'agent', name: evil('typist') }, ttl_s: 600 });
    await ward.shows('a person', evil('agent'), evil('typist'));
    tell({ type: 'read', by: evil('by'), seq: 1 }, event(0, 'status', { status: evil('status'), agent: { name: evil('nobody') } }), event(0, evil('kind'), { text: evil('unknown') }), event(0, 'topic', { topic: evil('topic'), state: evil('state'), text: evil('topical') }));
    await ward.shows('kinds', evil('unknown'), evil('topical'));
    tell(event(0, 'rating_request', { text: evil('rating'), scale: 5 }));
    await customer.chat.getByPlaceholder('Vill du berätta mer').fill(evil('comment'));
    await ward.shows('the rating', evil('rating'), evil('comment'));
    tell(event(0, 'rated', { score: evil('score') }), event(0, 'ended', { by: evil('by'), outcome: evil('outcome'), text: evil('closing') }));
    await ward.shows('the end', evil('score'));
  });

  await told('what the visitor writes and sends, and how it is refused', async (scene) => {
    const { ward, page, tell, customer, script } = scene;
    await welcomed(scene);
    await customer.write(evil('own'));
    const { id, text } = await script.next('message');
    assert.equal(text, evil('own'));
    await ward.shows('on its way', evil('own'));
    for (const code of ['bad_field', 'too_long', evil('code')]) {
      tell({ type: 'error', code, message: evil('message'), id, retry_after_s: evil('wait') });
      await customer.chat.getByRole('button', { name: 'Försök igen' }).click();
      assert.equal((await script.next('message')).id, id);
    }
    tell({ type: 'error', code: evil('code'), message: evil('message'), id: evil('id') }, { type: 'ack', id, conversation: evil('conversation'), seq: 2 }, message(0, 'visitor', evil('masked'), { id }));
    await ward.shows('as the server has it', evil('masked'));
    await page.route('**/v1/chat/attachments', (route) => route.fulfill({ status: 201, json: { id: evil('id'), name: evil('stored'), type: evil('type'), bytes: 1 } }));
    const [chooser] = await Promise.all([page.waitForEvent('filechooser'), customer.chat.getByRole('button', { name: 'Bifoga en fil' }).click()]);
    await chooser.setFiles({ name: name('file'), mimeType: 'image/png', buffer: PIXEL });
    assert.deepEqual((await script.next('message')).attachments, [evil('id')]);
    await ward.shows('a file', evil('stored'));
    // What a page keeps is read again, with the hostile token and conversation in it.
    await page.reload();
    const hello = await script.next('hello');
    assert.deepEqual([hello.token, hello.conversation], [MARKUP, evil('conversation')]);
    await ward.shows('after a reload', evil('stored'));
  });

  await told('each string of each golden frame in its turn', async (scene) => {
    const { ward, script, tell, customer } = scene;
    await welcomed(scene);
    const frames = ['event', 'server'].flatMap((part) => readdirSync(join(golden, part)).filter((file) => file.endsWith('.json')).map((file) => JSON.parse(readFileSync(join(golden, part, file), 'utf8'))));
    let count = 0;
    for (const frame of frames) {
      // A welcome begins anew, and an event without its time is none.
      for (const path of strings(frame)) {
        if (frame.type === 'welcome' || path.at(-1) === 'at' || path.join() === 'type') continue;
        for (const text of isAddress(path) ? ADDRESSES : [evil('x'), ADDRESSES[0]]) {
          const copy = structuredClone(frame);
          path.slice(0, -1).reduce((at, key) => at[key], copy)[path.at(-1)] = text;
          tell(copy);
          count += 1;
        }
      }
    }
    tell({ type: evil('type'), text: evil('text') }, message(0, 'bot', 'Det var allt.'));
    await customer.chat.getByText('Det var allt.').waitFor();
    assert.ok(count > 100 && script.sockets === 1, `${count} frames on ${script.sockets} sockets`);
    await ward.safe('all of them');
  });
}

// ---------------------------------------------------------------------------------- the console

/** A customer's identity as the bank would sign it. */
function identity(secret, claims) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ aud: 'chat', exp: Math.floor(Date.now() / 1000) + 3000, ...claims })}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

/** Somebody who speaks the protocol itself: frames are posted, what they cause comes back. */
class Wire {
  /** @param {string} url */
  constructor(url) {
    this.url = url;
  }

  async hello(more) {
    const [welcome] = await this.#post([{ type: 'hello', ...more }]);
    this.token = welcome.token;
    this.conversation = welcome.conversation;
  }

  /** One frame that must be taken. */
  async send(type, fields) {
    const [answer] = await this.#post([{ type, id: randomUUID(), ...fields }]);
    assert.equal(answer.type, 'ack', JSON.stringify(answer));
  }

  async #post(frames) {
    const answer = await fetch(`${this.url}/v1/chat/frames`, { method: 'POST', headers: this.token ? { authorization: `Bearer ${this.token}` } : {}, body: JSON.stringify(frames) });
    assert.equal(answer.status, 200, await answer.clone().text());
    return answer.json();
  }
}

/** What an administrator gives the server, as the console's own calls do. */
const account = (more) => ({ role: 'admin', languages: [], skills: [], teams: [], capacity: null, disabled: false, ...more });
const TEAM = {
  name: { sv: name('team'), fi: name('tiimi'), en: name('squad') }, languages: [], skills: [], routing: 'pull', email: null, capacity: 5, accept_within_s: 30, answer_within_s: null, queue_limit: null,
  hours: { week: Object.fromEntries(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'].map((day) => [day, ['00:00-24:00']])), exceptions: [{ date: '2040-01-01', open: [], name: name('holiday') }], closed_on_holidays: false, zone: 'Europe/Helsinki' },
};
/** A canned reply may have none but known variables. */
const canned = (tag) => `${tag} ${MARKUP} ${WORD}`;
const REPLY = { name: short('reply'), team: null, texts: { sv: canned('svar'), fi: canned('vastaus'), en: canned('answer') } };
/** An address of a mailbox has no room for spaces. */
const MAIL = '"><img/src=x/data-hurt/onerror=hurt=1>"@bank.example';

async function console_(check, arrive, server, { content, secret }) {
  const { url } = server;
  const [boss, second, guest] = [await arrive('boss'), await arrive('mallory'), await arrive('guest')];
  const [ward, mallorys, chat] = [boss, second, guest].map((person) => new Ward(person));
  const [agent, mallory, customer] = [new Agent(boss.page), new Agent(second.page), new Customer(guest.page)];
  const { page } = boss;
  const wire = new Wire(url);
  let talk;
  // What follows stands on what was before.
  let broken = false;
  const step = (what, act) => (broken ? undefined : check(`console: ${what}`, async () => {
    broken = true;
    await act();
    broken = false;
  }));
  const api = (path, body, method = body ? 'POST' : 'GET') => page.evaluate(async (wish) => {
    const answer = await fetch(`/v1/console/${wish.path}`, { method: wish.method, headers: wish.body ? { 'content-type': 'application/json' } : {}, body: wish.body && JSON.stringify(wish.body) });
    if (!answer.ok) throw new Error(`${wish.path}: ${answer.status} ${await answer.text()}`);
    return answer.json().catch(() => ({}));
  }, { path, body, method });

  await step('nobody is there: what is asked, left and told of the page', async () => {
    await wire.hello({ lang: ['sv', evil('lang')], client: { name: evil('client'), version: evil('version'), platform: evil('platform') }, page: { url: 'https://bank.example/"><script data-hurt>globalThis.hurt=1</script>', title: name('page') } });
    await wire.send('message', { text: evil('missed') });
    await wire.send('human');
    await wire.send('message', { text: MAIL });
    await wire.send('message', { text: evil('offline') });
    const stranger = new Wire(url);
    await stranger.hello({ lang: ['sv'], page: { url: ADDRESSES[0], title: name('script') } });
    await stranger.send('message', { text: evil('second') });
    await stranger.send('human');
  });

  await step('accounts, a team with its hours, a canned reply, by their forms’ own calls', async () => {
    await page.goto(`${url}/console`);
    await agent.signIn(server.administrator.email, server.administrator.password);
    await agent.changePassword(PASSWORD);
    const { agent: me } = await api('me');
    await api(`agents/${me.id}`, account({ email: server.administrator.email, name: name('boss') }), 'PUT');
    await api('agents', account({ email: MAIL, name: name('mail'), role: 'agent' }));
    const { password } = await api('agents', account({ email: 'mallory@example.com', name: name('mallory') }));
    await api('teams/hurt', TEAM, 'PUT');
    await api('canned/hurt', REPLY, 'PUT');
    await page.reload();
    await second.page.goto(`${url}/console`);
    await mallory.signIn('mallory@example.com', password);
    await mallory.changePassword(PASSWORD);
    await ward.shows('one’s own name', name('boss'));
  });

  await step('what is wrong in a form is told with the text that is wrong', async () => {
    const save = () => page.getByRole('button', { name: 'Spara', exact: true }).click();
    await visit(page, '#settings');
    await page.getByRole('button', { name: 'Färdiga svar' }).click();
    await page.getByRole('button', { name: 'Nytt färdigt svar' }).click();
    await page.getByLabel('Kort namn').fill(evil('short'));
    await page.getByLabel('Svenska', { exact: true }).fill(evil('svenska'));
    await save();
    await ward.shows('a canned reply', `${TEMPLATE} finns inte`, evil('svenska'));
    await page.getByRole('button', { name: 'Avbryt' }).click();
    await page.getByRole('button', { name: 'Team', exact: true }).click();
    await page.getByRole('button', { name: 'Nytt team' }).click();
    await page.getByLabel('Id', { exact: true }).fill(evil('id'));
    await page.getByLabel('Alltid öppet').uncheck();
    await page.getByLabel('tisdag').fill(evil('tuesday'));
    await page.locator('#set-exceptions').fill(evil('exception'));
    await page.locator('#set-zone').fill(evil('zone'));
    await page.locator('#set-email').fill(MAIL);
    await save();
    await page.locator('.fault:not([hidden])').first().waitFor();
    await ward.shows('a team', evil('tuesday'), evil('exception'), evil('zone'));
    await page.getByRole('button', { name: 'Avbryt' }).click();
    await page.getByRole('button', { name: 'Konton' }).click();
    await page.getByRole('button', { name: 'Nytt konto' }).click();
    for (const label of ['Namn', 'E-post']) await page.getByLabel(label, { exact: true }).fill(evil(label));
    await page.locator('#more-teams').fill(evil('teams'));
    await save();
    await page.locator('.fault:not([hidden])').first().waitFor();
    await ward.safe('an account');
    await page.getByRole('button', { name: 'Avbryt' }).click();
  });

  await step('a customer with a name, a page, a text and a file', async () => {
    await guest.page.goto(url);
    const shown = { identity: identity(secret, { sub: 'u', name: name('customer') }), page: { url: `${url}/<img src=x data-hurt onerror=hurt=1>`, title: name('title') } };
    await guest.page.waitForFunction(() => customElements.get('skicka-chat'));
    await guest.page.evaluate((open) => { document.title = open.page.title; window.SkickaChat.open(open); }, shown);
    await customer.chat.locator('.msg.bot').first().waitFor();
    // Whatever language the bot takes that for, the window stays with this one.
    await customer.chat.locator('[aria-controls=language]').click();
    await customer.chat.getByRole('button', { name: 'Svenska' }).click();
    await customer.write(evil('guest'));
    await chat.shows('the visitor’s own message', evil('guest'));
    const [chooser] = await Promise.all([guest.page.waitForEvent('filechooser'), customer.chat.getByRole('button', { name: 'Bifoga en fil' }).click()]);
    await chooser.setFiles({ name: `${name('file')}.png`, mimeType: 'image/png', buffer: PIXEL });
    await customer.own.getByRole('button', { name: name('file') }).waitFor();
    await chat.shows('the file', `${name('file')}.png`);
    await customer.chat.locator('.human').click();
    await customer.chat.locator('[part=status]').filter({ hasText: 'Du står i kö' }).waitFor();
    talk = await guest.page.evaluate(() => JSON.parse(localStorage.getItem(`skicka:${location.origin}`)).conversation);
  });

  await step('the conversation with its packet: claimed, answered, noted, tagged', async () => {
    await visit(page, `#${talk}`);
    await agent.packet.waitFor();
    await ward.shows('the packet', evil('guest'), name('customer'), name('title'), `${name('file')}.png`);
    await page.keyboard.press('Alt+KeyC');
    await agent.reply.and(page.locator(':focus')).waitFor();
    await agent.write(evil('answer'));
    await ward.shows('the answer', evil('answer'), name('boss'));
    await chat.shows('the answer in the window', evil('answer'), name('boss'));
    await page.getByRole('button', { name: 'Anteckning' }).click();
    await page.getByLabel('Anteckning, syns bara för kollegor').fill(evil('note'));
    await page.getByRole('button', { name: 'Spara anteckning' }).click();
    await ward.shows('the note', evil('note'));
    for (const tag of ['<img src=x data-hurt onerror=hurt=1>', 'w'.repeat(32)]) {
      // While the note or the last tag is still on its way, the key does nothing.
      await page.locator('button[aria-disabled=false]').filter({ hasText: 'Taggar' }).waitFor();
      await page.keyboard.press('Alt+KeyG');
      const question = page.getByRole('dialog', { name: 'Taggar för samtalet' });
      await question.getByLabel('Nya taggar').fill(tag);
      await ward.safe('tags');
      await question.getByRole('button', { name: 'Spara' }).click();
      await question.waitFor({ state: 'hidden' });
    }
    await page.locator('.head .tag').filter({ hasText: 'w'.repeat(32) }).waitFor();
    await ward.safe('a tag');
    await page.getByRole('button', { name: 'Svar', exact: true }).click();
    await page.keyboard.type('/');
    await page.getByRole('combobox', { name: 'Sök bland färdiga svar' }).fill(short('reply').slice(0, 20));
    await ward.shows('canned replies', REPLY.name, ...Object.values(REPLY.texts));
    await page.keyboard.press('Enter');
    await ward.shows('a canned reply in the field', REPLY.texts.sv);
    await agent.reply.fill('');
  });

  await step('who looks, who types, who takes it from whom, with the notes that go along', async () => {
    await visit(second.page, `#${talk}`);
    await second.page.getByLabel('Anteckning, syns bara för kollegor').fill('x');
    await page.locator('.typing').filter({ hasText: name('mallory') }).waitFor();
    await ward.shows('company', `Här just nu: ${name('mallory')}`);
    await mallorys.shows('company', `Här just nu: ${name('boss')}`, evil('note'), evil('answer'), evil('guest'));
    await page.keyboard.press('Alt+KeyT');
    const question = page.getByRole('dialog', { name: 'Skicka vidare till' });
    await question.getByRole('radio', { name: name('mallory') }).check();
    await question.getByLabel('Anteckning').fill(evil('transfer'));
    await ward.safe('the question to whom');
    await question.getByRole('button', { name: 'Skicka vidare' }).click();
    await ward.shows('the transfer', evil('transfer'), `Hos ${name('mallory')}`);
    await chat.shows('another agent in the window', name('mallory'));
    await page.keyboard.press('Alt+KeyC');
    await page.getByRole('dialog', { name: 'Ta över samtalet från' }).waitFor();
    await ward.shows('the question from whom', `Ta över samtalet från ${name('mallory')}?`);
    await page.getByRole('button', { name: 'Ta över', exact: true }).last().click();
    await page.locator('.head .status').filter({ hasText: 'Hos dig' }).waitFor();
    await mallorys.shows('a toast', `${name('boss')} tog över`);
  });

  await step('the end with its note, the rating with its comment', async () => {
    await page.keyboard.press('Alt+KeyE');
    const question = page.getByRole('dialog', { name: 'Avsluta samtalet' });
    await question.getByLabel('Anteckning').fill(evil('closing'));
    await ward.safe('the question how it ended');
    await question.getByRole('button', { name: 'Avsluta' }).click();
    await ward.shows('the end', evil('closing'));
    await customer.chat.getByRole('radio', { name: '3 av 5' }).check();
    await customer.chat.getByPlaceholder('Vill du berätta mer').fill(evil('comment'));
    await chat.shows('the comment', evil('comment'));
    await customer.chat.getByRole('button', { name: 'Skicka betyg' }).click();
    await ward.shows('the rating', evil('comment'));
  });

  await step('an edit of the content that does not serve', async () => {
    writeFileSync(join(content, 'intents', '"><img src=x data-hurt onerror=hurt=1>.yaml'), `intent: "${name('intent')}"\n"<img src=x data-hurt onerror=hurt=1>": 1\ntitle: ${'W'.repeat(200)}\n`);
    await page.locator('sk-content-notice:not([hidden])').waitFor({ timeout: 60_000 });
    await page.locator('sk-content-notice').getByRole('button').click();
    await ward.shows('the faults', '"><img src=x data-hurt onerror=hurt=1>.yaml');
    await page.getByRole('dialog').getByRole('button', { name: 'Stäng' }).click();
  });

  await step('every view', async () => {
    await visit(page, `#${wire.conversation}`);
    await ward.shows('who was told that nobody is there', evil('missed'), evil('offline'), MAIL, name('page'));
    await tour(ward, (where, ...texts) => ward.shows(where, ...texts));
    assert.match(await page.title(), /^(\(\d+\) )?Skicka – /);
  });

  await step('a notice of the system is text too', async () => {
    await page.evaluate(() => {
      localStorage.setItem('skicka-console:alert-notice', 'on');
      window.noticed = [];
      window.Notification = class { static permission = 'granted'; constructor(...what) { window.noticed.push(JSON.stringify(what)); } };
      document.hasFocus = () => false;
    });
    const caller = new Wire(url);
    await caller.hello({ lang: ['sv'] });
    await caller.send('message', { text: 'x <img src=x data-hurt onerror=hurt=1>' });
    await caller.send('human');
    await page.waitForFunction(() => window.noticed.length);
    await ward.safe('a notice');
  });

  await step('every answer of the server spoilt on its way, what it would refuse too', async () => {
    const person = await arrive('spoilt');
    // Longer words than the server has room for: it is not their width that counts.
    const ill = new Ward(person, '*');
    let turn = 0;
    const text = (path) => (isAddress(path) ? ADDRESSES[(turn += 1) % ADDRESSES.length] : evil(path.join('.')));
    await person.page.routeWebSocket(/\/v1\/agent$/, (socket) => {
      const real = socket.connectToServer();
      real.onMessage((data) => {
        const frame = JSON.parse(data);
        // Of everything that a message can have.
        const more = frame.kind === 'message' && { choices: [{ label: evil('choice'), value: evil('value') }], links: ADDRESSES.map((address, at) => ({ label: evil(`links.${at}`), url: address })) };
        socket.send(JSON.stringify({ ...spoilt(frame, text), ...more }));
      });
    });
    await person.page.goto(`${url}/console`);
    await new Agent(person.page).signIn('mallory@example.com', PASSWORD);
    await person.page.getByRole('group', { name: 'Visa' }).waitFor();
    await person.context.route(/\/v1\/console\/(?!.*\.(svg|csv))/, async (route) => {
      const answer = await route.fetch().catch(() => null);
      // The page asks on while the server goes.
      if (!answer) return;
      const body = await answer.json().catch(() => null);
      await route.fulfill(body ? { response: answer, json: spoilt(body, text) } : { response: answer });
    });
    await person.page.reload();
    for (const [of, id] of Object.entries({ 'the guest': talk, 'the first': wire.conversation })) {
      await visit(person.page, `#${id}`);
      await person.page.locator('.msg').first().waitFor();
      await ill.shows(`spoilt: ${of}`, evil('text'), evil('choice'), evil('links.15'));
    }
    const hrefs = await person.page.locator('.links a').evaluateAll((all) => all.filter((a) => URL.canParse(a.href)).map((a) => new URL(a.href).origin));
    assert.deepEqual([...new Set(hrefs)], ['https://bank.example']);
    await tour(ill, (where) => ill.safe(`spoilt: ${where}`));
    await person.context.close();
  });
  await Promise.all([boss, second, guest].map(({ context }) => context.close()));
}

/** To what stands under an address. */
const visit = (page, hash) => page.evaluate((address) => { location.hash = address; }, hash);

/** Through every view of the console. @param {Ward} ward @param {(where: string, ...texts: string[]) => Promise<void>} look */
async function tour({ page }, look) {
  const unfold = (places) => page.locator(places).evaluateAll((all) => all.forEach((details) => { details.open = true; }));
  await visit(page, '#');
  for (const view of ['Väntar', 'Mina', 'Alla', 'Bot', 'Avslutade']) {
    await page.getByRole('group', { name: 'Visa' }).getByRole('button', { name: new RegExp(`^${view}`) }).click();
    if (view !== 'Mina' && view !== 'Bot') await page.locator('.inbox .item').filter({ visible: true }).first().waitFor();
    await look(`the view ${view}`);
  }
  await page.getByRole('group', { name: 'Visa' }).getByRole('button', { name: /^Väntar/ }).click();
  const field = page.getByRole('searchbox', { name: 'Sök i samtalen' });
  await field.fill('globalThis');
  await page.locator('.inbox .item .hit').first().waitFor();
  await unfold('.refine');
  await look('what was found');
  await field.fill(evil('q').slice(0, 200));
  await look('what was sought', evil('q').slice(0, 200));
  await field.fill('');
  await visit(page, '#floor');
  await page.locator('.person').first().waitFor();
  await look('the floor', name('boss'), name('mallory'));
  await visit(page, '#insights');
  await page.locator('.tiles').waitFor();
  await unfold('.insights details');
  await look('the figures');
  await visit(page, '#missed');
  const group = page.locator('.missed-group').first();
  await group.waitFor();
  await unfold('.missed-group details');
  await look('what was not understood', evil('missed'));
  await group.getByLabel('Exempel').fill(evil('example'));
  await group.getByLabel('Till ämnet').selectOption({ index: 1 });
  await group.getByRole('button', { name: 'Lägg till' }).click();
  await look('what is put aside', evil('example'));
  await page.locator('.basket').getByRole('button', { name: 'Släng' }).click();
  await visit(page, '#settings');
  for (const [part, line, texts] of [['Färdiga svar', 'reply', [REPLY.name, ...Object.values(REPLY.texts)]], ['Team', 'team', [...Object.values(TEAM.name), `2040-01-01 ${name('holiday')}`]], ['Konton', 'mail', [MAIL, name('mail')]]]) {
    await page.locator('.settings .modes').getByRole('button', { name: part, exact: true }).click();
    await page.locator('.settings .place .item').first().waitFor();
    await look(`the list ${part}`);
    const [wanted] = await page.locator('.settings .place .item').filter({ hasText: line }).all();
    await (wanted ?? page.locator('.settings .place .item').first()).click();
    await unfold('.setting details');
    await look(`the form ${part}`, ...texts);
    await page.getByRole('button', { name: 'Avbryt' }).click();
    await page.locator('.settings .place .item').first().waitFor();
  }
  await visit(page, '#');
}
