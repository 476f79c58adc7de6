/** The floor as a supervisor sees it: who waits, who works and on what, and the ways in. */

import { byTurn, isWaiting } from './desk.js';
import { button, h, icon, onceAFrame } from './dom.js';
import { everySecond, since } from './time.js';
import { coded, t, tongue } from './words.js';

/** Whether this account looks after the others. @param {import('./api.js').Agent} me */
export const seesFloor = (me) => me.role !== 'agent';

/** On duty first, then away; within that by name. */
const STATES = ['online', 'away', 'offline'];
/** More lines than this nobody looks through here; the inbox has them all. */
const MOST_LINES = 50;

export class Floor extends HTMLElement {
  /** @param {import('./desk.js').Desk} desk @param {{leave: () => void, whisper: (id: string) => void, takeOver: (id: string) => void}} owner */
  constructor(desk, owner) {
    super();
    this.desk = desk;
    this.owner = owner;
    this.soon = onceAFrame(() => this.isConnected && this.#render());
  }

  connectedCallback() {
    this.gone = new AbortController();
    const { signal } = this.gone;
    this.heading = h('h2', { id: 'floor', tabIndex: -1 }, t('floor'));
    this.figures = h('dl', { className: 'figures' });
    this.queue = h('ul', { className: 'list' });
    this.people = h('ul', { className: 'people' });
    this.nobodyWaits = h('p', { className: 'none' }, t('nobodyWaits'));
    this.moreWait = h('p', { className: 'none few' });
    this.nobodyWorks = h('p', { className: 'none' }, t('nobodyWorks'));
    this.replaceChildren(h('section', { className: 'floor', 'aria-labelledby': 'floor' },
      h('div', { className: 'head' }, button(t('back'), () => this.owner.leave(), { glyph: 'back', bare: true }), h('div', { className: 'title' }, this.heading)),
      h('div', { className: 'place' }, this.figures,
        h('section', { 'aria-labelledby': 'floor-queue' }, h('h3', { id: 'floor-queue' }, t('queue')), this.queue, this.moreWait, this.nobodyWaits),
        h('section', { 'aria-labelledby': 'floor-people' }, h('h3', { id: 'floor-people' }, t('people')), this.people, this.nobodyWorks))));
    for (const name of ['inbox', 'agents']) this.desk.addEventListener(name, this.soon, { signal });
    everySecond(() => this.#tick(), signal);
    this.#render();
  }

  disconnectedCallback() {
    this.gone.abort();
  }

  #render() {
    const { desk } = this;
    const items = [...desk.inbox.values()];
    // Whoever stands on a button stays on it: it is found again by what it does.
    const held = this.contains(document.activeElement) ? document.activeElement.dataset.does : null;
    this.times = [];
    const waiting = items.filter(isWaiting).sort(byTurn);
    this.oldest = waiting.map(({ waiting_since: at }) => at).filter(Boolean).sort()[0];
    const held_ = items.filter(({ status }) => status === 'agent');
    const people = [...desk.agents].sort((a, b) => STATES.indexOf(a.state) - STATES.indexOf(b.state) || a.name.localeCompare(b.name));
    const onDuty = people.filter(({ state }) => state === 'online');
    const room = onDuty.reduce((sum, { load, capacity }) => sum + Math.max(0, capacity - load), 0);
    this.longest = h('dd', {}, '');
    const figure = (name, value) => h('div', {}, h('dt', {}, name), value instanceof Node ? value : h('dd', {}, String(value)));
    this.figures.replaceChildren(
      figure(t('floor.waiting'), waiting.length), figure(t('floor.longest'), this.longest), figure(t('floor.held'), held_.length),
      figure(t('floor.bot'), items.filter(({ status }) => status === 'bot').length), figure(t('floor.onDuty'), onDuty.length), figure(t('floor.room'), room));
    this.queue.replaceChildren(...waiting.slice(0, MOST_LINES).map((item) => this.#waits(item)));
    this.moreWait.hidden = waiting.length <= MOST_LINES;
    this.moreWait.textContent = t('moreWait', MOST_LINES, waiting.length - MOST_LINES);
    this.nobodyWaits.hidden = waiting.length > 0;
    this.people.replaceChildren(...people.map((agent) => this.#person(agent, held_.filter((item) => item.agent?.id === agent.id))));
    this.nobodyWorks.hidden = people.length > 0;
    this.#tick();
    if (held) (this.querySelector(`[data-does="${CSS.escape(held)}"]`) ?? this.heading).focus();
  }

  #title(item) {
    return item.visitor?.name || this.desk.title(item.topic) || (item.reason ? coded('reason', item.reason) : t('visitor'));
  }

  #act(text, id, does, act, more = {}) {
    const node = button(text, act, more);
    node.dataset.does = `${does} ${id}`;
    return node;
  }

  #waits(item) {
    const { conversation: id } = item;
    const time = h('time', {});
    if (item.waiting_since) this.times.push([time, item.waiting_since]);
    return h('li', { className: 'held' },
      h('div', { className: 'what' }, h('b', {}, this.#title(item)), h('span', { className: 'meta' },
        item.alarm && h('span', { className: 'flag alarm' }, icon('alarm'), t('alarm')), item.priority > 0 && h('span', { className: 'flag' }, t('priority')),
        h('span', {}, t(`status.${item.status}`)), h('span', {}, tongue(item.lang)), item.team && h('span', {}, this.desk.team(item.team)))),
      time, this.#act(t('join'), id, 'open', () => this.desk.open(id)));
  }

  #person(agent, held) {
    const { desk } = this;
    const looking = (agent.looking ?? []).filter((id) => !held.some(({ conversation }) => conversation === id)).map((id) => desk.inbox.get(id)).filter(Boolean);
    const full = agent.load >= agent.capacity;
    return h('li', { className: 'person' },
      h('div', { className: 'who' }, h('span', { className: `dot ${agent.state}`, 'aria-hidden': 'true' }), h('b', {}, agent.name), h('span', { className: 'state' }, t(agent.state)),
        h('span', { className: `load${full ? ' full' : ''}` }, h('meter', { min: 0, max: Math.max(1, agent.capacity), value: Math.min(agent.load, agent.capacity), 'aria-label': t('load', agent.load, agent.capacity) }), h('span', { 'aria-hidden': 'true' }, `${agent.load}/${agent.capacity}`))),
      held.length > 0 && h('ul', {}, held.map((item) => this.#held(item, agent))),
      looking.length > 0 && h('p', { className: 'looks' }, icon('eye'), t('looksAt', looking.map((item) => this.#title(item)).join(', '))));
  }

  #held(item, agent) {
    const { conversation: id } = item;
    const mine = agent.id === this.desk.me.id;
    return h('li', { className: 'held' },
      h('div', { className: 'what' }, h('b', {}, this.#title(item)), h('span', { className: 'preview' }, item.preview),
        h('span', { className: 'meta' }, h('span', {}, tongue(item.lang)), item.team && h('span', {}, this.desk.team(item.team)), item.unread > 0 && h('span', { className: 'unread' }, t('unread', item.unread)))),
      h('div', { className: 'acts' },
        this.#act(t('join'), id, 'open', () => this.desk.open(id)),
        !mine && this.#act(t('whisper'), id, 'whisper', () => this.owner.whisper(id), { glyph: 'note' }),
        !mine && this.#act(t('takeFrom'), id, 'take', () => this.owner.takeOver(id))));
  }

  #tick() {
    for (const [node, at] of this.times) node.textContent = since(at);
    this.longest.textContent = this.oldest ? since(this.oldest) : '–';
  }
}

customElements.define('sk-floor', Floor);
