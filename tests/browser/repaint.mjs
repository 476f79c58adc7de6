/**
 * A full inbox: a console of the real server is given a thousand lines that wait and twice that, as its
 * socket would give them. What the page spends on each change is counted (script, style and layout), and
 * the list is walked by keyboard while lines come, go and move.
 */

import assert from 'node:assert/strict';
import { Agent } from './agent.mjs';
import { Server } from './server.mjs';

/** A list that any page draws fast, and those that are held against it. */
const FEW = 50;
const MANY = [1000, 2000];
/** What is aimed at: the most that a change may cost, in ms of the processor. */
const TARGET_MS = 50;
/** How many times what it costs among few: it must not grow with the list, and some room is left for noise. */
const MOST_TIMES = 5;
const CHANGES = 15;
const AGENT = { email: 'aino@example.com', name: 'Aino Virtanen', password: 'en lång fras för provet' };

/** Gives the inbox lines and waits until they are drawn and measured. `lines` are numbers, or numbers with what is other than usual. */
async function give({ full = false, lines }) {
  const inbox = document.querySelector('sk-inbox');
  const items = lines.map((line) => (Array.isArray(line) ? line : [line, {}])).map(([at, more]) => ({
    conversation: `c${at}`, status: 'queued', team: 'support', lang: ['sv', 'fi', 'en'][at % 3], topic: 'no_request', reason: 'requested', priority: at % 50 ? 0 : 1,
    waiting_since: new Date(1.7e12 - at * 1000).toISOString(), visitor: { identity: 'anonymous' }, preview: `jag får ingen begäran i appen, ${at}`, unread: at % 4, tags: at % 5 ? [] : ['kort'], ...more,
  }));
  inbox.desk.link.owner.frame({ type: 'inbox', full, items });
  // The draw that was just asked for comes before this one, in the same frame.
  await new Promise((drawn) => requestAnimationFrame(() => drawn(inbox.getBoundingClientRect())));
}

const upTo = (size) => Array.from({ length: size }, (_, at) => at);
/** One line comes, is claimed, or says something else. */
const change = (size, n) => [size + n, [n * 7 % size, { status: 'agent', agent: { id: 'other', name: 'Bo' } }], [n * 11 % size, { preview: 'hallå?', unread: 9 }]][n % 3];

/**
 * @param {(name: string, act: () => Promise<void>) => Promise<void>} check
 * @param {(name: string, options?: object) => Promise<import('./browser.mjs').Person>} arrive
 * @param {string} binary
 */
export async function repaint(check, arrive, binary) {
  const server = new Server(binary);
  const enter = async (name, options) => {
    const person = await arrive(name, options);
    const agent = new Agent(person.page);
    await person.page.goto(`${server.url}/console`);
    await agent.signIn(AGENT.email, AGENT.password);
    await person.page.getByRole('group', { name: 'Visa' }).waitFor();
    return person;
  };
  try {
    await check('a change of the inbox costs as little with thousands waiting as with a few', async () => {
      await server.start();
      await server.addAgent(AGENT);
      const { page, context } = await enter('busy');
      const cost = await meter(page, context);
      const few = await cost(FEW);
      for (const size of MANY) {
        const { best, median, worst } = await cost(size);
        console.log(`      ${size} waiting: a change costs ${best.toFixed(1)} ms at best, ${median.toFixed(1)} in the middle, ${worst.toFixed(1)} at worst; ${few.median.toFixed(1)} with ${FEW}`);
        assert.ok(median < TARGET_MS, `${median} ms is not under ${TARGET_MS}`);
        assert.ok(median < MOST_TIMES * few.median, `${median} ms is not under ${MOST_TIMES} times ${few.median}`);
      }
      await context.close();
    });
    for (const [where, viewport] of [['a desk', { width: 1280, height: 800 }], ['a screen of 320 px', { width: 320, height: 640 }], ['a desk with zoom', { width: 640, height: 400 }]]) {
      await check(`two thousand lines are walked by keyboard on ${where}`, async () => {
        const person = await enter(`crowd-${viewport.width}`, { viewport });
        // The server knows none of these lines, and is not asked for them.
        await person.page.evaluate(() => { document.querySelector('sk-inbox').desk.link.send = () => false; });
        await walk(new Crowd(person.page), MANY.at(-1), async () => {
          assert.deepEqual(await person.look('crowd'), []);
          await person.page.setViewportSize(viewport);
        });
        await person.context.close();
      });
    }
  } finally {
    await server.stop();
  }
}

/** Counts what changes of a list cost. */
async function meter(page, context) {
  // Time of the processor, not of the clock: what else the machine does is not the page's.
  const devtools = await context.newCDPSession(page);
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
  const spent = async () => (await devtools.send('Performance.getMetrics')).metrics
    .filter(({ name }) => ['ScriptDuration', 'LayoutDuration', 'RecalcStyleDuration'].includes(name)).reduce((sum, { value }) => sum + value * 1000, 0);
  return async (size) => {
    await page.evaluate(give, { full: true, lines: upTo(size) });
    const costs = [];
    for (let n = 1; n <= CHANGES; n += 1) {
      const before = await spent();
      await page.evaluate(give, { lines: [change(size, n)] });
      costs.push(await spent() - before);
    }
    costs.sort((a, b) => a - b);
    return { best: costs[0], median: costs[CHANGES >> 1], worst: costs.at(-1) };
  };
}

/** A long list, as who looks at it and who hears it finds it. */
class Crowd {
  /** @param {import('playwright-core').Page} page */
  constructor(page) {
    this.page = page;
  }

