/** The open conversation: who it is, what can be done with it, its packet, its words. */

import { Composer } from './composer.js';
import { handBack, resolve, takeOver, transfer } from './dialogs.js';
import { button, h, icon } from './dom.js';
import { Packet } from './packet.js';
import { askTags, chips } from './tags.js';
import { UNDO_MS } from './talk.js';
import { toast } from './toast.js';
import { Transcript } from './transcript.js';
import { t, tongue } from './words.js';

const GLYPHS = { queued: 'waiting', offline: 'offline', bot: 'bot', agent: 'person', ended: 'done' };

export class Conversation extends HTMLElement {
  /** @param {import('./desk.js').Desk} desk @param {import('./talk.js').Talk} talk @param {{leave: () => void}} owner */
  constructor(desk, talk, owner) {
    super();
    this.desk = desk;
    this.talk = talk;
    this.owner = owner;
  }

  connectedCallback() {
    const { desk, talk } = this;
    this.gone = new AbortController();
    const { signal } = this.gone;
    this.heading = h('h2', { id: 'talk', tabIndex: -1 });
    this.status = h('p', { className: 'status' });
    this.tags = h('p', { className: 'tags' });
    this.company = h('p', { className: 'company', role: 'status' });
    this.acts = h('div', { className: 'acts', role: 'group', 'aria-labelledby': 'talk' });
    this.packet = new Packet(desk, talk);
    this.transcript = new Transcript(desk, talk);
    this.composer = new Composer(desk, talk);
    this.#buildActs();
    this.replaceChildren(
      h('div', { className: 'head' }, button(t('back'), () => this.owner.leave(), { glyph: 'back', bare: true, look: 'back' }), h('div', { className: 'title' }, this.heading, this.status, this.tags, this.company), this.acts),
      this.packet, this.transcript, this.composer);
    desk.addEventListener('talk', ({ detail }) => detail.conversation === talk.id && this.#changed(detail), { signal });
    desk.addEventListener('acked', ({ detail }) => detail.frame.conversation === talk.id && this.#acked(detail.frame), { signal });
    desk.addEventListener('agents', () => this.#drawCompany(), { signal });
    this.#render();
  }

  disconnectedCallback() {
    this.gone.abort();
    clearTimeout(this.closing);
  }

  #buildActs() {
    const { desk, talk } = this;
    this.buttons = {
      claim: button(t('claim'), () => this.claim(), { look: 'main', keys: 'Alt+C' }),
      takeFrom: button(t('takeFrom'), () => this.claim(), { glyph: 'person', keys: 'Alt+C' }),
      transfer: button(t('transfer'), () => this.transfer(), { glyph: 'pass', keys: 'Alt+T' }),
      handBack: button(t('handBack'), () => this.handBack(), { glyph: 'bot', keys: 'Alt+B' }),
      resolve: button(t('resolve'), () => this.resolve(), { glyph: 'done', keys: 'Alt+E' }),
      tag: button(t('tags'), () => this.tag(), { glyph: 'tag', keys: 'Alt+G' }),
      reopen: button(t('reopen'), () => this.reopen(), { look: 'main', keys: 'Alt+U' }),
    };
    this.acts.append(...Object.values(this.buttons));
  }

  #changed({ event, erased }) {
    if (erased) this.transcript.erase(event.seq);
    this.#render();
  }

  #render() {
    const { desk, talk, buttons } = this;
    const { status, holder } = talk;
    const mine = desk.isMine(talk);
    const held = document.activeElement;
    this.heading.textContent = talk.item?.visitor?.name || t('visitor');
    const words = status === 'agent' ? (mine ? t('held') : t('heldBy', holder?.name ?? '')) : t(`status.${status}`);
    const line = talk.lang ? `${words} · ${tongue(talk.lang)}` : words;
    if (this.status.textContent !== line) {
      this.status.className = `status ${status}`;
      this.status.replaceChildren(icon(GLYPHS[status] ?? 'person'), h('span', {}, line));
    }
    buttons.claim.hidden = !['queued', 'offline', 'bot'].includes(status);
    buttons.claim.firstChild.textContent = t(status === 'bot' ? 'takeOver' : 'claim');
    buttons.takeFrom.hidden = !(desk.supervises && status === 'agent' && !mine);
    for (const name of ['transfer', 'handBack', 'resolve']) buttons[name].hidden = !mine;
    buttons.reopen.hidden = !talk.canReopen;
    for (const [name, type] of Object.entries({ claim: 'claim', takeFrom: 'claim', tag: 'tag', transfer: 'transfer', handBack: 'hand_back', resolve: 'resolve', reopen: 'reopen' })) {
      buttons[name].setAttribute('aria-disabled', String(desk.asks(talk.id, type)));
    }
    const tags = talk.tags.join();
    if (tags !== this.tagged) {
      this.tagged = tags;
      this.tags.replaceChildren(...chips(talk.tags));
      this.tags.hidden = !tags;
    }
    this.#drawCompany();
    this.packet.render();
    this.transcript.render();
    this.composer.render();
    // What had the focus may be gone now.
    if (held && this.contains(held) && !held.getClientRects().length) this.heading.focus();
  }

  /** Who else has it open. */
  #drawCompany() {
    const { desk, talk } = this;
    const names = desk.agents.filter(({ id, looking }) => id !== desk.me.id && looking?.includes(talk.id)).map(({ name }) => name);
    const text = names.length ? t('company', names.join(', ')) : '';
    if (this.company.textContent !== text) this.company.replaceChildren(...(text ? [icon('eye'), h('span', {}, text)] : []));
  }

  #acked({ type }) {
    if (type === 'claim') this.composer.focusField('reply');
    if (type !== 'resolve') return;
    const { desk, talk } = this;
    toast(t('resolved'), { until: Date.now() + UNDO_MS, label: (seconds) => t('undo', seconds), act: () => desk.act('reopen', talk.id) });
    this.closing = setTimeout(() => this.#render(), UNDO_MS + 100);
  }

  // Each asks first whether it is possible now: the keys come here too.

  claim() {
    if (this.#can('takeFrom')) takeOver(this.desk, this.talk.id, this.talk.holder?.name ?? '');
    else if (this.#can('claim')) this.desk.act('claim', this.talk.id);
  }

  tag() {
    if (this.#can('tag')) askTags(this.desk, this.talk);
  }

  transfer() {
    if (this.#can('transfer')) transfer(this.desk, this.talk);
  }

  handBack() {
    if (this.#can('handBack')) handBack(this.desk, this.talk);
  }

  resolve() {
    if (this.#can('resolve')) resolve(this.desk, this.talk);
  }

  reopen() {
    if (this.#can('reopen')) this.desk.act('reopen', this.talk.id);
  }

  #can(name) {
    const node = this.buttons[name];
    return !node.hidden && node.getAttribute('aria-disabled') !== 'true';
  }
}

customElements.define('sk-conversation', Conversation);
