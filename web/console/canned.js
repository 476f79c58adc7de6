/** Canned replies: found by `/`, shown in each language, with what is known filled in. */

import { button, h } from './dom.js';
import { LANGUAGES, t, tongue } from './words.js';

/** @typedef {{id: string, name: string, texts: Object<string, string>, team: string|null}} Reply */

const VARIABLE = /\{\{\s*(visitor|agent|topic)\s*\}\}/g;

/** The variables that a text still has. @param {string} text @returns {string[]} */
export const openVariables = (text) => text.match(VARIABLE) ?? [];

/** A text with its gaps in words, to be looked at. @param {string} text */
export const gaps = (text) => text.replace(VARIABLE, (_, name) => `[${t(`gap.${name}`)}]`);

/** A text with what is known; the rest stays, for the agent. @param {string} text @param {Object<string, string|undefined>} values */
const fill = (text, values) => text.replace(VARIABLE, (whole, name) => values[name] || whole);

/** Without accents: whoever types "lan" finds "lån". */
const folded = (text) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

/**
 * What fits, the best first: the name begins so, the name has it, a text has it.
 * @param {Reply[]} replies @param {string} query @returns {Reply[]}
 */
export function find(replies, query) {
  const words = folded(query).split(/\s+/).filter(Boolean);
  const rank = (reply) => {
    const name = folded(reply.name);
    if (name.startsWith(words.join(' '))) return 0;
    if (words.every((word) => name.includes(word))) return 1;
    const all = `${name} ${folded(Object.values(reply.texts).join(' '))}`;
    return words.every((word) => all.includes(word)) ? 2 : 3;
  };
  return replies.map((reply) => [rank(reply), reply]).filter(([found]) => found < 3).sort(([a], [b]) => a - b).map(([, reply]) => reply);
}

/** Whose a reply is: everybody's, or the team's whose conversation it is. */
const isFor = (talk) => ({ team }) => !team || !talk.item?.team || team === talk.item.team;

export class Picker extends HTMLElement {
  /**
   * @param {import('./desk.js').Desk} desk @param {import('./talk.js').Talk} talk
   * @param {{insert: (text: string) => void, left: () => void}} owner
   */
  constructor(desk, talk, owner) {
    super();
    this.desk = desk;
    this.talk = talk;
    this.owner = owner;
    /** The topics' titles by language, as far as they are here. @type {Object<string, Object<string, string>>} */
    this.titles = {};
    this.hidden = true;
  }

  connectedCallback() {
    this.gone = new AbortController();
    this.className = 'canned';
    this.search = h('input', {
      id: 'canned-search', type: 'text', role: 'combobox', autocomplete: 'off', spellcheck: false, placeholder: t('cannedSearch'),
      'aria-expanded': 'true', 'aria-controls': 'canned-list', 'aria-autocomplete': 'list', oninput: () => this.#find(),
    });
    this.list = h('ul', { id: 'canned-list', role: 'listbox', 'aria-label': t('canned') });
    this.none = h('p', { className: 'none', role: 'status' });
    this.beside = h('div', { className: 'beside', role: 'group', 'aria-label': t('cannedBeside') });
    this.replaceChildren(
      h('div', { className: 'row' }, h('label', { className: 'sr', htmlFor: 'canned-search' }, t('cannedSearch')), this.search,
        button(t('close'), () => this.close(), { glyph: 'close', bare: true })),
      this.list, this.none, this.beside);
    const { signal } = this.gone;
    this.addEventListener('keydown', (event) => this.#key(event), { signal });
    // Whoever goes on elsewhere has done with it.
    this.addEventListener('focusout', ({ relatedTarget }) => { if (relatedTarget && !this.contains(relatedTarget)) this.hidden = true; }, { signal });
    this.desk.addEventListener('replies', () => this.hidden || this.#find(), { signal });
  }

  disconnectedCallback() {
    this.gone.abort();
  }

  /** Whether there is anything to choose from. */
  get isEmpty() {
    return !this.desk.replies.some(isFor(this.talk));
  }

  open() {
    this.hidden = false;
    this.search.value = '';
    this.#find();
    this.search.focus();
    this.desk.loadReplies();
    for (const [lang] of LANGUAGES) this.#loadTitles(lang);
  }

  close() {
    this.hidden = true;
    this.owner.left();
  }

  async #loadTitles(lang) {
    this.titles[lang] = await this.desk.titlesIn(lang);
    if (this.isConnected && !this.hidden) this.#find(this.chosen);
  }

  /** A reply in a language, filled in. */
  #text({ texts }, lang) {
    const { desk, talk } = this;
    const topic = talk.packet?.topic ?? talk.item?.topic;
    return fill(texts[lang], { visitor: talk.item?.visitor?.name, agent: desk.me.name, topic: topic && this.titles[lang]?.[topic] });
  }