  async give(lines, full = false) {
    await this.page.evaluate(give, { full, lines });
    await this.#drawn();
  }

  async press(...keys) {
    for (const key of keys) await this.page.keyboard.press(key);
    await this.#drawn();
  }

  /** What a draw asks for is drawn in the frame after it. */
  #drawn() {
    return this.page.evaluate(async () => {
      for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame);
    });
  }

  /** Where the focus is: what it is on, its place among how many, where on the screen, and whether all of it is in sight. */
  focus() {
    return this.page.evaluate(() => {
      const node = document.activeElement;
      const li = node.closest('.windowed > li');
      if (!li) return { on: node.textContent, place: null };
      const { top, bottom } = node.getBoundingClientRect();
      const room = li.closest('.scroll').getBoundingClientRect();
      return {
        on: node.querySelector('.preview').textContent, place: Number(li.ariaPosInSet), of: Number(li.ariaSetSize), top,
        // The room may be less high than the row.
        seen: top >= room.top - 1 && (bottom <= room.bottom + 1 || bottom - top > room.height),
      };
    });
  }

  /** What is in the page, and whether rows stand in their order without lying on each other. */
  drawn() {
    return this.page.evaluate(() => {
      const lines = [...document.querySelectorAll('.windowed > li')];
      const boxes = lines.map((li) => li.getBoundingClientRect());
      return {
        count: lines.length, stops: document.querySelectorAll('.windowed [tabindex="0"]').length, open: document.querySelector('.windowed [aria-current] .preview')?.textContent,
        inOrder: lines.every((li, n) => !n || Number(li.ariaPosInSet) > Number(lines[n - 1].ariaPosInSet)) && boxes.every(({ top }, n) => !n || top >= boxes[n - 1].bottom - 1),
        tall: document.querySelector('.windowed').parentNode.scrollHeight,
      };
    });
  }

  /** Scrolls as a mouse would, and tells what lies in the middle of what can be seen. */
  async scrollTo(part) {
    await this.page.evaluate((at) => {
      const scroll = document.querySelector('.windowed').parentNode;
      scroll.scrollTop = at * scroll.scrollHeight;
    }, part);
    await this.#drawn();
    return this.page.evaluate(() => {
      const { left, top, width, height } = document.querySelector('.windowed').parentNode.getBoundingClientRect();
      // Between two rows there is nothing.
      const under = [0, 12].map((more) => document.elementFromPoint(left + width / 2, top + height / 2 + more)?.closest('.windowed > li')).find(Boolean);
      return under && Number(under.ariaPosInSet);
    });
  }
}

async function walk(crowd, size, looks) {
  const is = async (place, message) => {
    const { top, on, ...at } = await crowd.focus();
    assert.deepEqual(at, { place, of: at.of, seen: true }, message ?? `line ${place}`);
    return { top, on, of: at.of };
  };
  await crowd.give(upTo(size), true);
  await crowd.press('Alt+KeyI');
  assert.equal((await is(1)).of, size);
  await crowd.press('End');
  await is(size, 'the last');
  await crowd.press('ArrowDown', 'ArrowUp');
  await is(size - 1, 'the one before it');
  await crowd.press('Home');
  await is(1);
  await crowd.press(...Array(40).fill('ArrowDown'));
  await is(41);
  await crowd.press('PageDown');
  const { place: further } = await crowd.focus();
  assert.ok(further > 41, 'a page further');
  await crowd.press('PageUp');
  await is(41);
  const { count, inOrder, stops, tall } = await crowd.drawn();
  assert.ok(count < 60 && inOrder && stops === 1, `${count} lines in the page, in order: ${inOrder}, ${stops} of them for Tab`);
  assert.ok(tall > size * 60, `as high as all of them: ${tall}`);
  await looks();
  await is(41, 'whatever the size of the screen was meanwhile');

  // Those with a high number have waited longest, and stand above.
  const before = await is(41);
  await crowd.give([size + 50, size + 100, size + 1]);
  const after = await is(44, 'three came above');
  assert.deepEqual([after.on, Math.round(after.top), after.of], [before.on, Math.round(before.top), size + 3], 'and it stands where it stood');
  const number = Number(after.on.match(/\d+$/)[0]);
  await crowd.give([[number, { priority: 2 }]]);
  assert.equal((await is(1, 'it moved to the top, and the focus with it')).on, after.on);
  // On a narrow screen what is open stands instead of the list, and is left on the way back.
  const isNarrow = crowd.page.viewportSize().width < 720;
  const open = isNarrow ? undefined : after.on;
  await crowd.press('Enter', isNarrow ? 'Escape' : 'Alt+KeyI');
  assert.equal((await is(1, 'back on the line that was open')).on, after.on);
  assert.equal((await crowd.drawn()).open, open);

  await crowd.press('ArrowDown');
  const { on: second } = await is(2);
  await crowd.give([[Number(second.match(/\d+$/)[0]), { status: 'ended', removed: true }]]);
  const { on: heir } = await is(2, 'it went, and the one after it has the focus');
  assert.notEqual(heir, second);
  assert.equal(await crowd.scrollTo(0.5) > size / 3, true, 'what is scrolled to is there');
  assert.equal((await crowd.focus()).on, heir, 'the focus stays where it was');
  assert.equal((await crowd.drawn()).open, undefined, 'what is open is drawn where it stands only');
  await crowd.press('ArrowUp');
  await is(1, 'the arrows go on from the focus, and the list follows');
  assert.equal((await crowd.drawn()).open, open);
  await crowd.give([], true);
  assert.match((await crowd.focus()).on, /^Väntar/, 'nobody is left: the focus is on the view');
}
