/** The list of conversations: who waits, who is mine, who talks to the bot. */

import { byTurn, isWaiting } from './desk.js';
import { announce, h, icon, onceAFrame } from './dom.js';
import { Finder } from './find.js';
import { Rows } from './rows.js';
import { chips } from './tags.js';
import { everySecond, since } from './time.js';
import { coded, t, tongue } from './words.js';

const GLYPHS = { queued: 'waiting', offline: 'offline', bot: 'bot', agent: 'person', ended: 'done' };
/** In the list of all: those who wait stand first, those with the bot last. */
const WEIGHT = { queued: 0, offline: 1, agent: 2, bot: 3, ended: 4 };

/** Which items a filter shows. @type {Object<string, (item: import('./desk.js').Item, desk: import('./desk.js').Desk) => boolean>} */
const FILTERS = {
  waiting: isWaiting,
  mine: ({ status, agent }, desk) => status === 'agent' && agent?.id === desk.me.id,
  team: ({ team, status }, desk) => desk.me.teams.includes(team) && status !== 'bot' && status !== 'ended',
  all: () => true,
  bot: ({ status }) => status === 'bot',
};

/** Those that have ended lie in no inbox: they are looked for. */
const CLOSED = 'closed';

const order = (a, b) => (WEIGHT[a.status] ?? 9) - (WEIGHT[b.status] ?? 9) || byTurn(a, b);

