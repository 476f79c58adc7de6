/**
 * One run in a real browser against the built binary: a customer is led through a problem and
 * asks for a person; an agent signs in, claims and answers; the server is killed in between and
 * nothing is missing or doubled; the agent resolves and the customer rates.
 *
 *   SKICKA_BIN=target/release/skicka node run.mjs [PART] [--screenshot]
 *
 * PART runs one of `hostile`, `keyboard`, `provider` and `repaint` alone, each with servers of its own.
 * SKICKA_SHOTS names a folder for pictures of every state; `--screenshot` writes
 * docs/screenshot.png. SKICKA_WEB names a folder whose scripts are tried instead of the binary's.
 * Nothing here waits for a length of time, only for what must happen.
 */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Agent } from './agent.mjs';
import { Person, launch, looked } from './browser.mjs';
import { Customer } from './customer.mjs';
import { floor } from './floor.mjs';
import { hostile } from './hostile.mjs';
import { insights } from './insights.mjs';
import { keyboard } from './keyboard.mjs';
import { promises } from './promises.mjs';
import { provider } from './provider.mjs';
import { repaint } from './repaint.mjs';
import { Server } from './server.mjs';
import { settings } from './settings.mjs';
import { offers } from './window.mjs';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const binary = resolve(process.env.SKICKA_BIN || join(ROOT, 'target/release/skicka'));
const shots = process.env.SKICKA_SHOTS ? resolve(process.env.SKICKA_SHOTS) : null;
if (shots) mkdirSync(shots, { recursive: true });

const PASSWORD = 'en lång fras för provet';
const AINO = { email: 'aino@example.com', name: 'Aino Virtanen', password: PASSWORD };
let passed = 0;
let failed = 0;

/** A step of the story. The first that fails ends it: what follows stands on it. */
const step = (name, act) => (failed ? undefined : check(name, act));

async function check(name, act) {
  try {
    await act();
    passed += 1;
    console.log(`ok    ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL  ${name}\n${error.stack}`);
  }
}

// Off by default; on here, so that every state has what can be there.
process.env.SKICKA_ATTACHMENTS__ENABLED ??= 'true';
const server = new Server(binary);
const browser = await launch();
const people = [];
const arrive = async (name, options) => {
  const person = await Person.arrive(browser, name, shots, options);
  people.push(person);
  return person;
};
const isClean = (wrong) => assert.deepEqual(wrong, []);
const downIs = (down) => people.forEach((person) => { person.serverIsDown = down; });

/** What stands on servers of its own. */
const PARTS = {
  hostile: () => hostile(check, arrive, binary, ROOT),
  keyboard: () => keyboard(check, arrive, binary),
  provider: () => provider(check, arrive, binary),
  repaint: () => repaint(check, arrive, binary),
};

const visitor = await arrive('customer');
const colleague = await arrive('agent');
const customer = new Customer(visitor.page);
const agent = new Agent(colleague.page);

try {
  await (Object.hasOwn(PARTS, process.argv[2]) ? PARTS[process.argv[2]]() : everything());
  await check('no report of the policy and no error in any page', () => assert.deepEqual(people.flatMap(({ complaints }) => complaints), []));
} finally {
  if (failed && shots) await Promise.all(people.map(({ name, page }) => page.screenshot({ path: join(shots, `FAILED-${name}.png`) }).catch(() => {})));
  await browser.close();
  await server.stop();
}
if (failed && server.log) console.log(server.log.split('\n').slice(-20).join('\n'));
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;

async function everything() {
  await story();
  for (const part of Object.values(PARTS)) await part();
  await check('axe found nothing in twenty states and more, in both themes and both sizes', () => {
    for (const [page, states] of Object.entries(looked)) console.log(`      ${states.size} states of the ${page}: ${[...states].join(', ')}`);
    assert.ok(looked.window.size + looked.console.size >= 20 && looked.window.size >= 10 && looked.console.size >= 20);
  });
}

