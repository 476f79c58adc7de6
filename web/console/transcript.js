/** Everything said and done in a conversation, the bot's part included. */

import { button, h, icon } from './dom.js';
import { isShown } from './outbox.js';
import { clock, day } from './time.js';
import { coded, has, t } from './words.js';

/** Bubbles of one writer stand together for this long. */
const TOGETHER_MS = 300_000;
const NEAR_PX = 80;

/** A link that may be followed, else nothing. */
function followable({ url, label }) {
  if (!/^(https:|mailto:|tel:)/i.test(url)) return null;
  return h('a', { href: url, target: '_blank', rel: 'noopener noreferrer' }, label || url, h('span', { className: 'sr' }, ` (${t('newTab')})`));
}

const percent = (share = 0) => Math.round(share * 100);

export class Transcript extends HTMLElement {
  /** @param {import('./desk.js').Desk} desk @param {import('./talk.js').Talk} talk */
  constructor(desk, talk) {
    super();
    this.desk = desk;
    this.talk = talk;
    this.drawn = 0;
    this.edition = talk.edition;
    this.pinned = true;
    /** @type {Map<number, HTMLElement|null>} */
    this.bySeq = new Map();
    /** @type {Map<string, HTMLElement>} */
    this.pending = new Map();
  }

  connectedCallback() {
    this.log = h('div', { className: 'log', role: 'log', tabIndex: 0, 'aria-label': t('messages'), 'aria-live': 'off', onscroll: () => this.#scrolled() });
    this.fresh = button('↓', () => { this.toEnd(); this.log.focus(); }, { look: 'fresh' });
    this.fresh.setAttribute('aria-label', t('messages'));
    this.fresh.hidden = true;
    this.typing = h('p', { className: 'typing', hidden: true });
    this.mark = h('span', { className: 'mark' });
    this.replaceChildren(this.log, this.fresh, this.typing);
    this.watch = new ResizeObserver(() => { this.area = this.#area; if (this.pinned) this.toEnd(); });
    this.watch.observe(this.log);
    this.render();
  }

  disconnectedCallback() {
    this.watch.disconnect();
  }

  get #area() {
    return this.log.clientWidth * this.log.clientHeight;
  }

  #scrolled() {
    // What another size scrolls is nobody's wish; whoever observes the size puts it right.
    if (this.area !== this.#area) return;
    const { scrollHeight, scrollTop, clientHeight } = this.log;
    this.pinned = scrollHeight - scrollTop - clientHeight < NEAR_PX;
    if (this.pinned) this.fresh.hidden = true;
  }

  toEnd() {
    this.pinned = true;
    this.log.scrollTop = this.log.scrollHeight;
    this.fresh.hidden = true;
  }

  /** Draws what is not drawn yet. */
  render() {
    const { events, edition } = this.talk;
    if (edition !== this.edition) this.#clear(edition);
    const news = events.length - this.drawn;
    // A log that is being filled must not be read aloud from the start.
    if (this.drawn && news < 5) this.log.setAttribute('aria-live', 'polite');
    for (; this.drawn < events.length; this.drawn += 1) {
      const event = events[this.drawn];
      const node = this.#draw(event);
      this.bySeq.set(event.seq, node);
      if (node) this.log.insertBefore(node, this.log.querySelector('.pending'));
    }
    this.#drawPending();
    this.#drawTyping();
    this.#drawMark();
    this.#seek();
    if (this.pinned) this.toEnd();
    else if (news > 0) this.fresh.hidden = false;
  }

  /** Shows what was looked for, once it is here. */
  #seek() {
    const { sought } = this.desk;
    const node = sought?.conversation === this.talk.id && this.bySeq.get(sought.seq);
    if (!node) return;
    this.desk.sought = null;
    this.pinned = false;
    node.classList.add('sought');
    node.scrollIntoView({ block: 'center' });
  }

  #clear(edition) {
    this.edition = edition;
    this.drawn = 0;
    this.before = this.day = this.status = null;
    this.bySeq.clear();
    this.pending.clear();
    this.log.replaceChildren();
    this.log.setAttribute('aria-live', 'off');
  }

  /** @param {number} seq */
  erase(seq) {
    const node = this.bySeq.get(seq);
    const line = this.#line(t('line.erased'));
    node?.replaceWith(line);
    this.bySeq.set(seq, line);
  }

  #draw(event) {
    const { kind } = event;
    if (kind === 'message' || kind === 'note') return this.#bubble(event);
    const text = this.#words(event);
    this.before = null;
    if (!text) return null;
    const line = this.#line(text, event);
    if (event.note) line.append(h('span', { className: 'aside' }, event.note));
    if (kind === 'rated' && event.comment) line.append(h('span', { className: 'aside' }, event.comment));
    return line;
  }