  /** The customer's language, or the first that the reply has. */
  #tongue({ texts }) {
    return texts[this.talk.lang] ? this.talk.lang : LANGUAGES.map(([lang]) => lang).find((lang) => texts[lang]);
  }

  #find(keep) {
    this.found = find(this.desk.replies.filter(isFor(this.talk)), this.search.value);
    this.list.replaceChildren(...this.found.map((reply, at) => {
      const lang = this.#tongue(reply);
      return h('li', { id: `canned-${at}`, role: 'option', onclick: () => this.#insert(reply, lang), onpointermove: () => this.#choose(at) },
        h('b', {}, reply.name), ' ', lang !== this.talk.lang && h('small', {}, t('cannedOnly', tongue(lang))), ' ', h('span', { lang }, gaps(this.#text(reply, lang))));
    }));
    this.none.textContent = this.found.length ? '' : t('cannedNone');
    this.list.hidden = !this.found.length;
    this.search.setAttribute('aria-expanded', String(!this.list.hidden));
    this.#choose(Math.max(0, this.found.findIndex(({ id }) => id === keep)));
  }

  #choose(at) {
    const reply = this.found[at];
    if (reply && this.chosen === reply.id && this.drawn === reply && this.list.children[at].ariaSelected === 'true') return;
    this.chosen = reply?.id;
    this.at = at;
    [...this.list.children].forEach((option, place) => option.setAttribute('aria-selected', String(place === at)));
    if (reply) this.search.setAttribute('aria-activedescendant', `canned-${at}`);
    else this.search.removeAttribute('aria-activedescendant');
    this.list.children[at]?.scrollIntoView({ block: 'nearest' });
    this.#drawBeside(reply);
  }

  /** Each language of the chosen one beside the others. */
  #drawBeside(reply) {
    this.drawn = reply;
    const langs = reply ? LANGUAGES.map(([lang]) => lang).filter((lang) => reply.texts[lang]) : [];
    this.beside.hidden = langs.length < 2;
    this.beside.replaceChildren(...langs.map((lang) => h('div', {},
      h('p', { lang }, gaps(this.#text(reply, lang))), button(t('cannedInsert', tongue(lang)), () => this.#insert(reply, lang)))));
  }

  #insert(reply, lang) {
    const text = this.#text(reply, lang);
    this.hidden = true;
    this.owner.insert(text);
  }

  #key(event) {
    const { key, target } = event;
    if (event.isComposing) return;
    if (key === 'Escape') {
      event.preventDefault();
      this.close();
      return;
    }
    if (target !== this.search) return;
    const { length } = this.found;
    const step = { ArrowDown: 1, ArrowUp: -1 }[key];
    if (step && length) this.#choose((this.at + step + length) % length);
    else if (key === 'Enter' && length) this.#insert(this.found[this.at], this.#tongue(this.found[this.at]));
    else if (key === '/' && !this.search.value) {
      // Somebody wants a slash and not a reply.
      this.hidden = true;
      this.owner.insert('/');
    } else if (key === 'Backspace' && !this.search.value) this.close();
    else if (key !== 'Enter') return;
    event.preventDefault();
  }
}

customElements.define('sk-canned', Picker);
