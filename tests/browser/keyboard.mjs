/**
 * The whole story by keyboard alone, on a desk's screen and on a phone's: nothing here clicks or
 * moves the focus by script. At every station the focus is where somebody who types expects it,
 * on something, seen, and not covered.
 */

import assert from 'node:assert/strict';
import { Agent } from './agent.mjs';
import { Customer } from './customer.mjs';
import { Server } from './server.mjs';

const PASSWORD = 'en fras utan mus för provet';
const AINO = { email: 'aino@example.com', name: 'Aino Virtanen', password: PASSWORD };
const GREETING = 'Hej, Admin här. Jag ser vad du har provat.';
/** More steps than this through a page are a trap or a maze. */
const MOST_STEPS = 60;

/** The keyboard of one page, and what its user sees. */
class Hands {
  /** @param {import('./browser.mjs').Person} person */
  constructor({ page, name }) {
    this.page = page;
    this.name = name;
  }

  press(...keys) {
    return keys.reduce((done, key) => done.then(() => this.page.keyboard.press(key)), Promise.resolve());
  }

  type(text) {
    return this.page.keyboard.type(text);
  }

  async #isOn(target) {
    return target.first().evaluate((node) => node.getRootNode().activeElement === node);
  }

  /** Goes by Tab until the target has the focus. @param {import('playwright-core').Locator} target @param {'Tab'|'Shift+Tab'} key */
  async reach(target, key = 'Tab') {
    await target.first().waitFor();
    for (let step = 0; step < MOST_STEPS; step += 1) {
      if (await this.#isOn(target)) {
        await this.sees(target);
        return;
      }
      await this.press(key);
    }
    assert.fail(`${this.name}: ${MOST_STEPS} steps do not reach ${target}; at ${(await this.#focus()).what}`);
  }

  /** Goes to the target and presses it. */
  async push(target, { key = 'Enter', by = 'Tab' } = {}) {
    await this.reach(target, by);
    await this.press(key);
  }

  /** Goes to the radio buttons of which the target is one, and by arrows to the target. */
  async choose(target) {
    await target.first().waitFor();
    const ofItsGroup = () => target.first().evaluate((node) => node.getRootNode().activeElement?.name === node.name);
    for (let step = 0; step < MOST_STEPS && !await ofItsGroup(); step += 1) await this.press('Tab');
    for (let step = 0; step < MOST_STEPS && !await this.#isOn(target); step += 1) await this.press('ArrowDown');
    await this.sees(target);
    await this.press('Space');
  }

  /** The focus comes to the target by itself, and is seen there. */
  async sees(target) {
    const place = await target.first().elementHandle();
    await this.page.waitForFunction((node) => node.getRootNode().activeElement === node, place).catch(async () => {
      assert.fail(`${this.name}: the focus is not on ${target} but on ${(await this.#focus()).what}`);
    });
    await this.isSeen();
  }

  /** The focus is on something, drawn around, within the screen, and nothing lies over it. */
  async isSeen() {
    const { what, ...is } = await this.#focus();
    assert.deepEqual(is, { somewhere: true, drawn: true, inside: true, bare: true }, `${this.name}: the focus on ${what}`);
  }

  #focus() {
    return this.page.evaluate(() => {
      let node = document.activeElement;
      while (node?.shadowRoot?.activeElement) node = node.shadowRoot.activeElement;
      const ring = (one) => !!one && getComputedStyle(one).outlineStyle !== 'none' && parseFloat(getComputedStyle(one).outlineWidth) >= 2;
      const { left, right, top, bottom } = node.getBoundingClientRect();
      const box = [Math.max(left, 0), Math.min(right, innerWidth), Math.max(top, 0), Math.min(bottom, innerHeight)];
      const over = node.getRootNode().elementFromPoint((box[0] + box[1]) / 2, (box[2] + box[3]) / 2);
      return {
        what: `${node.localName} ${node.id} ${node.className} "${(node.getAttribute('aria-label') ?? node.textContent).slice(0, 40)}"`,
        somewhere: node !== document.body,
        // A score's own box is drawn over by the number beside it.
        drawn: node.matches(':focus-visible') && (ring(node) || ring(node.nextElementSibling)),
        inside: box[1] > box[0] && box[3] > box[2],
        bare: node.contains(over) || !!over?.closest('label')?.contains(node),
      };
    });
  }
}