async function story() {
  await step('the server starts and tells the administrator a one-time password', async () => {
    await server.start();
    assert.equal(server.lines.length, 3, server.lines.join('\n'));
    assert.ok(server.administrator.password.length >= 10);
  });
  if (failed) return;
  await theGreeting();
  await beforeTheHandover();
  await theHandover();
  await theKill();
  await theColleague();
  await theEnd();
  await settings(step, (name) => arrive(name), server.url, agent, colleague);
  await floor(step, (name) => arrive(name), server.url, agent, colleague);
  await insights(step, (name) => arrive(name), server.url, agent, colleague);
  await offers(check, arrive, server.url);
  await promises(check, (name) => arrive(name), server.url, join(ROOT, 'src/protocol/golden/visitor/event'));
  await check('the reference client gets through its transcript', () => promisify(execFile)(process.execPath, [join(ROOT, 'examples/conformance.mjs'), server.url]));
}

async function theGreeting() {
  await step('the greeting suggests topics in the language of the visitor, and a press leads to one', async () => {
    const person = await arrive('newcomer');
    const guest = new Customer(person.page);
    await guest.openBySkipLink(server.url);
    await guest.choices.filter({ hasText: 'Appen öppnas inte' }).waitFor();
    assert.equal(await guest.choices.count(), 5);
    isClean(await person.look('suggested'));
    await guest.chat.getByRole('button', { name: 'Språk' }).click();
    await guest.chat.getByRole('button', { name: 'English' }).click();
    await guest.choices.filter({ hasText: 'The app does not open' }).waitFor();
    assert.equal(await guest.choices.count(), 5, 'the first ones have had their time');
    await guest.answer('press', 'The app does not open');
    await guest.own.filter({ hasText: 'The app does not open' }).waitFor();
    await guest.choices.filter({ hasText: 'Yes' }).waitFor();
    await person.context.close();
  });
}

async function beforeTheHandover() {
  await step('the chat window opens by keyboard, through the skip link', async () => {
    await visitor.page.goto(server.url);
    isClean(await visitor.look('page'));
    await customer.openBySkipLink(server.url);
    assert.equal(await customer.field.evaluate((field) => field.getRootNode().activeElement === field), true, 'the field has the focus');
    assert.match((await customer.texts())[0], /\b(bot|robot|chattrobot)\b/i, 'the first message says that a bot writes');
    isClean(await visitor.look('greeting'));
  });
  await step('"jag får ingen begäran i appen" opens the dialogue with buttons', async () => {
    await customer.say('jag får ingen begäran i appen');
    await customer.choices.first().waitFor();
    isClean(await visitor.look('choices'));
  });
  await step('the customer answers by button and by free text', async () => {
    await customer.answer('press', 'Ja');
    await customer.choices.first().waitFor();
    await customer.answer('write', 'nej det har jag inte');
    await customer.choices.first().waitFor();
    await customer.answer('press', 'Nej');
    assert.equal(await customer.chat.locator('.choice.taken').count(), 2, 'pressed choices show that they were taken');
  });
  await step('a reload keeps the conversation', async () => {
    const before = await customer.texts();
    await visitor.page.reload();
    await customer.own.nth(3).waitFor();
    await customer.choices.first().waitFor();
    assert.deepEqual(await customer.texts(), before);
  });
}