  #line(text, event) {
    return h('p', { className: 'line' }, text, event && h('time', { dateTime: event.at }, ` · ${clock(event.at)}`));
  }

  /** An event that nobody said, in words. */
  #words(event) {
    switch (event.kind) {
      case 'status': return this.#statusWords(event);
      case 'topic': return t(`line.topic.${event.state}`, this.desk.title(event.topic), event.outcome && t(`outcome.${event.outcome}`));
      case 'ended': return t('line.ended', t(`by.${event.by}`), t(`outcome.${event.outcome}`));
      case 'transferred': return t('line.transferred', event.from?.name ?? '', event.to?.team ? this.desk.team(event.to.team) : event.to?.agent?.name ?? '');
      case 'tagged': return event.tags.length ? t('line.tagged', event.from?.name ?? '', event.tags.join(', ')) : t('line.untagged', event.from?.name ?? '');
      case 'rating_request': return t('line.rating_request');
      case 'rated': return t('line.rated', event.score);
      case 'erased': return t('line.erased');
      default: return event.text ?? '';
    }
  }

  #statusWords({ status, agent, reason }) {
    const now = `${status} ${agent?.name ?? ''}`;
    // A choice of language repeats the status; that is nothing to show.
    if (now === this.status || (!this.status && status === 'bot')) return '';
    this.status = now;
    const words = t(`line.${status}`, agent?.name ?? '');
    return reason ? `${words} · ${coded('reason', reason)}` : words;
  }

  #bubble(event) {
    const role = event.kind === 'note' ? 'note' : event.from?.role ?? 'bot';
    const name = { visitor: this.talk.item?.visitor?.name || t('visitor'), bot: t('theBot') }[role] ?? event.from?.name ?? '';
    const at = new Date(event.at);
    const { before } = this;
    const same = before && before.role === role && before.name === name && at - before.at < TOGETHER_MS;
    if (day(at) !== (before ? day(before.at) : this.day ?? day(new Date()))) this.log.insertBefore(h('p', { className: 'line' }, day(at)), this.log.querySelector('.pending'));
    this.day = day(at);
    this.before = { role, name, at };
    const glyph = { visitor: 'person', bot: 'bot', note: 'note', agent: 'person' }[role];
    const node = h('article', { className: `msg ${role}${same ? ' same' : ''}` },
      h('p', { className: 'by' }, icon(glyph), h('b', {}, name), role === 'note' && h('span', {}, t('note')), h('time', { dateTime: event.at }, clock(at))),
      h('p', { className: 'bubble', dir: 'auto', lang: event.lang }, event.text));
    const links = (event.links ?? []).map(followable).filter(Boolean);
    if (links.length) node.append(h('p', { className: 'links' }, links));
    if (event.choices?.length) node.append(h('ul', { className: 'choices', 'aria-label': t('choices') }, event.choices.map(({ label }) => h('li', {}, label))));
    const read = event.read && this.#reading(event.read);
    if (read) node.append(read);
    return node;
  }

  /** What the bot took a message for; where it heard a topic, also by which words and before which other. */
  #reading({ as, intent, confidence, runner_up: next, runner_up_confidence: nextSure = 0, words = [] }) {
    if (as === 'passed_on' || as === 'answer' || !has(`read.${as}`)) return null;
    const said = t('understood', intent && as === 'topic' ? this.desk.title(intent) : t(`read.${as}`), as === 'topic' && percent(confidence));
    if (!words.length) return h('p', { className: 'read' }, said);
    const because = words.map(({ word, read_as: other }) => (other ? t('readAs', word, other) : `“${word}”`));
    return h('details', { className: 'read why' },
      h('summary', {}, said),
      h('p', {}, t('because', because.join(', '))),
      next && h('p', {}, t('nextBest', this.desk.title(next), percent(nextSure))));
  }

  /** What is still on its way stands last. */
  #drawPending() {
    const entries = this.desk.outbox.of(this.talk.id).filter(isShown);
    const ids = new Set(entries.map(({ frame }) => frame.id));
    const held = document.activeElement.closest('.pending button');
    const [holder] = [...this.pending].find(([, node]) => node.contains(held)) ?? [];
    const at = held && [...held.parentNode.children].indexOf(held);
    for (const [id, node] of this.pending) {
      if (ids.has(id)) continue;
      node.remove();
      this.pending.delete(id);
    }
    for (const entry of entries) {
      const { frame, made, failed, seq } = entry;
      const node = h('article', { className: `msg pending ${frame.type === 'note' ? 'note' : 'agent'}${failed ? ' failed' : ''}` },
        h('p', { className: 'by' }, h('b', {}, this.desk.me.name), h('time', {}, clock(new Date(made)))),
        h('p', { className: 'bubble', dir: 'auto' }, frame.text),
        h('p', { className: 'mark' }, t(failed ? 'failed' : seq ? 'sent' : 'sending')),
        failed && h('p', { className: 'acts' }, button(t('retry'), () => this.desk.outbox.retry(entry), { look: 'quiet' }), button(t('remove'), () => this.desk.outbox.done(frame.id), { look: 'quiet' })));
      const old = this.pending.get(frame.id);
      if (old) old.replaceWith(node);
      else {
        this.log.append(node);
        this.pinned = true;
      }
      this.pending.set(frame.id, node);
    }
    // The button that had the focus was made anew, or has done its work.
    if (holder) (this.pending.get(holder)?.querySelectorAll('.acts button')[at] ?? this.log).focus();
  }

  #drawTyping() {
    const { typing } = this.talk;
    const text = typing ? t('typing', typing.role === 'visitor' ? this.talk.item?.visitor?.name || t('visitor') : typing.name ?? t('theBot')) : '';
    if (this.typing.textContent !== text) this.typing.textContent = text;
    this.typing.hidden = !typing;
  }

  /** Under one's newest message: sent, or read by the customer. */
  #drawMark() {
    const own = this.talk.events.findLast(({ kind, from }) => kind === 'message' && from?.role === 'agent');
    const node = own && this.bySeq.get(own.seq);
    if (!node) return;
    const text = t(this.talk.visitorRead >= own.seq ? 'seen' : 'sent');
    if (this.mark.textContent !== text) this.mark.textContent = text;
    if (this.mark.parentNode !== node) node.append(this.mark);
  }
}

customElements.define('sk-transcript', Transcript);