/**
 * @param {(name: string, act: () => Promise<void>) => Promise<void>} check
 * @param {(name: string, options?: object) => Promise<import('./browser.mjs').Person>} arrive
 * @param {string} binary
 */
export async function keyboard(check, arrive, binary) {
  const server = new Server(binary);
  try {
    await check('by keyboard alone, on a desk: from the first message to the rating', async () => {
      await server.start();
      await server.addAgent(AINO);
      const cast = await enter('desk', { width: 1280, height: 800 });
      await firstDay(cast, server);
      await story(cast);
      await cast.leave();
    });
    await check('the same on a screen of 360 px', async () => {
      const cast = await enter('phone', { width: 360, height: 640 });
      await signIn(cast.admin, server.administrator.email);
      await story(cast);
      await cast.leave();
    });
  } finally {
    await server.stop();
  }

  /** The customer and two agents, each with a window of that size. */
  async function enter(size, viewport) {
    const [customer, admin, aino] = await Promise.all(['customer', 'admin', 'aino'].map(async (role) => {
      const person = await arrive(`keyboard-${size}-${role}`, { viewport });
      if (role !== 'customer') await person.page.goto(`${server.url}/console`);
      return { hands: new Hands(person), page: person.page, leave: () => person.context.close() };
    }));
    return {
      url: server.url, isPhone: size === 'phone', leave: () => Promise.all([customer, admin, aino].map(({ leave }) => leave())),
      customer: { ...customer, sees: new Customer(customer.page) }, admin: { ...admin, sees: new Agent(admin.page) }, aino: { ...aino, sees: new Agent(aino.page) },
    };
  }
}

async function signIn({ hands, page }, email, password = PASSWORD) {
  await hands.sees(page.getByLabel('E-post'));
  await hands.type(email);
  await hands.press('Tab');
  await hands.sees(page.getByLabel('Lösenord', { exact: true }));
  await hands.type(password);
  await hands.press('Enter');
  if (password === PASSWORD) await hands.sees(views(page).getByRole('button', { pressed: true }));
}

const views = (page) => page.getByRole('group', { name: 'Visa' });

/** The administrator's first sign-in, and a canned reply written in the settings. */
async function firstDay({ admin }, server) {
  const { hands, page } = admin;
  const { email, password } = server.administrator;
  await signIn(admin, email, password);
  await hands.sees(page.getByLabel('Nytt lösenord', { exact: true }));
  await hands.type(PASSWORD);
  await hands.reach(page.getByLabel('Nytt lösenord igen'));
  await hands.type(PASSWORD);
  await hands.press('Enter');
  await hands.sees(views(page).getByRole('button', { pressed: true }));

  await hands.press('Alt+KeyM');
  await hands.sees(page.locator('.menu summary'));
  await hands.push(page.getByRole('button', { name: 'Inställningar' }));
  await hands.sees(page.getByRole('heading', { name: 'Inställningar' }));
  await hands.push(page.getByRole('button', { name: 'Nytt färdigt svar' }));
  await hands.reach(page.getByLabel('Kort namn'));
  await hands.type('hälsning');
  await hands.reach(page.getByLabel('Svenska', { exact: true }));
  await hands.type('Hej, {{agent}} här. Jag ser vad du har provat.');
  await hands.push(page.getByRole('button', { name: 'Spara', exact: true }));
  await hands.sees(page.locator('.settings .item').filter({ hasText: 'hälsning' }));
  await hands.press('?');
  const sheet = page.getByRole('dialog');
  for (const text of ['Öppna igen', 'Till menyn', 'Till nästa knapp eller fält']) await sheet.getByText(text).first().waitFor();
  await hands.press('Escape');
  await hands.sees(page.locator('.settings .item').filter({ hasText: 'hälsning' }));
  await hands.press('Escape');
  await hands.sees(views(page).getByRole('button', { pressed: true }));
}

