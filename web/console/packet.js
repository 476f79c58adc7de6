/** The handover packet: what a person needs to know before the first word. */

import { isWaiting } from './desk.js';
import { h } from './dom.js';
import { earlier } from './earlier.js';
import { everySecond, since, stopwatch } from './time.js';
import { coded, t, tongue } from './words.js';

/** Where it does not take the room of the words and of the field. */
const roomy = window.matchMedia('(min-width: 1200px), (min-width: 720px) and (min-height: 800px)');

/** Whether it stands open as the agent wished, for as long as the page lives; until then it goes by the room. @type {boolean|null} */
let wish = null;

const fact = (name, ...value) => h('div', {}, h('dt', {}, name), h('dd', {}, ...value));

/** A page's address as a link, when it is one that may be followed. */
function pageLink({ url, title }) {
  if (!url?.startsWith('https://') && !url?.startsWith('http://')) return title || url;
  return h('a', { href: url, target: '_blank', rel: 'noopener noreferrer' }, title || url, h('span', { className: 'sr' }, ` (${t('newTab')})`));
}

export class Packet extends HTMLElement {
  /** @param {import('./desk.js').Desk} desk @param {import('./talk.js').Talk} talk */
  constructor(desk, talk) {
    super();
    this.desk = desk;
    this.talk = talk;
  }

  connectedCallback() {
    this.gone = new AbortController();
    everySecond(() => this.#tick(), this.gone.signal);
    roomy.addEventListener('change', () => { if (this.details) this.details.open = wish ?? roomy.matches; }, { signal: this.gone.signal });
    this.render();
  }

  disconnectedCallback() {
    this.gone.abort();
  }

  render() {
    const { packet } = this.talk;
    this.hidden = !packet;
    // Drawn again only when it changed: somebody may be reading or selecting in it.
    if (!packet || (packet === this.drawn && this.titles === this.desk.titles)) return;
    this.drawn = packet;
    this.titles = this.desk.titles;
    const { reason, steps = [], known = [], not_understood: missed = [], page } = packet;
    this.time = h('span', {});
    this.earlier ??= earlier(this.desk, this.talk.id);
    const details = h('details', { open: wish ?? roomy.matches },
      // A press alone is a wish: `toggle` would come of the room too.
      h('summary', { onclick: () => { wish = !details.open; } }, h('h2', {}, t('packet')), h('span', {}, packet.summary || this.desk.title(packet.topic))),
      h('div', { className: 'facts' },
        h('dl', {},
          fact(t('topic'), packet.topic ? this.desk.title(packet.topic) : t('unsaid')),
          reason && fact(t('reason'), coded('reason', reason)),
          fact(t('waitTime'), this.time),
          fact(t('lang'), tongue(packet.lang)),
          fact(t('identity'), t(packet.identity === 'verified' ? 'verified' : 'anonymous')),
          page && fact(t('page'), pageLink(page)),
          ...known.map(({ question, answer }) => fact(coded('slot', question), answer))),
        h('h3', {}, t('steps')),
        steps.length ? h('ol', {}, steps.map(({ question, answer }) => h('li', {}, `${question}: `, h('b', {}, answer)))) : h('p', {}, t('nothingTried')),
        missed.length > 0 && h('h3', {}, t('notUnderstood')),
        missed.length > 0 && h('ul', { className: 'missed' }, missed.map((text) => h('li', { dir: 'auto' }, text))),
        this.earlier));
    this.details = details;
    this.replaceChildren(h('section', { className: 'packet', 'aria-label': t('packet') }, details));
    this.#tick();
  }

  #tick() {
    if (!this.time) return;
    const { item, packet, status } = this.talk;
    const waits = isWaiting({ status }) && item?.waiting_since;
    this.time.textContent = waits ? since(item.waiting_since) : stopwatch(packet.waited_s);
  }
}

customElements.define('sk-packet', Packet);