async function theHandover() {
  await step('the agent signs in and must replace the one-time password', async () => {
    const { email, password } = server.administrator;
    await colleague.page.goto(`${server.url}/console`);
    await agent.page.getByLabel('E-post').waitFor();
    isClean(await colleague.look('sign-in'));
    await agent.signIn(email, password);
    await agent.page.getByLabel('Nytt lösenord igen').waitFor();
    isClean(await colleague.look('password'));
    await agent.changePassword(PASSWORD);
    isClean(await colleague.look('empty'));
  });
  await step('the customer asks for a person and is told their place in the queue', async () => {
    await customer.chat.getByRole('button', { name: 'Prata med en människa' }).click();
    await customer.chat.locator('[part=status]').filter({ hasText: 'plats 1' }).waitFor();
    isClean(await visitor.look('queue'));
  });
  await step('the agent sees who waits, with the packet', async () => {
    await agent.items.first().waitFor();
    isClean(await colleague.look('inbox'));
    assert.match(await agent.page.title(), /^\(1\)/);
    await agent.page.keyboard.press('Alt+KeyJ');
    await agent.packet.waitFor();
    // One step for each answer that the customer gave.
    await agent.packet.locator('ol li').nth(2).waitFor();
    await agent.messages.filter({ hasText: 'jag får ingen begäran i appen' }).waitFor();
    // Why the bot took it for that topic: the words that counted, and what came next.
    const why = agent.page.locator('details.why').first();
    await why.locator('summary').click();
    await why.getByText('begäran').first().waitFor();
    isClean(await colleague.look('packet'));
  });
  await step('the agent claims and both write to each other', async () => {
    await agent.page.keyboard.press('Alt+KeyC');
    // The claim leads to the reply field.
    await agent.reply.and(agent.page.locator(':focus')).waitFor();
    await agent.page.keyboard.type('Hej, jag');
    await customer.chat.locator('.typing').waitFor();
    await agent.say('Hej, jag ser vad du har provat.');
    await customer.chat.locator('.msg.agent').filter({ hasText: 'Hej, jag ser vad du har provat.' }).waitFor();
    await customer.field.fill('Tack');
    await agent.page.locator('.typing').waitFor();
    await customer.say('Tack, vad gör jag nu?');
    await agent.messages.filter({ hasText: 'Tack, vad gör jag nu?' }).waitFor();
    await customer.chat.locator('.state').filter({ hasText: 'Läst' }).waitFor();
    isClean(await visitor.look('person'));
    isClean(await colleague.look('claimed'));
  });
  await step('a note stays among agents', async () => {
    await agent.page.getByRole('button', { name: 'Anteckning' }).click();
    await agent.page.getByLabel('Anteckning, syns bara för kollegor').fill('ringer upp i morgon');
    await agent.page.getByRole('button', { name: 'Spara anteckning' }).click();
    await agent.page.locator('.msg.note:not(.pending)').waitFor();
    await agent.page.getByRole('button', { name: 'Svar', exact: true }).click();
    await agent.say('En sak till.');
    await customer.chat.locator('.msg.agent').filter({ hasText: 'En sak till.' }).waitFor();
    assert.ok(!(await customer.texts()).some((text) => text.includes('ringer upp')));
  });
}

async function theKill() {
  const during = ['skrivet av kunden medan servern var död', 'och en rad till'];
  const answer = 'skrivet av rådgivaren medan servern var död';
  await step('kill -9: both pages notice and keep what is written', async () => {
    downIs(true);
    await server.kill();
    for (const text of during) await customer.write(text);
    await agent.write(answer);
    await customer.chat.locator('[part=connection]').waitFor();
    await agent.page.locator('div.lost').waitFor();
    isClean(await visitor.look('lost'));
    isClean(await colleague.look('lost'));
  });
  await step('after the restart both reconnect by themselves; nothing is missing or doubled', async () => {
    await server.start();
    await Promise.all([customer.settled(), agent.settled()]);
    downIs(false);
    for (const text of [...during, answer]) {
      await agent.messages.filter({ hasText: text }).waitFor();
      await customer.chat.locator('.msg:not(.pending)').filter({ hasText: text }).waitFor();
    }
    const here = await customer.texts();
    assert.deepEqual(here, await agent.texts(), 'both show the same messages in the same order');
    for (const text of [...during, answer, 'jag får ingen begäran i appen', 'Tack, vad gör jag nu?', 'En sak till.']) {
      assert.equal(here.filter((other) => other === text).length, 1, text);
    }
  });
  await step('the conversation goes on as before', async () => {
    await agent.say('Där är vi igen.');
    await customer.chat.locator('.msg.agent').filter({ hasText: 'Där är vi igen.' }).waitFor();
    await customer.say('Fint!');
    await agent.messages.filter({ hasText: 'Fint!' }).waitFor();
  });
}

