/** Where the agent writes: to the customer, or a note for colleagues. Drafts outlive a reload. */

import { Picker, openVariables } from './canned.js';
import { button, h, icon } from './dom.js';
import { toast } from './toast.js';
import { t } from './words.js';

const KEY = 'skicka-console:draft:';

export class Composer extends HTMLElement {
  /** @param {import('./desk.js').Desk} desk @param {import('./talk.js').Talk} talk */
  constructor(desk, talk) {
    super();
    this.desk = desk;
    this.talk = talk;
    this.mode = 'reply';
  }

  connectedCallback() {
    this.modes = new Map(['reply', 'note'].map((mode) => [mode, button(t(mode), () => this.focusField(mode), { glyph: mode === 'note' ? 'note' : 'person', look: 'mode' })]));
    this.label = h('label', { className: 'sr', htmlFor: 'field' });
    this.field = h('textarea', { id: 'field', rows: 2, autocomplete: 'off', oninput: () => this.#typed(), onkeydown: (event) => this.#key(event), 'aria-describedby': 'hint' });
    this.send = h('button', { className: 'main send', 'aria-keyshortcuts': 'Control+Enter' });
    this.picker = new Picker(this.desk, this.talk, { insert: (text) => this.#insert(text), left: () => this.field.focus() });
    this.canned = button(t('canned'), () => this.openCanned(), { glyph: 'canned', keys: '/' });
    this.hint = h('p', { className: 'hint', id: 'hint' });
    this.form = h('form', { className: 'composer', onsubmit: (event) => { event.preventDefault(); this.#submit(); } },
      h('div', { className: 'modes', role: 'group', 'aria-label': t('reply') }, [...this.modes.values()], this.canned, this.hint),
      this.label, h('div', { className: 'row' }, this.field, this.send));
    this.over = h('p', { className: 'over' }, t('over'));
    this.replaceChildren(this.picker, this.form, this.over);
    this.gone = new AbortController();
    this.desk.addEventListener('replies', () => this.render(), { signal: this.gone.signal });
    this.render();
  }

  disconnectedCallback() {
    this.gone.abort();
  }

  /** Follows who holds the conversation: only they may write to the customer. */
  render() {
    const { desk, talk } = this;
    const ended = talk.status === 'ended';
    const mine = desk.isMine(talk);
    const mode = mine ? this.mode : 'note';
    this.form.hidden = ended;
    this.over.hidden = !ended;
    const reply = this.modes.get('reply');
    if (reply.getAttribute('aria-disabled') !== String(!mine)) reply.firstChild.replaceWith(icon(mine ? 'person' : 'lock'));
    reply.setAttribute('aria-disabled', String(!mine));
    for (const [name, node] of this.modes) node.setAttribute('aria-pressed', String(name === mode));
    this.hint.textContent = mine ? t('sendHint') : talk.holder ? t('otherHolds', talk.holder.name) : t('claimFirst');
    this.canned.hidden = mode !== 'reply' || this.picker.isEmpty;
    if (this.canned.hidden) this.picker.hidden = true;
    if (mode === this.shown) return;
    this.shown = mode;
    this.form.classList.toggle('noting', mode === 'note');
    this.label.textContent = t(mode === 'note' ? 'noteField' : 'replyField');
    this.field.placeholder = this.label.textContent;
    // What colleagues alone see must not look as if it went to the customer. Where there is little room its first word stays.
    const [word, ...more] = t(mode === 'note' ? 'saveNote' : 'send').split(' ');
    this.send.replaceChildren(icon(mode === 'note' ? 'note' : 'send'), h('span', {}, word, more.length > 0 && h('span', { className: 'rest' }, ` ${more.join(' ')}`)));
    this.field.value = sessionStorage.getItem(this.#key_of(mode)) ?? '';
    this.#grow();
  }

  /** @param {'reply'|'note'} mode */
  focusField(mode) {
    if (mode === 'note' || this.desk.isMine(this.talk)) this.mode = mode;
    this.render();
    this.field.focus();
  }

  /** Shows the canned replies, where one may be sent. */
  openCanned() {
    if (!this.canned.hidden) this.picker.open();
  }

  /** Puts a text where the cursor is. What could not be filled in is selected, to be written over. */
  #insert(text) {
    const { field } = this;
    field.focus();
    field.setRangeText(text, field.selectionStart, field.selectionEnd, 'end');
    this.#typed();
    this.#selectOpen();
  }

  /** Selects the first variable that is not filled in. @returns {string|undefined} it */
  #selectOpen() {
    const [first] = openVariables(this.field.value);
    if (!first) return undefined;
    const at = this.field.value.indexOf(first);
    this.field.setSelectionRange(at, at + first.length);
    return first;
  }

  #key_of(mode) {
    return `${KEY}${mode}:${this.talk.id}`;
  }

  #grow() {
    this.field.style.height = 'auto';
    if (this.field.scrollHeight) this.field.style.height = `${this.field.scrollHeight + 3}px`;
  }

  #typed() {
    this.#grow();
    sessionStorage.setItem(this.#key_of(this.shown), this.field.value);
    if (this.field.value) this.desk.typing(this.talk.id, this.shown === 'note');
  }

  #key(event) {
    if (event.key === '/' && !event.isComposing && !this.canned.hidden && /(^|\s)$/.test(this.field.value.slice(0, this.field.selectionStart))) {
      event.preventDefault();
      this.openCanned();
      return;
    }
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
    event.preventDefault();
    this.#submit();
  }

  #submit() {
    const text = this.field.value.trim();
    if (!text) return;
    if (this.shown === 'reply' && openVariables(text).length) {
      toast(t('fillFirst', this.#selectOpen()));
      this.field.focus();
      return;
    }
    this.desk.act(this.shown === 'note' ? 'note' : 'message', this.talk.id, { text });
    this.field.value = '';
    sessionStorage.removeItem(this.#key_of(this.shown));
    this.#grow();
    this.field.focus();
  }
}

customElements.define('sk-composer', Composer);
