/**
 * A full inbox is repainted fast: a console of the real server is given a thousand lines
 * that wait, as its socket would give them, and what the page spends on each change is counted:
 * script, style and layout.
 */

import assert from 'node:assert/strict';
import { Agent } from './agent.mjs';
import { Server } from './server.mjs';

/** Lines, and the most that a change may cost in ms: what is aimed at is 50, but a machine that does much else is several times slower. */
const SIZES = [[1000, 250]];
const CHANGES = 15;
const AGENT = { email: 'aino@example.com', name: 'Aino Virtanen', password: 'en lång fras för provet' };

/** Gives the inbox a change and waits for its layout: the first fills it, then one line comes, is claimed, or says something else. */
async function change([size, n]) {
  const inbox = document.querySelector('sk-inbox');
  const line = (at, more) => ({
    conversation: `c${at}`, status: 'queued', team: 'support', lang: ['sv', 'fi', 'en'][at % 3], topic: 'no_request', reason: 'requested', priority: at % 50 ? 0 : 1,
    waiting_since: new Date(1.7e12 - at * 1000).toISOString(), visitor: { identity: 'anonymous' }, preview: `jag får ingen begäran i appen, ${at}`, unread: at % 4, tags: at % 5 ? [] : ['kort'], ...more,
  });
  const what = [line(size + n), line(n * 7, { status: 'agent', agent: { id: 'other', name: 'Bo' } }), line(n * 11 + 3, { preview: 'hallå?', unread: 9 })][n % 3];
  const items = n ? [what] : Array.from({ length: size }, (_, at) => line(at));
  inbox.desk.link.owner.frame({ type: 'inbox', full: !n, items });
  // The draw that was just asked for comes before this one, in the same frame.
  await new Promise((drawn) => requestAnimationFrame(() => drawn(inbox.getBoundingClientRect())));
}

/**
 * @param {(name: string, act: () => Promise<void>) => Promise<void>} check
 * @param {(name: string, options?: object) => Promise<import('./browser.mjs').Person>} arrive
 * @param {string} binary
 */
export async function repaint(check, arrive, binary) {
  const server = new Server(binary);
  try {
    await check('the inbox repaints in time with a thousand waiting', async () => {
      await server.start();
      await server.addAgent(AGENT);
      const { page, context } = await arrive('busy');
      const agent = new Agent(page);
      await page.goto(`${server.url}/console`);
      await agent.signIn(AGENT.email, AGENT.password);
      await page.getByRole('group', { name: 'Visa' }).waitFor();
      // Time of the processor, not of the clock: what else the machine does is not the page's.
      const devtools = await context.newCDPSession(page);
      await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
      const spent = async () => (await devtools.send('Performance.getMetrics')).metrics
        .filter(({ name }) => ['ScriptDuration', 'LayoutDuration', 'RecalcStyleDuration'].includes(name)).reduce((sum, { value }) => sum + value * 1000, 0);
      for (const [size, most] of SIZES) {
        await page.evaluate(change, [size, 0]);
        const costs = [];
        for (let n = 1; n <= CHANGES; n += 1) {
          const before = await spent();
          await page.evaluate(change, [size, n]);
          costs.push(await spent() - before);
        }
        costs.sort((a, b) => a - b);
        assert.ok(await agent.items.count() >= size, 'they all stand in the list');
        const [best, median, worst] = [0, CHANGES >> 1, CHANGES - 1].map((at) => costs[at].toFixed(1));
        console.log(`      ${size} waiting: a change costs ${best} ms at best, ${median} in the middle, ${worst} at worst`);
        assert.ok(costs[CHANGES >> 1] < most, `${median} ms is not under ${most}`);
      }
      await context.close();
    });
  } finally {
    await server.stop();
  }
}
