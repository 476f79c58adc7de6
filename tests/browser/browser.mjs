/** Debian's Chromium, what it complains of, and what axe-core complains of. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const QUIET = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const SIZES = { desk: { width: 1280, height: 800 }, phone: { width: 360, height: 740 } };

export const launch = () => chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: QUIET });

/** The protocol lets a client wait up to 30 s before it tries again. */
export const RECONNECTED = 45_000;

/** The states that were looked at, by page: each on a phone and on a desk, in both themes. @type {{window: Set<string>, console: Set<string>}} */
export const looked = { window: new Set(), console: new Set() };

/** Pages of one person, with everything the browser complained of. */
export class Person {
  /** @param {import('playwright-core').Browser} browser @param {string} name @param {string} shots folder */
  static async arrive(browser, name, shots, options = {}) {
    const person = new Person(name, shots);
    person.context = await browser.newContext({ viewport: SIZES.desk, locale: 'sv-FI', reducedMotion: 'reduce', ...options });
    person.context.setDefaultTimeout(30_000);
    // The pages as they are being written, without building the binary for each look.
    if (process.env.SKICKA_WEB) {
      await person.context.route('**/chat.js', (route) => route.fulfill({ path: join(process.env.SKICKA_WEB, 'chat.js') }));
      await person.context.route(/\/console\/[\w-]+\.(js|css)$/, (route) => route.fulfill({ path: join(process.env.SKICKA_WEB, new URL(route.request().url()).pathname) }));
    }
    // Whatever the policy blocks is reported here, also inside shadow trees.
    await person.context.addInitScript(() => document.addEventListener('securitypolicyviolation', (event) => console.error(`CSP ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`)));
    person.page = await person.context.newPage();
    person.page.on('console', (message) => message.type() === 'error' && person.#complain(message.text(), message.location().url));
    person.page.on('pageerror', (error) => person.#complain(error.stack, ''));
    return person;
  }

  constructor(name, shots) {
    this.name = name;
    this.shots = shots;
    /** @type {string[]} */
    this.complaints = [];
    /** While the server is dead, a refused connection is no fault of the page's. */
    this.serverIsDown = false;
  }

  #complain(text, url) {
    // The question whether somebody is signed in has a 401 for its answer.
    if (url.endsWith('/v1/console/me') && text.includes('401')) return;
    // So has a wrong code.
    if (url.endsWith('/v1/agent/oidc/code') && text.includes('401')) return;
    // What is wrong in a form of the settings is told by a 422.
    if (/\/v1\/console\/(canned|teams|agents)(\/|$)/.test(url) && text.includes('422')) return;
    // A file that the server refuses: the page says so in words.
    if (url.endsWith('/v1/chat/attachments') && text.includes('415')) return;
    if (this.serverIsDown && /WebSocket connection to .* failed|ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET/.test(text)) return;
    this.complaints.push(`${this.name}: ${text}`);
  }

  /** Looks at one state in both themes, on a phone and on a desk. @returns {Promise<string[]>} what is wrong */
  async look(state) {
    const { page } = this;
    const wrong = [];
    looked[new URL(page.url()).pathname.startsWith('/console') ? 'console' : 'window'].add(state);
    for (const [size, viewport] of Object.entries(SIZES)) {
      for (const colorScheme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize(viewport);
        const where = `${this.name} ${state} ${size} ${colorScheme}`;
        wrong.push(...(await this.#axe()).map((text) => `${where}: ${text}`));
        const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        if (over > 0) wrong.push(`${where}: ${over} px wider than the screen`);
        if (this.shots) await page.screenshot({ path: join(this.shots, `${where.replaceAll(' ', '-')}.png`) });
      }
    }
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize(SIZES.desk);
    return wrong;
  }

  async #axe() {
    const { page } = this;
    if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(`${AXE};0`);
    const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target, failureSummary }) => `${target.join(' ')} ${failureSummary}`).slice(0, 3).join(' | ')}`);
  }
}