async function story(cast) {
  await withTheBot(cast);
  await toThePerson(cast);
  await toAColleague(cast);
  await backToTheBot(cast);
  await toTheEnd(cast);
}

async function withTheBot({ url, customer: { hands, sees } }) {
  await sees.openBySkipLink(url);
  await hands.sees(sees.field);
  await hands.type('jag får ingen begäran i appen');
  await hands.press('Enter');
  for (const [label, key] of [['Ja', 'Enter'], ['Nej', 'Space']]) {
    await sees.choices.first().waitFor();
    await hands.push(sees.choices.filter({ hasText: new RegExp(`^${label}$`) }), { key, by: 'Shift+Tab' });
    await sees.own.filter({ hasText: label }).last().waitFor();
    await hands.sees(sees.field);
    await sees.choices.first().waitFor();
  }
  await hands.type('nej det har jag inte');
  await hands.press('Enter');
  await sees.own.filter({ hasText: 'nej det har jag inte' }).waitFor();
  await hands.sees(sees.field);
}

async function asksForAPerson({ hands, sees }) {
  await hands.push(sees.chat.getByRole('button', { name: 'Prata med en människa' }), { by: 'Shift+Tab' });
  await sees.chat.locator('[part=status]').filter({ hasText: 'plats 1' }).waitFor();
  await hands.sees(sees.field);
}

async function toThePerson({ customer, admin: { hands, page, sees }, isPhone }) {
  await asksForAPerson(customer);
  await sees.items.first().waitFor();
  await hands.press('Alt+KeyI');
  await hands.sees(sees.items);
  await hands.press('Enter');
  await hands.sees(isPhone ? page.locator('.head h2') : sees.items);
  // On a phone the packet is folded, to leave room for the words.
  if (isPhone) await hands.push(sees.packet.locator('summary'));
  // One step for each answer that the customer gave.
  await sees.packet.locator('ol li').nth(2).waitFor();
  await sees.messages.filter({ hasText: 'jag får ingen begäran i appen' }).waitFor();
  if (isPhone) {
    await hands.push(sees.packet.locator('summary'));
    await hands.push(page.getByRole('button', { name: 'Ta samtalet' }), { by: 'Shift+Tab' });
  } else await hands.press('Alt+KeyC');
  await hands.sees(sees.reply);
  await customer.sees.chat.getByText('Admin har anslutit sig.').waitFor();
  await hands.type('/');
  await hands.sees(page.getByRole('combobox', { name: 'Sök bland färdiga svar' }));
  await hands.type('halsn');
  await page.getByRole('option', { selected: true }).filter({ hasText: 'hälsning' }).waitFor();
  await hands.press('Enter');
  await hands.sees(sees.reply);
  await hands.press('Control+Enter');
  await customer.sees.chat.locator('.msg.agent').filter({ hasText: GREETING }).waitFor();
  await hands.sees(sees.reply);
  await customer.hands.type('Tack, vad gör jag nu?');
  await customer.hands.press('Enter');
  await sees.messages.filter({ hasText: 'Tack, vad gör jag nu?' }).waitFor();
  await customer.hands.sees(customer.sees.field);
}