async function theColleague() {
  const second = await arrive('colleague');
  const other = new Agent(second.page);
  await step('a colleague added by the command line signs in', async () => {
    await server.addAgent(AINO);
    await second.page.goto(`${server.url}/console`);
    await other.signIn(AINO.email, AINO.password);
    await other.page.getByRole('group', { name: 'Visa' }).waitFor();
  });
  await step('a transfer with a note: one owner before, one after', async () => {
    await agent.page.keyboard.press('Alt+KeyT');
    const question = agent.page.getByRole('dialog', { name: 'Skicka vidare till' });
    await question.getByRole('radio', { name: AINO.name }).check();
    await question.getByLabel('Anteckning').fill('du kan det här bättre');
    isClean(await colleague.look('transfer'));
    await question.getByRole('button', { name: 'Skicka vidare' }).click();
    await agent.page.locator('.status').filter({ hasText: 'Hos Aino Virtanen' }).first().waitFor();
    await agent.reply.waitFor({ state: 'hidden' });
    await customer.chat.getByText('Aino Virtanen har anslutit sig.').waitFor();
    await other.list('Mina');
    await other.items.first().click();
    await other.page.getByText('du kan det här bättre').waitFor();
    await other.say('Hej, Aino här.');
    await customer.chat.locator('.msg.agent').filter({ hasText: 'Hej, Aino här.' }).waitFor();
  });
  await step('a hand-back: the bot speaks again, and says so', async () => {
    await other.page.keyboard.press('Alt+KeyB');
    await other.page.getByRole('dialog').getByRole('button', { name: 'Lämna till boten' }).click();
    await customer.chat.getByText('Boten svarar igen.').waitFor();
    await customer.chat.getByRole('button', { name: 'Prata med en människa' }).click();
    await customer.chat.locator('[part=status]').filter({ hasText: 'plats 1' }).waitFor();
  });
  await step('two claim at once: one holds it, the other is told who', async () => {
    for (const one of [agent, other]) await one.page.getByRole('button', { name: 'Ta samtalet' }).waitFor();
    await Promise.all([agent, other].map((one) => one.page.keyboard.press('Alt+KeyC')));
    await customer.chat.getByText('har anslutit sig.').last().waitFor();
    const holds = (one) => one.page.locator('.head .status').filter({ hasText: /^Hos/ }).textContent();
    const told = (await Promise.all([agent, other].map(holds))).map((text) => text.split(' ·')[0]);
    assert.equal(told.filter((text) => text === 'Hos dig').length, 1, told.join());
    const holder = told[0] === 'Hos dig' ? agent : other;
    if (holder === agent) return;
    // The end is the administrator's.
    await other.page.keyboard.press('Alt+KeyT');
    await other.page.getByRole('dialog').getByRole('radio', { name: 'Admin' }).check();
    await other.page.getByRole('dialog').getByRole('button', { name: 'Skicka vidare' }).click();
    await agent.page.locator('.head .status').filter({ hasText: 'Hos dig' }).waitFor();
  });
  await step('the colleague signs out', async () => {
    await other.page.locator('.menu summary').click();
    isClean(await second.look('menu'));
    await other.page.getByRole('button', { name: 'Logga ut' }).click();
    await other.page.getByLabel('E-post').waitFor();
  });
}

