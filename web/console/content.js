/** How it stands with the bot's content, for supervisors and administrators: an edit that is not served must not go unseen. */

import { content } from './api.js';
import { announce, button, h } from './dom.js';
import { moment } from './time.js';
import { t } from './words.js';

/** An author who edits and looks here waits no longer than this. */
const LOOK_MS = 15_000;

/** Whether this account sees how it stands. @param {import('./api.js').Agent} me */
export const seesContent = (me) => me.role !== 'agent';

/** A fault with its place and how to mend it. */
const fault = ({ file, line, column, severity, message, help }) => h('li', { className: severity },
  h('code', {}, `${file}:${line}:${column}`), h('p', {}, message), help && h('p', { className: 'help' }, help));

const faults = (title, list) => list.length > 0 && [h('h3', {}, title), h('ul', { className: 'faults' }, list.map(fault))];

/** Shows what serves and what is wrong with the newest edit. */
export async function showContent() {
  const parts = await content().then((now) => [
    now.refused && h('p', { role: 'alert' }, t('contentRefusedMore', moment(now.refused.at))),
    now.refused && faults(t('contentFaults'), now.refused.diagnostics),
    h('p', {}, t('contentServes', now.revision, moment(now.since))),
    h('p', {}, t('contentCounts', now.intents, now.dialogues)),
    now.older.length > 0 && h('p', {}, t('contentOlder', now.older.length)),
    !now.refused && faults(t('contentWarnings'), now.warnings),
  ], () => [h('p', { role: 'alert' }, t('noServer'))]);
  const dialog = h('dialog', { className: 'content', 'aria-labelledby': 'content', onclose: () => dialog.remove() },
    h('h2', { id: 'content' }, t('content')), ...parts.flat().filter(Boolean),
    h('div', { className: 'acts' }, button(t('close'), () => dialog.close(), { look: 'main' })));
  document.body.append(dialog);
  dialog.showModal();
}

/** A strip under the bar, there as long as the newest edit is not served. */
export class ContentNotice extends HTMLElement {
  connectedCallback() {
    this.gone = new AbortController();
    const { signal } = this.gone;
    this.hidden = true;
    this.className = 'lost';
    this.append(h('span', {}, t('contentRefused')), button(t('contentShow'), showContent, { look: 'quiet' }));
    const timer = setInterval(() => this.#look(), LOOK_MS);
    signal.addEventListener('abort', () => clearInterval(timer));
    document.addEventListener('visibilitychange', () => this.#look(), { signal });
    this.#look();
  }

  disconnectedCallback() {
    this.gone.abort();
  }

  async #look() {
    if (document.visibilityState !== 'visible') return;
    // Without an answer nothing is known, and what was shown stays.
    const refused = await content().then((now) => !!now.refused, () => !this.hidden);
    if (this.hidden && refused) announce(t('contentRefused'));
    this.hidden = !refused;
  }
}

customElements.define('sk-content-notice', ContentNotice);