export class Inbox extends HTMLElement {
  /** @param {import('./desk.js').Desk} desk */
  constructor(desk) {
    super();
    this.desk = desk;
    this.filter = sessionStorage.getItem('skicka-console:filter') || 'waiting';
    this.soon = onceAFrame(() => this.isConnected && this.#render());
  }

  connectedCallback() {
    this.gone = new AbortController();
    const { signal } = this.gone;
    // Whoever is in no team sees all of them anyway.
    const names = [...Object.keys(FILTERS).filter((name) => name !== 'team' || this.desk.me.teams.length), CLOSED];
    if (!names.includes(this.filter)) this.filter = 'waiting';
    this.finder = new Finder(this.desk, { changed: () => this.#found(), opened: () => this.finder.mark() });
    this.tabs = new Map(names.map((name) => {
      // Those that have ended are too many to count.
      const count = name === CLOSED ? null : h('span', { className: 'count' });
      return [name, { count, node: h('button', { type: 'button', onclick: () => this.#choose(name) }, t(`view.${name}`), count && ' ', count) }];
    }));
    this.rows = new Rows(({ conversation }) => conversation, (item, line) => this.#line(item, line));
    this.none = h('p', { className: 'none' }, t('nobody'));
    this.rows.scroll.append(this.none);
    this.replaceChildren(h('nav', { className: 'inbox', 'aria-label': t('inbox') },
      h('h2', { className: 'sr' }, t('inbox')),
      this.finder.form,
      h('div', { className: 'filters', role: 'group', 'aria-label': t('filter') }, [...this.tabs.values()].map(({ node }) => node)),
      this.rows.scroll, this.finder.results));
    this.rows.listen(signal);
    this.desk.addEventListener('inbox', this.soon, { signal });
    this.desk.addEventListener('waiting', ({ detail }) => announce(t('newWaiting', detail.length)), { signal });
    this.desk.addEventListener('alarm', () => announce(t('alarmed')), { signal });
    this.desk.addEventListener('agents', this.soon, { signal });
    this.desk.addEventListener('current', () => this.#mark(), { signal });
    everySecond(() => this.#tick(), signal);
    if (this.filter === CLOSED) this.finder.show(true);
    this.#render();
    this.#mark();
  }

  disconnectedCallback() {
    this.gone.abort();
  }

  #choose(name) {
    this.filter = name;
    sessionStorage.setItem('skicka-console:filter', name);
    this.finder.show(name === CLOSED);
    this.rows.rewind();
    this.#render();
  }

  /** The results stand instead of the list while something is looked for. */
  #found() {
    this.rows.scroll.hidden = this.finder.isOn;
    this.#press();
  }

  /** To the field for what is looked for. */
  search() {
    this.finder.focus();
  }

  /** Who has claimed a conversation looks on where it went. */
  followClaim() {
    if (this.filter === 'waiting') this.#choose('mine');
  }

  /** What the list shows, in its order. @returns {import('./desk.js').Item[]} */
  shown() {
    const fits = FILTERS[this.filter] ?? (() => false);
    return [...this.desk.inbox.values()].filter((item) => fits(item, this.desk)).sort(order);
  }

  #render() {
    const everything = [...this.desk.inbox.values()];
    for (const [name, { count }] of this.tabs) {
      if (count) count.textContent = String(everything.filter((item) => FILTERS[name](item, this.desk)).length);
    }
    this.#press();
    const items = this.shown();
    this.none.hidden = items.length > 0;
    if (this.rows.show(items)) this.tabs.get(this.filter).node.focus();
  }

  /** A search is of no view, unless it is of those that have ended. */
  #press() {
    const chosen = this.finder.isOn && !this.finder.closed ? null : this.filter;
    for (const [name, { node }] of this.tabs) node.setAttribute('aria-pressed', String(name === chosen));
  }

  /** A change touches its own line only. */
  #line(item, old) {
    // The titles of the topics and the teams' names may have come since.
    const title = this.desk.title(item.topic);
    const team = item.team && this.desk.team(item.team);
    const offeree = this.#offeree(item);
    if (old && old.item === item && old.title === title && old.team === team && old.offeree === offeree) return old;
    const time = h('time', {});
    const late = h('span', { className: 'flag late', hidden: true }, icon('alarm'), t('late'));
    const parts = [
      h('span', { className: 'top' }, h('span', { className: `status ${item.status}` }, icon(GLYPHS[item.status] ?? 'person'), this.#status(item)), time),
      h('b', {}, title || (item.reason ? coded('reason', item.reason) : item.visitor?.name || t('visitor'))),
      h('span', { className: 'preview' }, item.preview),
      h('span', { className: 'meta' },
        item.alarm && this.desk.supervises && h('span', { className: 'flag alarm' }, icon('alarm'), t('alarm')), late,
        item.priority > 0 && h('span', { className: 'flag' }, t('priority')), offeree && h('span', { className: 'flag' }, offeree),
        item.unread > 0 && h('span', { className: 'unread' }, t('unread', item.unread)),
        h('span', {}, tongue(item.lang)), title && item.reason && h('span', {}, coded('reason', item.reason)), team && h('span', {}, team), item.tags && chips(item.tags)),
    ];
    const line = old ?? { li: h('li', {}), button: h('button', { type: 'button', className: 'item', onclick: () => this.desk.open(item.conversation) }) };
    if (!old) line.li.append(line.button);
    line.button.replaceChildren(...parts);
    Object.assign(line, { time, late, item, title, team, offeree });
    this.#time(line);
    return line;
  }

  #status(item) {
    if (item.status !== 'agent') return t(`status.${item.status}`);
    return item.agent?.id === this.desk.me.id ? t('held') : t('heldBy', item.agent?.name ?? '');
  }

  /** To whom it is offered, for them and for those who supervise. */
  #offeree(item) {
    if (!item.offer) return '';
    if (this.desk.isOffered(item)) return t('offeredYou');
    const name = this.desk.agents.find(({ id }) => id === item.offer.agent)?.name;
    return this.desk.supervises && name ? t('offeredTo', name) : '';
  }

  #time({ time, late, item }) {
    late.hidden = !(this.desk.supervises && item.deadline && isWaiting(item) && new Date(item.deadline) < Date.now());
    const text = item.waiting_since && isWaiting(item) ? since(item.waiting_since) : '';
    if (time.textContent !== text) time.textContent = text;
  }

  #tick() {
    for (const line of this.rows.rows.values()) this.#time(line);
  }

  #mark() {
    this.finder.mark();
    this.rows.choose(this.desk.current?.id);
  }

  /** @param {string} [id] the first line without it */
  focusItem(id) {
    if (this.finder.isOn) {
      (this.finder.results.querySelector('[aria-current]') ?? this.finder.words).focus();
      return;
    }
    if (!this.rows.focus(id)) this.tabs.get(this.filter).node.focus();
  }

  /** Opens the next line or the one before. @param {1|-1} step */
  step(step) {
    if (this.finder.isOn) {
      this.finder.step(step);
      return;
    }
    const items = this.shown();
    const at = items.findIndex(({ conversation }) => conversation === this.desk.current?.id);
    const next = items[at < 0 ? (step > 0 ? 0 : items.length - 1) : at + step];
    if (!next) return;
    this.desk.open(next.conversation);
    this.rows.reveal(next.conversation);
  }
}

customElements.define('sk-inbox', Inbox);
