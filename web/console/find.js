/** Finding conversations in the inbox's column: by words, by how they stand, and those that have ended. */

import { colleagues, search, tags, teams } from './api.js';
import { announce, button, h, icon } from './dom.js';
import { chips } from './tags.js';
import { teamTitle } from './team.js';
import { clock, date } from './time.js';
import { LANGUAGES, t, tongue } from './words.js';

/** Whoever types is not asked about at each letter. */
const PAUSE_MS = 250;
const GLYPHS = { queued: 'waiting', offline: 'offline', bot: 'bot', agent: 'person', ended: 'done' };

/** @typedef {{conversation: string, status: string, team: string|null, lang: string, topic: string|null, agent: {id: string, name: string}|null, created_at: string, updated_at: string, opening?: string, tags: string[], hits: {seq: number, at: string, by: string, name?: string, pieces: [string, boolean][]}[]}} Found */

/** The first moment of a day, in the agent's own time. @param {string} day @param {number} [later] days */
function moment(day, later = 0) {
  if (!day) return '';
  const [year, month, date] = day.split('-').map(Number);
  return new Date(year, month - 1, date + later).toISOString();
}

export class Finder {
  /** @param {import('./desk.js').Desk} desk @param {{changed: () => void, opened: () => void}} owner */
  constructor(desk, owner) {
    this.desk = desk;
    this.owner = owner;
    /** Whether all that have ended are asked for, without a word. */
    this.closed = false;
    this.asked = 0;
    this.#buildForm();
    this.list = h('ul', { className: 'list', onkeydown: (event) => this.#key(event) });
    this.said = h('p', { className: 'none', role: 'status' });
    this.more = button(t('showMore'), () => this.#ask(this.next));
    this.results = h('div', { className: 'scroll', hidden: true }, this.said, this.list, this.more);
  }

  #buildForm() {
    const change = () => this.#soon(0);
    const one = (name, all) => [name, h('select', { id: `find-${name}`, onchange: change }, h('option', { value: '' }, all))];
    this.fields = Object.fromEntries([
      one('status', t('anyStatus')), one('team', t('anyTeam')), one('lang', t('anyLang')), one('topic', t('anyTopic')), one('agent', t('anyAgent')), one('tag', t('anyTag')),
      ...['from', 'to'].map((name) => [name, h('input', { id: `find-${name}`, type: 'date', onchange: change })]),
    ]);
    this.words = h('input', {
      id: 'find', type: 'search', autocomplete: 'off', spellcheck: false, placeholder: t('search'), maxLength: 200, 'aria-keyshortcuts': 'Alt+S',
      oninput: () => this.#soon(PAUSE_MS), onkeydown: (event) => this.#leave(event),
    });
    this.count = h('span', { className: 'count', hidden: true });
    this.clear = button(t('clear'), () => { this.#empty(); this.words.focus(); }, { look: 'quiet' });
    this.panel = h('details', { className: 'refine', ontoggle: () => this.panel.open && this.#fill() },
      h('summary', {}, h('span', {}, t('narrow')), this.count),
      h('div', { className: 'fields' }, Object.entries(this.fields).map(([name, field]) => h('div', { className: 'field' }, h('label', { htmlFor: field.id }, t(`find.${name}`)), field)), this.clear));
    this.form = h('form', { className: 'find', role: 'search', onsubmit: (event) => { event.preventDefault(); this.#soon(0); } },
      h('div', { className: 'word' }, icon('search'), h('label', { className: 'sr', htmlFor: 'find' }, t('search')), this.words), this.panel);
  }

  /** What can be chosen, as far as it is known; what was chosen stays. */
  async #fill() {
    const { desk, fields } = this;
    const options = (select, list) => {
      const { value } = select;
      select.replaceChildren(select.firstChild, ...list.map(([key, text]) => h('option', { value: key }, text)));
      select.value = value;
    };
    options(fields.status, ['queued', 'offline', 'agent', 'bot', 'ended'].map((status) => [status, t(`status.${status}`)]));
    options(fields.lang, LANGUAGES.map(([tag]) => [tag, tongue(tag)]));
    options(fields.topic, Object.entries(desk.titles).sort(([, a], [, b]) => a.localeCompare(b)));
    const [known, people, called] = await Promise.all([teams, colleagues, tags].map((ask) => ask().catch(() => [])));
    options(fields.tag, called.map((tag) => [tag, tag]));
    const names = new Map([...desk.me.teams, ...[...desk.inbox.values()].map(({ team }) => team)].filter(Boolean).map((id) => [id, teamTitle({ id })]));
    for (const team of known) names.set(team.id, teamTitle(team));
    options(fields.team, [...names].sort(([, a], [, b]) => a.localeCompare(b)));
    options(fields.agent, people.map(({ id, name }) => [id, name]));
  }

  /** Whether something is looked for, so that the results stand instead of the inbox. */
  get isOn() {
    return this.closed || !!this.words.value.trim() || this.#chosen > 0;
  }

  get #chosen() {
    return Object.values(this.fields).filter(({ value }) => value).length;
  }

  /** Looks for all that have ended, or for nothing. @param {boolean} closed */
  show(closed) {
    this.closed = closed;
    this.#empty();
  }

  #empty() {
    this.words.value = '';
    for (const field of Object.values(this.fields)) field.value = '';
    this.#soon(0);
  }

  focus() {
    this.words.focus();
    this.words.select();
  }

  #leave(event) {
    if (event.key === 'ArrowDown' && this.list.firstChild && !this.results.hidden) {
      event.preventDefault();
      this.list.firstChild.firstChild.focus();
    }
    if (event.key !== 'Escape' || !this.words.value) return;
    event.preventDefault();
    this.words.value = '';
    this.#soon(0);
  }

  #soon(wait) {
    clearTimeout(this.timer);
    const chosen = this.#chosen;
    this.count.textContent = String(chosen);
    this.count.hidden = chosen === 0;
    this.clear.hidden = chosen === 0;
    this.results.hidden = !this.isOn;
    this.owner.changed();
    if (this.isOn) {
      this.timer = setTimeout(() => this.#ask(), wait);
      return;
    }
    // What was found for another question must not stand there for the next one.
    this.asked += 1;
    this.list.replaceChildren();
    this.said.textContent = '';
    this.more.hidden = true;
  }

  /** @param {string|null} [after] the next page; without it the first */
  async #ask(after) {
    const { fields } = this;
    this.asked += 1;
    const { asked } = this;
    const status = fields.status.value || (this.closed ? 'ended' : '');
    let page;
    try {
      page = await search({
        q: this.words.value.trim(), status, team: fields.team.value, lang: fields.lang.value, topic: fields.topic.value, agent: fields.agent.value, tag: fields.tag.value,
        from: moment(fields.from.value), before: moment(fields.to.value, 1), after,
      });
    } catch {
      if (asked === this.asked) this.said.textContent = t('noServer');
      return;
    }
    // An older answer may come after a newer one.
    if (asked !== this.asked) return;
    this.#draw(page, !!after);
  }

  #draw({ found, next }, goesOn) {
    this.next = next;
    const held = document.activeElement === this.more;
    const known = new Set(goesOn ? [...this.list.children].map((li) => li.dataset.id) : []);
    const lines = found.filter(({ conversation }) => !known.has(conversation)).map((item) => this.#line(item));
    if (goesOn) this.list.append(...lines);
    else this.list.replaceChildren(...lines);
    this.more.hidden = !next;
    const n = this.list.children.length;
    this.said.textContent = n ? t(next ? 'foundMore' : 'foundAll', n) : t('foundNone');
    this.said.classList.toggle('few', n > 0);
    if (!goesOn) this.results.scrollTop = 0;
    else if (held) lines[0]?.firstChild.focus();
    if (goesOn) announce(this.said.textContent);
    this.mark();
  }

  /** @param {Found} item */
  #line(item) {
    const { desk } = this;
    const title = desk.title(item.topic) || t('visitor');
    const at = item.updated_at;
    const hits = item.hits.map(({ by, name, pieces }) => h('span', { className: 'hit' },
      h('i', {}, `${by === 'visitor' ? t('visitor') : by === 'note' ? `${t('note')}${name ? ` · ${name}` : ''}` : name}: `),
      pieces.map(([text, isHit]) => (isHit ? h('mark', {}, text) : text))));
    return h('li', { 'data-id': item.conversation },
      h('button', { type: 'button', className: 'item', onclick: () => this.#open(item) },
        h('span', { className: 'top' }, h('span', { className: `status ${item.status}` }, icon(GLYPHS[item.status] ?? 'person'), t(`status.${item.status}`)), h('time', { dateTime: at }, `${date(at)} ${clock(at)}`)),
        h('b', {}, title),
        hits.length ? hits : item.opening && h('span', { className: 'preview' }, item.opening),
        h('span', { className: 'meta' }, h('span', {}, tongue(item.lang)), item.team && h('span', {}, desk.team(item.team)), item.agent && h('span', {}, item.agent.name), chips(item.tags))));
  }

  #open({ conversation, hits }) {
    this.desk.sought = hits[0] ? { conversation, seq: hits[0].seq } : null;
    this.desk.open(conversation);
    this.owner.opened();
  }

  /** The open conversation is marked in the list. */
  mark() {
    const id = this.desk.current?.id;
    for (const li of this.list.children) {
      if (li.dataset.id === id) li.firstChild.setAttribute('aria-current', 'true');
      else li.firstChild.removeAttribute('aria-current');
    }
  }

  #key(event) {
    const all = [...this.list.children].map((li) => li.firstChild);
    const at = all.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    (all[to] ?? this.words).focus();
  }

  /** Opens the next result or the one before. @param {1|-1} step */
  step(step) {
    const all = [...this.list.children];
    const at = all.findIndex((li) => li.dataset.id === this.desk.current?.id);
    all[at < 0 ? (step > 0 ? 0 : all.length - 1) : at + step]?.firstChild.click();
  }
}
