/** The frame around everything: one's own state on top, the inbox and the open conversation below. */

import { isOn, listen, turn } from './alerts.js';
import { Conversation } from './conversation.js';
import { ContentNotice, seesContent, showContent } from './content.js';
import { isWaiting } from './desk.js';
import { takeOver } from './dialogs.js';
import { announce, button, h, icon } from './dom.js';
import { Floor, seesFloor } from './floor.js';
import { Inbox } from './inbox.js';
import { Insights, seesInsights } from './insights.js';
import { Keys } from './keys.js';
import { MissedPage, seesMissed } from './missed.js';
import { Offers } from './offers.js';
import { Settings, maySet } from './settings.js';
import { toast } from './toast.js';
import { LANGUAGES, lang, t } from './words.js';

/** Most breaks mend themselves before anybody needs to know. */
const PATIENCE_MS = 1200;
/** What takes the place of the open conversation, by its address; no conversation has such an id. */
const PLACES = {
  '#floor': { may: seesFloor, make: Floor, glyph: 'floor' },
  '#settings': { may: maySet, make: Settings, glyph: 'settings' },
  '#insights': { may: seesInsights, make: Insights, glyph: 'figures' },
  '#missed': { may: seesMissed, make: MissedPage, glyph: 'unclear' },
};

export class Shell extends HTMLElement {
  /** @param {import('./desk.js').Desk} desk @param {{signOut: () => void, language: (tag: string) => void}} owner */
  constructor(desk, owner) {
    super();
    this.desk = desk;
    this.owner = owner;
  }

  connectedCallback() {
    const { desk } = this;
    this.gone = new AbortController();
    const { signal } = this.gone;
    this.inbox = new Inbox(desk);
    this.offers = new Offers(desk, { left: () => (this.conversation?.heading ?? this.pane).focus() });
    this.pane = h('div', { id: 'pane', tabIndex: -1 });
    this.keys = new Keys(desk, this);
    this.append(h('a', { className: 'skip', href: '#pane', onclick: (event) => { event.preventDefault(); this.pane.focus(); } }, t('skip')),
      h('header', {}, this.#buildBar(), this.#buildLost(), seesContent(desk.me) && new ContentNotice(), this.offers), h('main', { className: 'panes' }, this.inbox, this.pane));
    for (const name of ['current', 'inbox', 'presence', 'link']) desk.addEventListener(name, () => this[`on_${name}`](), { signal });
    desk.addEventListener('delayed', ({ detail }) => toast(detail.code === 'rate_limited' ? t('error.rate_limited', detail.seconds) : t(`error.${detail.code}`)), { signal });
    desk.addEventListener('refused', ({ detail }) => this.#refused(detail), { signal });
    window.addEventListener('hashchange', () => this.#fromAddress(), { signal });
    window.addEventListener('online', () => desk.link.wake(), { signal });
    document.addEventListener('visibilitychange', () => { desk.link.wake(); desk.markRead(); }, { signal });
    this.keys.listen(signal);
    listen(desk, signal);
    desk.addEventListener('taken', ({ detail }) => toast(t('takenBy', detail.agent.name)), { signal });
    desk.addEventListener('acked', ({ detail }) => detail.frame.type === 'claim' && this.inbox.followClaim(), { signal });
    this.#fromAddress(true);
    this.on_inbox();
    this.on_presence();
    if (desk.lost) this.on_link();
  }

  disconnectedCallback() {
    this.gone.abort();
    clearTimeout(this.patience);
  }

  #buildBar() {
    const { me } = this.desk;
    this.state = h('select', { id: 'presence', onchange: () => this.desk.setPresence(this.state.value) },
      ['online', 'away', 'offline'].map((state) => h('option', { value: state }, t(state))));
    this.dot = h('span', { className: 'dot', 'aria-hidden': 'true' });
    const language = h('select', { id: 'tongue', onchange: () => this.owner.language(language.value) },
      LANGUAGES.map(([tag, name]) => h('option', { value: tag, lang: tag, selected: tag === lang() }, name)));
    this.menu = h('summary', {}, icon('person'), h('span', { className: 'who' }, me.name), icon('down'));
    // What is chosen is hidden with the menu: whatever follows gives the focus back to its button.
    const chosen = (act) => () => {
      menu.open = false;
      this.menu.focus();
      act();
    };
    const menu = h('details', { className: 'menu', onkeydown: (event) => this.#foldMenu(event, menu) },
      this.menu,
      h('div', { className: 'sheet' },
        h('div', { className: 'field' }, h('label', { htmlFor: 'tongue' }, t('language')), language),
        ['sound', 'notice'].map((kind) => this.#alert(kind)),
        button(t('shortcuts'), chosen(() => this.keys.sheet()), { glyph: 'keys' }),
        seesContent(me) && button(t('content'), chosen(showContent), { glyph: 'bot' }),
        Object.entries(PLACES).filter(([, { may }]) => may(me)).map(([address, { glyph }]) => button(t(address.slice(1)), chosen(() => this.show(address)), { glyph })),
        this.owner.addFactor && button(t('factorMenu'), () => { menu.open = false; this.owner.addFactor(); }, { glyph: 'lock' }),
        button(t('signOut'), this.owner.signOut, { glyph: 'out' })));
    document.addEventListener('click', ({ target }) => { if (!menu.contains(target)) menu.open = false; }, { signal: this.gone.signal });
    return h('div', { className: 'bar' },
      h('h1', { className: 'brand' }, icon('send'), h('span', {}, 'Skicka')),
      h('div', { className: 'state' }, this.dot, h('label', { className: 'sr', htmlFor: 'presence' }, t('presence')), this.state), menu);
  }

  #alert(kind) {
    const box = h('input', { type: 'checkbox', checked: isOn(kind), onchange: async () => { box.checked = await turn(kind, box.checked); } });
    return h('label', { className: 'option' }, box, h('span', {}, t(kind)));
  }

  #foldMenu(event, menu) {
    if (event.key !== 'Escape' || !menu.open) return;
    event.stopPropagation();
    menu.open = false;
    this.menu.focus();
  }

  /** To the menu, and into it. */
  openMenu() {
    this.menu.parentNode.open = true;
    this.menu.focus();
  }

  #buildLost() {
    this.lostText = h('span', {});
    this.lost = h('div', { className: 'lost', hidden: true }, this.lostText,
      button(t('now'), () => { this.desk.link.stop(); this.desk.link.start(); }, { look: 'quiet' }));
    return this.lost;
  }

  on_link() {
    clearTimeout(this.patience);
    const { desk } = this;
    if (!desk.lost) {
      if (!this.lost.hidden) announce(t('found'));
      const held = this.lost.contains(document.activeElement);
      this.lost.hidden = true;
      if (held) (this.conversation?.heading ?? this.pane).focus();
      return;
    }
    this.patience = setTimeout(() => {
      this.lostText.textContent = desk.stopped ? t('stopped') : desk.ready ? t('lost') : t('connecting');
      if (this.lost.hidden) announce(this.lostText.textContent);
      this.lost.hidden = false;
    }, PATIENCE_MS);
  }

  on_presence() {
    this.state.value = this.desk.presence;
    this.dot.className = `dot ${this.desk.presence}`;
  }

  on_inbox() {
    const waiting = [...this.desk.inbox.values()].filter(isWaiting).length;
    document.title = `${waiting ? `(${waiting}) ` : ''}Skicka – ${t('console')}`;
  }

  /** @param {boolean} [first] somebody who only loaded the page keeps their focus */
  on_current(first) {
    const { current } = this.desk;
    if (this.form?.isConnected && this.form.isEditing) toast(t('formKept'));
    this.classList.toggle('talking', !!current);
    this.#addressIs(current ? `#${current.id}` : '#');
    if (current) {
      this.conversation = new Conversation(this.desk, current, this);
      this.pane.replaceChildren(this.conversation);
      // On a narrow screen the list is gone, and with it the focus.
      if (!first && (document.activeElement === document.body || !this.inbox.getClientRects().length)) this.conversation.heading.focus();
    } else {
      this.conversation = null;
      this.pane.replaceChildren(h('div', { className: 'empty' }, h('p', {}, h('b', {}, t('pick'))), h('p', {}, t('pickMore'))));
    }
  }

  /** The address names the open conversation, so a reload and the way back keep it. */
  #fromAddress(first) {
    if (Object.hasOwn(PLACES, location.hash) && PLACES[location.hash].may(this.desk.me)) this.show(location.hash);
    else this.#open(location.hash.slice(1) || null, first);
  }

  #addressIs(address) {
    if ((location.hash || '#') !== address) history.pushState(null, '', address);
  }