async function toAColleague({ customer, admin, aino, isPhone }) {
  await signIn(aino, AINO.email);
  await admin.hands.press('Alt+KeyT');
  const question = admin.page.getByRole('dialog', { name: 'Skicka vidare till' });
  const who = question.getByRole('radio', { name: AINO.name });
  await admin.hands.choose(who);
  await admin.hands.reach(question.getByLabel('Anteckning'));
  await admin.hands.type('du kan det här bättre');
  await admin.hands.push(question.getByRole('button', { name: 'Skicka vidare' }));
  await admin.page.locator('.head .status').filter({ hasText: 'Hos Aino Virtanen' }).waitFor();
  await admin.hands.isSeen();
  await customer.sees.chat.getByText('Aino Virtanen har anslutit sig.').waitFor();
  const { hands, page, sees } = aino;
  await hands.push(views(page).getByRole('button', { name: /^Mina/ }));
  await hands.reach(sees.items);
  await hands.press('Enter');
  await page.getByText('du kan det här bättre').waitFor();
  await hands.sees(isPhone ? page.locator('.head h2') : sees.items);
  await hands.press('Alt+KeyL');
  await hands.sees(sees.reply);
  await hands.type('Hej, Aino här.');
  await hands.press('Control+Enter');
  await customer.sees.chat.locator('.msg.agent').filter({ hasText: 'Hej, Aino här.' }).waitFor();
}

async function backToTheBot({ customer, aino: { hands, page, sees } }) {
  await hands.press('Alt+KeyB');
  await hands.push(page.getByRole('dialog').getByRole('button', { name: 'Lämna till boten' }));
  await customer.sees.chat.getByText('Boten svarar igen.').waitFor();
  await sees.reply.waitFor({ state: 'hidden' });
  await hands.isSeen();
  // Her list is empty again; the way back leads to the view that was chosen.
  await hands.press('Escape');
  await hands.sees(views(page).getByRole('button', { name: /^Mina/ }));
  await customer.hands.sees(customer.sees.field);
}

async function toTheEnd({ customer, admin, isPhone }) {
  await asksForAPerson(customer);
  const { hands, page, sees } = admin;
  await page.getByRole('button', { name: 'Ta samtalet' }).waitFor();
  await hands.press('Alt+KeyC');
  await hands.sees(sees.reply);
  const resolve = async () => {
    await hands.press('Alt+KeyE');
    await hands.push(page.getByRole('dialog').getByRole('button', { name: 'Avsluta', exact: true }));
    await page.locator('.over').waitFor();
    await hands.sees(page.locator('.head h2'));
    await customer.sees.chat.getByRole('radio', { name: '1 av 5' }).waitFor();
  };
  await resolve();
  if (!isPhone) {
    await hands.press('Alt+KeyU');
    await sees.reply.waitFor();
    await hands.isSeen();
    await customer.sees.field.waitFor();
    await resolve();
  }
  await rates(customer);
  await page.getByText('Kunden gav betyget 5 av 5').waitFor();
  await hands.press('Escape');
  await hands.isSeen();
}

async function rates({ hands, page, sees }) {
  // The field is gone: the words it stood below have the focus.
  await hands.sees(sees.chat.getByRole('log'));
  await hands.reach(sees.chat.getByRole('radio', { name: '1 av 5' }));
  await hands.press('ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowRight');
  await hands.sees(sees.chat.getByRole('radio', { name: '5 av 5' }));
  await hands.reach(sees.chat.getByRole('textbox', { name: 'Vill du berätta mer?' }));
  await hands.type('Bra hjälp');
  await hands.push(sees.chat.getByRole('button', { name: 'Skicka betyg' }));
  await sees.chat.getByText('Du gav betyget 5 av 5').waitFor();
  await hands.sees(sees.chat.getByRole('log'));
  await hands.push(sees.chat.getByRole('button', { name: 'Starta ett nytt samtal' }));
  await sees.own.first().waitFor({ state: 'detached' });
  await sees.chat.locator('.msg.bot').first().waitFor();
  await hands.sees(sees.field);
  await hands.press('Escape');
  await hands.sees(page.getByRole('link', { name: 'Gå vidare till chatten' }));
}
