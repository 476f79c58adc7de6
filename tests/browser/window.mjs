/**
 * What the chat window offers beside talking: the wait with its spread, the conversation as a
 * file, the way back of a phone, the full page, files, and the calls that stand in for a blocked socket.
 */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Customer } from './customer.mjs';
import { Script, event, message } from './script.mjs';

/** The smallest picture there is. */
const PIXEL = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };

/**
 * @param {(name: string, act: () => Promise<void>) => Promise<void>} check
 * @param {(name: string, options?: object) => Promise<import('./browser.mjs').Person>} arrive
 * @param {string} url
 */
export async function offers(check, arrive, url) {
  const isClean = (wrong) => assert.deepEqual(wrong, []);
  const scripted = async (options) => {
    const person = await arrive('window', options);
    const script = await Script.under(person.page);
    const customer = new Customer(person.page);
    await person.page.goto(url);
    await person.page.getByRole('button', { name: 'Öppna chatten' }).first().click();
    await script.welcome({ seq: 1 });
    script.send(message(1, 'bot', 'Hej! Jag är en bot.', { choices: [{ value: 'a', label: 'Appen' }, { value: 'b', label: 'Sms' }] }));
    await customer.chat.getByText('Jag är en bot').waitFor();
    return { person, page: person.page, script, customer };
  };

  await check('the window travels in less than 20 kB', async () => {
    const script = await (await fetch(`${url}/chat.js`)).text();
    // By gzip itself: Node's zlib is tuned for speed and ends a hundredth higher.
    const bytes = execFileSync('gzip', ['-9c'], { input: script }).length;
    assert.ok(bytes < 20_000, `${bytes} bytes`);
  });

  await check('the wait is told with its spread, in three languages', async () => {
    const { person, script, customer } = await scripted();
    const status = customer.chat.locator('[part=status]');
    script.send(event(2, 'status', { status: 'queued' }), { type: 'queue', position: 2, wait_s: 190, wait_low_s: 100, wait_high_s: 310, open: true });
    await status.filter({ hasText: 'Du står i kö, plats 2. Väntetid ungefär 2–5 min.' }).waitFor();
    isClean(await person.look('spread'));
    for (const [name, text] of [['Suomi', 'Odotusaika noin 2–5 min.'], ['English', 'The wait is about 2–5 min.']]) {
      await customer.chat.locator('[aria-controls=language]').click();
      await customer.chat.getByRole('button', { name, exact: true }).click();
      await status.filter({ hasText: text }).waitFor();
      isClean(await person.look(`spread-${name}`));
    }
    script.send({ type: 'queue', position: 1, wait_s: 50, wait_low_s: 35, wait_high_s: 80, open: true });
    await status.filter({ hasText: 'The wait is about 1 min.' }).waitFor();
    script.send({ type: 'queue', position: 1, wait_s: null, open: true });
    await status.filter({ hasText: /^You are number 1 in the queue\.$/ }).waitFor();
    await person.context.close();
  });

  await check('with nobody on duty the field stays and what is written is sent', async () => {
    const { person, script, customer } = await scripted();
    script.send(event(2, 'status', { status: 'offline' }), message(3, 'bot', 'Vilket nummer når vi dig på?', { choices: [{ value: 'no', label: 'Nej tack' }] }));
    await customer.choices.filter({ hasText: 'Nej tack' }).waitFor();
    assert.equal(await customer.chat.getByRole('button', { name: 'Prata med en människa' }).count(), 0, 'nothing to press that would change nothing');
    isClean(await person.look('callback'));
    await customer.write('040 123 4567');
    assert.equal((await script.next('message')).text, '040 123 4567');
    await person.context.close();
  });

  await check('the conversation is saved as a text file, as it is shown', async () => {
    const { person, page, script, customer } = await scripted();
    script.send(message(2, 'visitor', 'Appen', { id: 'x' }), message(3, 'agent', 'Se här', { links: [{ label: 'Råd', url: 'https://bank.example/rad' }] }), event(4, 'ended', { by: 'agent', outcome: 'resolved' }));
    await customer.chat.getByText('Samtalet är avslutat.').waitFor();
    await customer.chat.getByRole('button', { name: 'Fler val' }).click();
    isClean(await person.look('menu'));
    const save = customer.chat.getByRole('button', { name: 'Ladda ner samtalet' });
    // Turning the phone closes the menu.
    if (!(await save.isVisible())) await customer.chat.getByRole('button', { name: 'Fler val' }).click();
    const [download] = await Promise.all([page.waitForEvent('download'), save.click()]);
    assert.match(download.suggestedFilename(), /^chat-\d{4}-\d\d-\d\d\.txt$/);
    const text = readFileSync(await download.path(), 'utf8');
    for (const part of ['Assistenten (Bot): Hej! Jag är en bot.\n [Appen] [Sms]', 'Du: Appen', 'Anna (Människa): Se här\nRåd: https://bank.example/rad', '– Samtalet är avslutat.']) assert.ok(text.includes(part), `${part} in\n${text}`);
    await person.context.close();
  });

  await check('on a phone the way back closes the window and stays on the page', async () => {
    const { person, page, customer } = await scripted(PHONE);
    await page.goBack();
    await customer.chat.getByRole('button', { name: 'Öppna chatten' }).waitFor();
    assert.equal(new URL(page.url()).pathname, '/');
    const depth = await page.evaluate(() => history.length);
    for (const turn of [1, 2]) {
      await customer.chat.getByRole('button', { name: 'Öppna chatten' }).click();
      await customer.chat.getByRole('button', { name: 'Stäng chatten' }).click();
      await page.waitForFunction(() => !history.state?.skicka);
      assert.equal(await page.evaluate(() => history.length), depth, `no entry is left behind, turn ${turn}`);
    }
    await person.context.close();
  });

  await check('mode="page" fills a web view, with all of it in reach', async () => {
    const person = await arrive('window', PHONE);
    const { page } = person;
    const script = await Script.under(page);
    await page.goto(`${url}/window?lang=fi`);
    await script.welcome({ seq: 1, lang: 'fi' });
    script.send(message(1, 'bot', 'Hei! Olen botti.', { lang: 'fi' }));
    const chat = page.locator('skicka-chat');
    await chat.getByText('Olen botti').waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.lang), 'fi');
    const box = await chat.locator('.panel').boundingBox();
    assert.deepEqual([box.x, box.y, box.width, box.height], [0, 0, 360, 740]);
    assert.equal(await chat.locator('.launcher').isVisible(), false);
    isClean(await person.look('page'));
    await person.context.close();
  });

  await check('when the screen turns the newest words stay in sight', async () => {
    const { person, page, script, customer } = await scripted({ viewport: { width: 440, height: 760 } });
    for (let seq = 2; seq < 20; seq += 1) script.send(message(seq, 'bot', `Rad ${seq}, lång nog för att ta en rad till där det är smalt.`));
    const newest = customer.chat.getByText('Rad 19,');
    await newest.waitFor();
    for (const viewport of [{ width: 320, height: 640 }, { width: 640, height: 440 }, { width: 360, height: 740 }]) {
      await page.setViewportSize(viewport);
      await page.waitForFunction((line) => {
        const { top, bottom } = line.getBoundingClientRect();
        const log = line.closest('[role=log]').getBoundingClientRect();
        return top >= log.top && bottom <= log.bottom + 1;
      }, await newest.elementHandle());
    }
    await person.context.close();
  });

  await check('at 200 % text nothing is cut off', async () => {
    const { person, page, customer } = await scripted({ viewport: { width: 640, height: 400 } });
    await page.setViewportSize({ width: 320, height: 512 });
    await customer.field.waitFor();
    const over = await customer.chat.locator('.panel').evaluate((panel) => [...panel.querySelectorAll('.head button, .human, .choice, .send, textarea')].filter((node) => node.getClientRects().length).map((node) => node.getBoundingClientRect()).filter(({ left, right, width, height }) => left < 0 || right > 320 || width < 44 || height < 44).length);
    assert.equal(over, 0, 'targets of 44 px, inside the screen');
    await page.setViewportSize({ width: 320, height: 380 });
    // A frame is drawn with the new size before the places are asked for.
    await page.evaluate(() => new Promise(requestAnimationFrame));
    assert.ok(await customer.field.evaluate((field) => field.getBoundingClientRect().bottom <= innerHeight), 'the field is in sight on a low screen too');
    await person.context.close();
  });

  await check('a file is sent with its progress, given back to its sender, and refused in words', async () => {
    const person = await arrive('files');
    const { page } = person;
    const customer = new Customer(page);
    await customer.openBySkipLink(url);
    const pick = async (name, buffer) => {
      const [chooser] = await Promise.all([page.waitForEvent('filechooser'), customer.chat.getByRole('button', { name: 'Bifoga en fil' }).click()]);
      await chooser.setFiles({ name, mimeType: 'image/png', buffer });
    };
    await pick('skärmbild å.png', PIXEL);
    await customer.own.filter({ hasText: 'skärmbild å.png' }).waitFor();
    const file = customer.own.getByRole('button', { name: 'skärmbild å.png' });
    const [download] = await Promise.all([page.waitForEvent('download'), file.click()]);
    assert.equal(download.suggestedFilename(), 'skärmbild å.png');
    await pick('bild.png', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'));
    await customer.chat.getByText('Den sortens fil kan vi inte ta emot.').waitFor();
    isClean(await person.look('refused'));
    await pick('stor.png', Buffer.alloc(6e6));
    await customer.chat.getByText('Den får vara högst 5 MB.').waitFor();
    // One that stands still can be called off.
    await page.route('**/v1/chat/attachments', () => {});
    await pick('sakta.png', PIXEL);
    await customer.chat.getByRole('progressbar', { name: 'sakta.png' }).waitFor();
    isClean(await person.look('uploading'));
    await customer.chat.locator('.upload').getByRole('button', { name: 'Avbryt' }).click();
    await customer.chat.getByRole('progressbar').waitFor({ state: 'hidden' });
    assert.equal(await customer.own.count(), 1);
    assert.deepEqual(person.complaints, []);
    await person.context.close();
  });

  await check('where sockets are blocked the same window talks by calls', async () => {
    const person = await arrive('blocked');
    const { page } = person;
    await page.addInitScript(() => {
      // What a proxy does that lets no upgrade through.
      const Real = window.WebSocket;
      window.tried = 0;
      window.blocked = true;
      window.WebSocket = function Blocked(...wanted) {
        window.tried += 1;
        if (!window.blocked) return new Real(...wanted);
        const dead = { readyState: 3, close() {} };
        setTimeout(() => dead.onclose?.({ code: 1006 }));
        return dead;
      };
    });
    const customer = new Customer(page);
    await customer.openBySkipLink(url);
    assert.equal(await page.evaluate(() => window.tried), 2, 'two sockets, then calls');
    await customer.say('jag får ingen begäran i appen');
    await customer.choices.first().waitFor();
    await customer.answer('press', 'Ja');
    await customer.chat.locator('.state').filter({ hasText: 'Levererat' }).waitFor();
    const before = await customer.texts();
    await page.reload();
    await customer.own.nth(1).waitFor();
    await customer.choices.first().waitFor();
    assert.deepEqual(await customer.texts(), before, 'a reload resumes by calls too');
    await customer.settled();
    isClean(await person.look('blocked'));
    assert.deepEqual(person.complaints, []);
    await person.context.close();
  });
}
