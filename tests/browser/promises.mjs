/**
 * What the chat window owes the protocol, shown with a scripted server: order, resend, close
 * codes, errors, and that nothing from the wire becomes markup.
 */

import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Customer } from './customer.mjs';
import { Script, event, message } from './script.mjs';

/**
 * @param {(name: string, act: () => Promise<void>) => Promise<void>} check
 * @param {(name: string) => Promise<import('./browser.mjs').Person>} arrive
 * @param {string} url @param {string} golden folder of golden events
 */
export async function promises(check, arrive, url, golden) {
  /** A visitor whose server is scripted, with the window open and the greeting said. */
  const begin = async (more) => {
    const person = await arrive('scripted');
    const script = await Script.under(person.page);
    const customer = new Customer(person.page);
    await person.page.goto(`${url}/?secret=1`);
    await person.page.getByRole('button', { name: 'Öppna chatten' }).first().click();
    const hello = await script.welcome({ seq: 1, ...more });
    script.send(message(1, 'bot', 'Hej! Jag är en bot.'));
    await customer.chat.getByText('Jag är en bot').waitFor();
    return { ...person, person, script, customer, hello };
  };
  const told = (name, play, more) => check(name, async () => {
    const scene = await begin(more);
    await play(scene);
    assert.deepEqual(scene.person.complaints, []);
    await scene.context.close();
  });

  await told('hello names the language of the page and leaves the query out', async ({ hello }) => {
    assert.equal(hello.token, undefined);
    assert.equal(hello.lang[0], 'sv');
    assert.deepEqual(Object.keys(hello.page), ['url', 'title']);
    assert.ok(!hello.page.url.includes('secret'));
  });

  await check('nothing is sent or stored before the customer has agreed', async () => {
    const person = await arrive('consent');
    const { page } = person;
    const consent = { sv: 'Vi sparar samtalet i 30 dagar.', fi: 'Tallennamme keskustelun 30 päiväksi.', en: 'We keep the conversation for 30 days.' };
    const notice = { sv: 'https://bank.example/sv', fi: 'https://bank.example/fi', en: 'javascript:alert(1)' };
    await page.route('**/v1/chat/config', (route) => route.fulfill({ json: { consent, privacy_notice: notice } }));
    const script = await Script.under(page);
    await page.goto(url);
    await page.getByRole('button', { name: 'Öppna chatten' }).first().click();
    const agree = page.getByRole('button', { name: 'Jag godkänner' });
    await agree.waitFor();
    await page.getByText(consent.sv).waitFor();
    const link = page.getByRole('link', { name: 'Så behandlar vi dina uppgifter' }).first();
    assert.equal(await link.getAttribute('href'), notice.sv);
    assert.equal(await agree.evaluate((button) => button.getRootNode().activeElement === button), true, 'the focus is on what is asked');
    assert.deepEqual(await person.look('consent'), []);
    assert.equal(script.sockets, 0, 'no connection');
    assert.equal(await page.evaluate(() => localStorage.length), 0, 'nothing stored');
    assert.equal(await page.getByRole('textbox').count(), 0, 'nothing can be written');
    await page.reload();
    assert.equal(await page.evaluate(() => localStorage.length), 0);
    await page.getByRole('button', { name: 'Öppna chatten' }).first().click();
    await agree.click();
    await script.welcome({ seq: 1 });
    script.send(message(1, 'bot', 'Hej! Jag är en bot.'));
    await page.getByText('Jag är en bot').waitFor();
    assert.equal(await agree.count(), 0);
    await page.reload();
    await script.welcome({ seq: 1 });
    assert.equal(await agree.count(), 0, 'it is asked once');
    assert.deepEqual(person.complaints, []);
    await person.context.close();
  });

  await told('a ping is answered, silence means a new connection that resumes', async ({ script, customer }) => {
    script.send({ type: 'ping' });
    await script.next('pong');
    script.close(4408);
    const again = await script.welcome({ seq: 1, resumed: true, ping_s: 0.2 });
    assert.equal(again.token, 'token-1');
    assert.equal(again.conversation, 'c1');
    assert.equal(again.after, 1);
    // Twice ping_s without a frame is a dead link.
    await script.welcome({ seq: 1, resumed: true });
    assert.deepEqual(await customer.texts(), ['Hej! Jag är en bot.']);
  });

  await told('what is not acked is sent again under the same id, in order', async ({ script, customer }) => {
    await customer.write('ett');
    await customer.write('två');
    const first = [await script.next('message'), await script.next('message')];
    script.close(4500);
    await script.welcome({ seq: 1, resumed: true });
    assert.deepEqual([await script.next('message'), await script.next('message')], first);
    const [{ id: a }, { id: b }] = first;
    // An ack and its event come in either order.
    script.send({ type: 'ack', id: a, conversation: 'c1', seq: 2, duplicate: true }, message(2, 'visitor', 'ett', { id: a }));
    script.send(message(3, 'visitor', 'två', { id: b }), { type: 'ack', id: b, conversation: 'c1', seq: 3 });
    await customer.settled();
    assert.deepEqual(await customer.texts(), ['Hej! Jag är en bot.', 'ett', 'två']);
  });

  await told('what is not acked outlives a reload', async ({ page, script, customer }) => {
    await customer.write('kvar');
    const { id } = await script.next('message');
    await page.reload();
    const hello = await script.welcome({ seq: 1, resumed: true });
    assert.equal(hello.after, undefined, 'the page holds nothing yet');
    script.send(message(1, 'bot', 'Hej! Jag är en bot.'));
    assert.equal((await script.next('message')).id, id);
  });

  await told('the masked text takes the place of the typed one', async ({ script, customer }) => {
    await customer.write('kortet 4111 1111 1111 1111');
    const { id } = await script.next('message');
    script.send({ type: 'ack', id, conversation: 'c1', seq: 2 }, message(2, 'visitor', 'kortet ••••', { id }));
    await customer.own.filter({ hasText: 'kortet ••••' }).waitFor();
    assert.ok(!(await customer.texts()).join().includes('4111'));
  });

  await told('a gap leads to a new connection from the last event held', async ({ script, customer }) => {
    script.send(message(3, 'bot', 'tre'));
    const hello = await script.welcome({ seq: 3, resumed: true });
    assert.equal(hello.after, 1);
    script.send(message(2, 'bot', 'två'), message(2, 'bot', 'två'), message(3, 'bot', 'tre'));
    await customer.chat.getByText('tre', { exact: true }).waitFor();
    assert.deepEqual(await customer.texts(), ['Hej! Jag är en bot.', 'två', 'tre']);
  });

  await told('resumed: false drops what was held', async ({ script, customer }) => {
    script.send(message(2, 'bot', 'förlorat'));
    await customer.chat.getByText('förlorat').waitFor();
    script.close(4500);
    await script.welcome({ seq: 1, resumed: false });
    script.send(message(1, 'bot', 'Ur säkerhetskopian.'));
    await customer.chat.getByText('Ur säkerhetskopian.').waitFor();
    assert.deepEqual(await customer.texts(), ['Ur säkerhetskopian.']);
  });

  await told('4401 begins anew once, with what was written', async ({ script, customer }) => {
    await customer.write('till vem som helst');
    await script.next('message');
    script.close(4401);
    const hello = await script.welcome({ token: 'token-2', conversation: 'c2', seq: 0 });
    assert.deepEqual([hello.token, hello.conversation], [undefined, undefined]);
    assert.equal((await script.next('message')).text, 'till vem som helst');
  });

  /** The page's answers when it is asked for a fresh identity, one after the other. */
  const answerWith = (page, ...identities) => page.evaluate((answers) => {
    window.asked = 0;
    document.addEventListener('skicka:identity', ({ detail }) => {
      window.asked += 1;
      if (answers.length) detail.renew(answers.shift());
    });
  }, identities);
  const identify = (page, identity) => page.evaluate((it) => { window.SkickaChat.open({ identity: it }); }, identity);

  await told('a customer whose token is over is asked for, and stays who they are', async ({ page, script, customer }) => {
    await answerWith(page, 'fresh');
    script.close(4401);
    const hello = await script.welcome({ token: 'token-2', seq: 1, resumed: true, identity: 'verified' });
    assert.deepEqual([hello.token, hello.identity, hello.conversation], [undefined, 'fresh', 'c1']);
    assert.equal(await page.evaluate(() => window.asked), 1);
    await customer.write('jag är kvar');
    assert.equal((await script.next('message')).text, 'jag är kvar');
    script.close(4500);
    const again = await script.welcome({ token: 'token-3', seq: 1, resumed: true, identity: 'verified' });
    assert.deepEqual([again.token, again.identity], ['token-2', undefined], 'the token says who it is');
  }, { identity: 'verified' });

  await told('a customer does not silently become somebody unknown', async ({ page, script, customer }) => {
    await answerWith(page);
    script.close(4401);
    await customer.chat.getByText('Logga in på nytt').first().waitFor();
    assert.deepEqual([script.sockets, script.has('hello')], [1, false]);
    await page.reload();
    await page.getByRole('button', { name: 'Öppna chatten' }).first().click();
    await customer.chat.getByText('Logga in på nytt').first().waitFor();
    assert.equal(script.sockets, 1, 'nor after a reload');
    await customer.chat.getByRole('button', { name: 'Starta ett nytt samtal' }).click();
    const hello = await script.welcome({ token: 'token-2', conversation: 'c2' });
    assert.deepEqual([hello.token, hello.identity, hello.conversation], [undefined, undefined, undefined], 'unless they wish it');
  }, { identity: 'verified' });

  await told('an identity that is over leaves the conversation to which it was to be added', async ({ page, script }) => {
    await answerWith(page, 'fresh');
    await identify(page, 'old');
    const first = await script.next('hello');
    assert.deepEqual([first.token, first.identity, first.conversation], ['token-1', 'old', 'c1']);
    script.close(4401);
    const second = await script.next('hello');
    assert.deepEqual([second.token, second.identity, second.conversation], ['token-1', 'fresh', 'c1']);
    script.close(4401);
    const third = await script.welcome({ token: 'token-2', seq: 1, resumed: true, identity: 'verified' });
    assert.deepEqual([third.token, third.identity], [undefined, 'fresh'], 'then it is the token that is over');
    assert.equal(await page.evaluate(() => window.asked), 1);
  });

  for (const code of [4400, 4403, 1000]) {
    await told(`after ${code} it does not come back by itself`, async ({ script, customer }) => {
      script.close(code);
      await customer.chat.getByText('Chatten kunde inte ansluta.').first().waitFor();
      assert.equal(script.sockets, 1);
      await customer.chat.getByRole('button', { name: 'Försök igen' }).click();
      await script.next('hello');
    });
  }

  await told('a foreign conversation is let go, and hello repeated', async ({ script }) => {
    script.close(4500);
    await script.next('hello');
    script.send({ type: 'error', code: 'not_found', message: 'no such conversation' });
    const hello = await script.next('hello');
    assert.equal(hello.conversation, undefined);
    assert.equal(hello.token, 'token-1');
  });

  await told('errors are told in words', async ({ script, customer }) => {
    await customer.write('för fort');
    const { id } = await script.next('message');
    script.send({ type: 'error', code: 'rate_limited', message: 'too many messages', id, retry_after_s: 1 });
    await customer.chat.getByText('Vi skickar igen om 1 s').waitFor();
    assert.equal((await script.next('message')).id, id, 'sent again by itself');
    script.send({ type: 'error', code: 'too_long', message: 'too long', id });
    await customer.chat.getByText('Meddelandet är för långt').waitFor();
    await customer.chat.getByRole('button', { name: 'Försök igen' }).click();
    assert.equal((await script.next('message')).id, id, 'the id is free again');
    script.send({ type: 'error', code: 'bad_field', message: 'no', id });
    await customer.chat.getByRole('button', { name: 'Ta bort' }).click();
    assert.deepEqual(await customer.texts(), ['Hej! Jag är en bot.']);
    await customer.write('x'.repeat(101));
    await customer.chat.getByText('högst 100 tecken').first().waitFor();
    assert.equal(script.has('message'), false, 'too long a text is not even sent');
  });

  await told('an expired choice is said, and used choices are closed', async ({ script, customer }) => {
    script.send(message(2, 'bot', 'Vilken?', { choices: [{ value: 'a', label: 'Den ena' }, { value: 'b', label: 'Den andra' }] }));
    await customer.chat.getByRole('button', { name: 'Den ena' }).click();
    const { id, seq, value } = await script.next('choice');
    assert.deepEqual([seq, value], [2, 'a']);
    assert.equal(await customer.choices.count(), 0);
    script.send({ type: 'error', code: 'expired_choice', message: 'closed', id });
    await customer.chat.getByText('Det valet gäller inte längre').waitFor();
    assert.deepEqual(await customer.texts(), ['Hej! Jag är en bot.', 'Vilken?']);
  });

  await told('unknown kinds show their text; hidden and erased ones count', async ({ script, customer }) => {
    script.send(event(2, 'hidden'), event(3, 'weather', { text: 'Det regnar.' }), event(4, 'weather'), message(5, 'bot', 'hemligt'), message(6, 'bot', 'sex'));
    await customer.chat.getByText('Det regnar.').waitFor();
    await customer.chat.getByText('sex', { exact: true }).waitFor();
    script.send(event(5, 'erased'), event(7, 'erased'), message(8, 'bot', 'åtta'));
    await customer.chat.getByText('åtta').waitFor();
    assert.deepEqual(await customer.texts(), ['Hej! Jag är en bot.', 'sex', 'åtta']);
    assert.equal(script.sockets, 1);
  });

  await told('nothing from the wire becomes markup or a bad link', async ({ script, customer }) => {
    const markup = '<img src=x onerror=alert(1)>';
    script.send({ ...message(2, 'agent', markup, { links: [{ label: 'ond', url: 'javascript:alert(1)' }, { label: 'god', url: 'https://bank.example/' }] }), from: { role: 'agent', name: markup } });
    await customer.chat.getByRole('link', { name: 'god' }).waitFor();
    assert.equal(await customer.chat.getByText('ond').count(), 0);
    assert.equal(await customer.chat.locator('img').count(), 0);
    assert.equal((await customer.texts()).at(-1), markup);
  });

  await told('Enter sends, but not with Shift and not while an input method composes', async ({ script, customer }) => {
    await customer.field.fill('rad ett');
    await customer.field.press('Shift+Enter');
    await customer.field.pressSequentially('rad två');
    await customer.field.evaluate((field) => field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true, composed: true })));
    assert.equal(script.has('message'), false);
    await customer.field.press('Enter');
    assert.equal((await script.next('message')).text, 'rad ett\nrad två');
    await customer.write('   ');
    assert.equal(script.has('message'), false);
  });

  await told('a closed window counts what was not seen, an open one tells that it was', async ({ page, script, customer }) => {
    assert.equal((await script.next('read')).seq, 1);
    await page.keyboard.press('Escape');
    const launcher = customer.chat.getByRole('button', { name: 'Öppna chatten' });
    assert.equal(await launcher.evaluate((node) => node.getRootNode().activeElement === node || document.activeElement.textContent.includes('Öppna chatten')), true, 'the focus went back');
    script.send(message(2, 'agent', 'Hej'), message(3, 'agent', 'Är du kvar?'));
    await customer.chat.getByRole('button', { name: '2 olästa meddelanden' }).click();
    assert.equal((await script.next('read')).seq, 3);
    assert.equal(await customer.chat.locator('.badge').isHidden(), true);
  });

  await told('the queue, the person and the end are shown', async ({ script, customer }) => {
    script.send(event(2, 'status', { status: 'queued' }), { type: 'queue', position: 2, wait_s: 130, open: true });
    await customer.chat.getByText('Du står i kö, plats 2. Väntetid ungefär 2 min.').first().waitFor();
    script.send(event(3, 'status', { status: 'agent', agent: { name: 'Anna' } }));
    await customer.chat.getByText('Anna har anslutit sig.').waitFor();
    await customer.field.pressSequentially('hej');
    await script.next('typing');
    assert.equal(script.has('typing'), false, 'typing goes out once in three seconds');
    script.send(event(4, 'rating_request', { text: 'Hur gick det?', scale: 5 }), event(5, 'ended', { by: 'agent', outcome: 'resolved' }));
    await customer.chat.getByRole('radio', { name: '4 av 5' }).check();
    await customer.chat.getByRole('button', { name: 'Skicka betyg' }).click();
    assert.equal((await script.next('rating')).score, 4);
    await customer.chat.getByRole('button', { name: 'Starta ett nytt samtal' }).click();
    const hello = await script.next('hello');
    assert.deepEqual([hello.token, hello.conversation], ['token-1', undefined]);
  });

  await told('a chosen language is sent and speaks at once', async ({ script, customer }) => {
    await customer.chat.getByRole('button', { name: 'Språk' }).click();
    await customer.chat.getByRole('button', { name: 'English' }).click();
    assert.equal((await script.next('lang')).lang, 'en');
    await customer.chat.getByRole('button', { name: 'Talk to a person' }).click();
    await script.next('human');
  });

  if (existsSync(golden)) {
    await told('every golden event of the protocol is taken', async ({ script, customer }) => {
      const frames = readdirSync(golden).filter((name) => name.endsWith('.json')).sort().map((name) => JSON.parse(readFileSync(join(golden, name), 'utf8')));
      script.send(...frames.map((frame, at) => ({ ...frame, seq: at + 2 })), message(frames.length + 2, 'bot', 'Det var allt.'));
      await customer.chat.getByText('Det var allt.').waitFor();
    });
  }
}