  /** Opens a conversation or none; what is neither goes. */
  #open(id, first) {
    const isSame = id === (this.desk.current?.id ?? null);
    this.desk.open(id);
    if (isSame) this.on_current(first);
  }

  /** Something else takes the place of the open conversation. @param {keyof typeof PLACES} address */
  show(address) {
    const { may, make: Place } = PLACES[address];
    if (!may(this.desk.me)) return;
    this.desk.open(null);
    this.classList.add('talking');
    this.#addressIs(address);
    // A form that somebody was called away from is there still.
    const place = this.form instanceof Place && this.form.isEditing ? this.form : new Place(this.desk, this);
    this.form = place;
    this.pane.replaceChildren(place);
    place.heading.focus();
  }

  /** Opens a conversation to write a note in it. @param {string} id */
  whisper(id) {
    this.desk.open(id);
    this.conversation.composer.focusField('note');
  }

  /** Opens a conversation to take it from whoever holds it. @param {string} id */
  takeOver(id) {
    this.desk.open(id);
    takeOver(this.desk, id, this.desk.inbox.get(id)?.agent?.name ?? '');
  }

  /** To the search; on a screen that shows one thing at a time, away from what is open. */
  search() {
    if (!this.inbox.getClientRects().length) this.leave();
    this.inbox.search();
  }

  /** Whether something stands beside the inbox. */
  get isOpen() {
    return this.classList.contains('talking');
  }

  /** Back to the inbox, on a screen that shows one thing at a time. */
  leave() {
    const id = this.desk.current?.id;
    this.#open(null);
    this.inbox.focusItem(id);
  }

  #refused({ frame, error }) {
    const { code } = error;
    const known = ['taken', 'wrong_status', 'forbidden', 'not_found', 'too_long', 'ended', 'bad_field'].includes(code);
    const text = code === 'taken' ? t('error.taken', error.agent?.name) : t(known ? `error.${code}` : 'error.other');
    toast(text);
    if (frame.type === 'open') this.leave();
  }
}

customElements.define('sk-shell', Shell);
