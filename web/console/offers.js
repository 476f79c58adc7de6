/**
 * What is offered to this agent, on top of everything: they take it, say no, or let the time
 * pass, and it goes on to the next.
 */

import { decline } from './api.js';
import { announce, button, h } from './dom.js';
import { everySecond, stopwatch } from './time.js';
import { toast } from './toast.js';
import { coded, t, tongue } from './words.js';

/** When the little time that is left is said once more. */
const LAST_CALL_S = 10;

const left = ({ offer }) => Math.max(0, Math.ceil((new Date(offer.until) - Date.now()) / 1000));

/** One offer among all that were ever made. */
const mark = ({ conversation, offer }) => `${conversation} ${offer.until}`;

export class Offers extends HTMLElement {
  /** @param {import('./desk.js').Desk} desk @param {{left: () => void}} owner gets the focus when nothing is left here */
  constructor(desk, owner) {
    super();
    this.desk = desk;
    this.owner = owner;
    /** Answered ones: they go at once, not only when the server says so. @type {Set<string>} */
    this.answered = new Set();
    /** @type {Map<string, {li: HTMLElement, time: HTMLElement, accept: HTMLElement, item: import('./desk.js').Item, called: boolean}>} */
    this.lines = new Map();
  }

  connectedCallback() {
    this.gone = new AbortController();
    const { signal } = this.gone;
    this.list = h('ul', {});
    this.replaceChildren(h('section', { className: 'offers', 'aria-label': t('offers') }, this.list));
    this.desk.addEventListener('inbox', () => this.#render(), { signal });
    this.desk.addEventListener('offered', ({ detail }) => announce(t('offered', this.#title(detail), left(detail))), { signal });
    everySecond(() => this.#tick(), signal);
    this.#render();
  }

  disconnectedCallback() {
    this.gone.abort();
  }

  #title(item) {
    return this.desk.title(item.topic) || (item.reason ? coded('reason', item.reason) : t('visitor'));
  }

  #render() {
    const mine = [...this.desk.inbox.values()].filter((item) => this.desk.isOffered(item) && !this.answered.has(mark(item)));
    mine.sort((a, b) => a.offer.until.localeCompare(b.offer.until));
    const keep = new Set(mine.map(mark));
    const held = this.list.contains(document.activeElement);
    for (const [key, { li }] of this.lines) {
      if (keep.has(key)) continue;
      li.remove();
      this.lines.delete(key);
    }
    for (const item of mine) this.list.append(this.#line(item).li);
    this.hidden = mine.length === 0;
    if (!held || this.list.contains(document.activeElement)) return;
    const next = this.lines.values().next().value;
    if (next) next.accept.focus();
    else this.owner.left();
  }

  #line(item) {
    const key = mark(item);
    const old = this.lines.get(key);
    if (old) return old;
    const id = `offer-${item.conversation}`;
    // Seen, and not read aloud each second.
    const time = h('span', { className: 'left', 'aria-hidden': 'true' }, stopwatch(left(item)));
    const accept = button(t('accept'), () => this.accept(item), { look: 'main', keys: 'Alt+A' });
    const no = button(t('decline'), () => this.decline(item), { keys: 'Alt+N' });
    for (const one of [accept, no]) one.setAttribute('aria-describedby', id);
    const what = h('p', { id }, h('b', {}, this.#title(item)), ' ', h('span', {}, [tongue(item.lang), item.team].filter(Boolean).join(' · ')));
    const line = { li: h('li', {}, what, time, accept, no), time, accept, item, called: left(item) <= LAST_CALL_S };
    this.lines.set(key, line);
    return line;
  }

  #tick() {
    for (const line of this.lines.values()) {
      const seconds = left(line.item);
      line.time.textContent = stopwatch(seconds);
      if (line.called || seconds > LAST_CALL_S) continue;
      line.called = true;
      announce(t('offerEnds', seconds));
    }
  }

  /** Takes an offer; the oldest without a choice. @param {import('./desk.js').Item} [item] */
  accept(item = this.lines.values().next().value?.item) {
    if (!item) return;
    this.desk.open(item.conversation);
    this.desk.act('claim', item.conversation);
    this.answered.add(mark(item));
    this.#render();
  }

  /** Lets an offer go on. @param {import('./desk.js').Item} [item] */
  async decline(item = this.lines.values().next().value?.item) {
    if (!item) return;
    const key = mark(item);
    this.answered.add(key);
    this.#render();
    try {
      await decline(item.conversation);
      announce(t('declined'));
    } catch {
      this.answered.delete(key);
      this.#render();
      toast(t('noServer'));
    }
  }
}

customElements.define('sk-offers', Offers);