async function theEnd() {
  await step('the agent resolves', async () => {
    await agent.page.keyboard.press('Alt+KeyE');
    const question = agent.page.getByRole('dialog', { name: 'Avsluta samtalet' });
    isClean(await colleague.look('resolve'));
    await question.getByRole('button', { name: 'Avsluta' }).click();
    await agent.page.locator('.over').waitFor();
    await customer.chat.getByRole('button', { name: 'Starta ett nytt samtal' }).waitFor();
    isClean(await colleague.look('resolved'));
  });
  await step('the customer rates and begins anew', async () => {
    await customer.chat.getByRole('radio', { name: '5 av 5' }).waitFor();
    isClean(await visitor.look('rating'));
    await customer.chat.getByRole('radio', { name: '5 av 5' }).check();
    await customer.chat.getByRole('button', { name: 'Skicka betyg' }).click();
    await customer.chat.getByText('Du gav betyget 5 av 5').waitFor();
    await customer.chat.getByRole('button', { name: 'Starta ett nytt samtal' }).click();
    await customer.chat.locator('.msg.bot').first().waitFor();
    assert.equal((await customer.texts()).length, 1);
  });
  await step('the bot leads to "it is solved"', async () => {
    await customer.say('jag får ingen begäran i appen');
    await customer.choices.first().waitFor();
    await customer.answer('press', 'Nej');
    await customer.choices.first().waitFor();
    await customer.answer('write', 'ja nu kom den');
    await customer.chat.locator('.msg.bot').last().filter({ hasText: /annat/ }).waitFor();
    isClean(await visitor.look('solved'));
  });
  await step('nobody on duty: the customer is told, in another language too, and the matter is kept', async () => {
    await agent.page.getByLabel('Min status').selectOption('offline');
    await customer.chat.getByRole('button', { name: 'Språk' }).click();
    await customer.chat.getByRole('button', { name: 'Suomi' }).click();
    await customer.chat.getByRole('button', { name: 'Juttele ihmisen kanssa' }).click();
    await customer.chat.locator('[part=status]').filter({ hasText: 'Kukaan ei ole nyt paikalla' }).waitFor();
    await agent.page.getByRole('button', { name: /^Väntar/ }).click();
    await agent.items.filter({ hasText: 'ingen på plats' }).waitFor();
    isClean(await visitor.look('offline'));
    await agent.page.getByLabel('Min status').selectOption('online');
  });
  if (process.argv.includes('--screenshot')) await step('the screenshot for the README', screenshot);
}

/** The customer's and the agent's view beside each other. */
async function screenshot() {
  const left = await arrive('reader', { viewport: { width: 430, height: 760 }, deviceScaleFactor: 2 });
  const right = await arrive('answerer', { viewport: { width: 1240, height: 760 }, deviceScaleFactor: 2 });
  const guest = new Customer(left.page);
  const host = new Agent(right.page);
  await right.page.goto(`${server.url}/console`);
  await host.signIn(AINO.email, AINO.password);
  await guest.openBySkipLink(server.url);
  await guest.say('jag får ingen begäran i appen');
  for (const label of ['Ja', 'Nej', 'Nej']) {
    await guest.choices.first().waitFor();
    await guest.answer('press', label);
  }
  await guest.chat.getByRole('button', { name: 'Prata med en människa' }).click();
  await host.items.filter({ hasText: 'Svenska' }).first().click();
  await host.page.getByRole('button', { name: 'Ta samtalet' }).click();
  await host.say('Hej! Jag ser vad du redan har provat. Vi tar det härifrån tillsammans.');
  await guest.chat.locator('.msg.agent').waitFor();
  await guest.say('Vad bra, tack!');
  await host.messages.filter({ hasText: 'Vad bra, tack!' }).waitFor();
  await guest.chat.locator('.state').filter({ hasText: 'Läst' }).waitFor();
  const pictures = [await left.page.screenshot(), await right.page.screenshot()].map((png) => `data:image/png;base64,${png.toString('base64')}`);
  const frame = await (await browser.newContext({ viewport: { width: 1760, height: 840 } })).newPage();
  await frame.setContent(`<body style="margin:0;display:flex;gap:30px;padding:40px 30px;background:#dfe8e4">${pictures.map((source) => `<img src="${source}" style="height:760px;border-radius:14px;box-shadow:0 10px 40px #0b1f1a40">`).join('')}`);
  mkdirSync(join(ROOT, 'docs'), { recursive: true });
  await frame.screenshot({ path: join(ROOT, 'docs/screenshot.png') });
  // What follows counts who waits and who is there.
  await host.page.getByRole('button', { name: 'Avsluta', exact: true }).click();
  await host.page.getByRole('dialog').getByRole('button', { name: 'Avsluta', exact: true }).click();
  await guest.chat.getByText('Samtalet är avslutat').first().waitFor();
  for (const { page } of [left, right, { page: frame }]) await page.context().close();
}
