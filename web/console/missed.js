/**
 * What the bot did not understand, for those who look after its content: gathered by likeness, to be
 * added to intents, looked at beforehand, and taken away as a patch.
 */

import { missed, missedPatch, missedPreview } from './api.js';
import { table } from './charts.js';
import { announce, button, h } from './dom.js';
import { select } from './form.js';
import { seesInsights as seesMissed } from './insights.js';
import { dayBefore, moment } from './time.js';
import { toast } from './toast.js';
import { lang, t, tongue } from './words.js';

export { seesMissed };

const SPANS = [7, 30, 90];
/** What was put aside to be added, kept on reload. */
const KEPT = 'skicka-console:additions';
/** Texts of a group that are shown at once. */
const FIRST = 5;

const percent = (share) => (share === null ? '–' : new Intl.NumberFormat(lang(), { style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(share));

export class MissedPage extends HTMLElement {
  /** @param {import('./desk.js').Desk} desk @param {{leave: () => void}} owner */
  constructor(desk, owner) {
    super();
    this.desk = desk;
    this.owner = owner;
    /** @type {{intent: string, lang: string, text: string}[]} */
    this.additions = JSON.parse(sessionStorage.getItem(KEPT) ?? '[]');
  }

  connectedCallback() {
    this.heading = h('h2', { id: 'missed', tabIndex: -1 }, t('missed'));
    this.span = select(SPANS.map((days) => [String(days), t('lastDays', days)]), '30');
    this.span.id = 'missed-span';
    this.span.addEventListener('change', () => this.#load());
    this.basket = h('section', { className: 'basket', 'aria-labelledby': 'basket' });
    this.place = h('div', { className: 'groups' });
    this.replaceChildren(h('section', { className: 'settings', 'aria-labelledby': 'missed' },
      h('div', { className: 'head' }, button(t('back'), () => this.owner.leave(), { glyph: 'back', bare: true }), h('div', { className: 'title' }, this.heading),
        h('div', { className: 'period' }, h('label', { className: 'sr', htmlFor: 'missed-span' }, t('period')), this.span)),
      h('div', { className: 'place' }, h('p', {}, t('missedWhy')), this.basket, this.place)));
    this.#showBasket();
    this.#load();
  }

  get #query() {
    return new URLSearchParams({ since: dayBefore(Number(this.span.value) - 1), lang: lang() });
  }

  async #load() {
    const { value } = this.span;
    this.place.setAttribute('aria-busy', 'true');
    if (!this.place.firstChild) this.place.append(h('p', { className: 'none', role: 'status' }, t('counting')));
    let parts;
    try {
      const found = await missed(this.#query);
      this.intents = new Map(found.intents.map(({ id, title }) => [id, title]));
      parts = found.groups.length ? [h('p', {}, t('missedCount', found.messages, found.of)), ...found.groups.map((group, at) => this.#group(group, at))] : [h('p', { className: 'none' }, t('missedNone'))];
    } catch {
      parts = [h('p', { className: 'notice', role: 'alert' }, t('noServer')), button(t('now'), () => this.#load())];
    }
    if (value !== this.span.value) return;
    this.place.replaceChildren(...parts);
    this.place.removeAttribute('aria-busy');
    this.#showBasket();
    announce(t('counted'));
  }

  #group(group, at) {
    const id = `group-${at}`;
    const line = ({ text, count, why, conversation, at: when }) => h('li', {}, h('q', { lang: group.lang }, text),
      h('span', { className: 'meta' }, count > 1 && h('span', {}, t('missedTimes', count)), why !== 'rejected' && h('span', { className: 'flag' }, t(`missed.${why}`)),
        h('a', { href: `#${conversation}` }, t('missedWhere', moment(when)))));
    const lines = group.texts.map(line);
    const rest = lines.splice(FIRST);
    const intent = select([['', t('chooseTopic')], ...[...this.intents].map(([key, title]) => [key, `${title} (${key})`])], group.meant ?? '');
    const text = h('input', { type: 'text', lang: group.lang, autocomplete: 'off', value: group.texts[0].text });
    intent.id = `${id}-intent`;
    text.id = `${id}-text`;
    const fault = h('p', { className: 'notice', role: 'alert', hidden: true });
    const add = () => {
      const wrong = !intent.value ? 'missedNoTopic' : !text.value.trim() ? 'missedNoText' : '';
      fault.hidden = !wrong;
      if (wrong) {
        fault.textContent = t(wrong);
        (intent.value ? text : intent).focus();
        return;
      }
      this.#add({ intent: intent.value, lang: group.lang, text: text.value.trim() });
    };
    const hint = group.meant ? t('missedMeant', this.intents.get(group.meant) ?? group.meant) : group.nearest && t('missedNearest', this.intents.get(group.nearest) ?? group.nearest);
    return h('article', { className: 'missed-group', 'aria-labelledby': id },
      h('h3', { id }, t('missedGroup', group.count, tongue(group.lang))), h('ul', { className: 'said' }, lines),
      rest.length > 0 && h('details', {}, h('summary', {}, t('missedMore', rest.length)), h('ul', { className: 'said' }, rest)),
      hint && h('p', { className: 'meaning' }, hint),
      h('form', { className: 'adding', noValidate: true, onsubmit: (event) => { event.preventDefault(); add(); } },
        h('div', { className: 'field' }, h('label', { htmlFor: text.id }, t('missedExample')), text),
        h('div', { className: 'field' }, h('label', { htmlFor: intent.id }, t('missedTo')), intent),
        h('button', {}, t('missedAdd')), fault));
  }

  #add(addition) {
    const isSame = (other) => ['intent', 'lang', 'text'].every((key) => other[key] === addition[key]);
    if (!this.additions.some(isSame)) this.additions.push(addition);
    this.#keep();
    toast(t('missedAdded'));
  }

  #keep() {
    sessionStorage.setItem(KEPT, JSON.stringify(this.additions));
    this.#showBasket();
  }

  #showBasket() {
    const { additions } = this;
    this.basket.hidden = additions.length === 0;
    this.result = h('div', { className: 'result' });
    const lines = additions.map((addition, at) => h('li', {}, h('q', { lang: addition.lang }, addition.text), h('span', {}, ` → ${this.intents?.get(addition.intent) ?? addition.intent}, ${tongue(addition.lang)} `),
      button(t('missedTakeBack', addition.text), () => { additions.splice(at, 1); this.#keep(); this.heading.focus(); }, { glyph: 'close', bare: true })));
    this.basket.replaceChildren(h('h3', { id: 'basket' }, t('missedBasket', additions.length)), h('ul', { className: 'said' }, lines),
      h('div', { className: 'acts' }, button(t('missedPreview'), (event) => this.#preview(event.currentTarget), { look: 'main' }), button(t('missedPatch'), () => this.#patch()),
        button(t('missedForget'), () => { additions.length = 0; this.#keep(); this.heading.focus(); })), this.result);
  }

  /** What is wrong with what was put aside, in the server's words where it has any. */
  #told(error) {
    return h('p', { className: 'notice', role: 'alert' }, error.body?.message ?? t('noServer'));
  }

  async #patch() {
    try {
      const text = await missedPatch(this.additions);
      const link = h('a', { href: URL.createObjectURL(new Blob([text], { type: 'text/x-diff' })), download: 'intents.patch' });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
      this.result.replaceChildren(h('p', {}, t('missedPatchHow')), h('pre', { className: 'patch', tabIndex: 0, role: 'group', 'aria-label': t('missedPatch') }, text));
    } catch (error) {
      this.result.replaceChildren(this.#told(error));
    }
  }

  async #preview(pressed) {
    const { result } = this;
    pressed.setAttribute('aria-disabled', 'true');
    result.replaceChildren(h('p', { role: 'status' }, t('missedTrying')));
    try {
      const seen = await missedPreview(this.#query, this.additions);
      result.replaceChildren(...this.#seen(seen));
      announce(t('counted'));
    } catch (error) {
      result.replaceChildren(this.#told(error));
    }
    pressed.removeAttribute('aria-disabled');
  }

  #seen({ additions, languages, replay }) {
    const taken = ({ intent, decision }) => `${t(`decision.${decision}`)}${decision !== 'reject' && intent ? `: ${this.intents.get(intent) ?? intent}` : ''}`;
    const lost = languages.flatMap((measured) => measured.lost);
    return [
      table(t('missedRead'), [t('text'), t('before'), t('after')], additions.map((row) => [row.text, taken(row.before), taken(row.after)]), 3),
      h('h4', {}, t('missedEval')),
      table(t('missedEval'), [t('language'), t('before'), t('after')], languages.map((row) => [tongue(row.lang), percent(row.before.accuracy), percent(row.after.accuracy)])),
      lost.length > 0 && h('p', {}, t('missedLost', lost.length)),
      lost.length > 0 && h('ul', { className: 'said' }, lost.slice(0, 10).map((row) => h('li', {}, h('q', {}, row.text), ` ${this.intents.get(row.intent) ?? row.intent} → ${row.taken_for ? this.intents.get(row.taken_for) ?? row.taken_for : '–'}`))),
      h('h4', {}, t('missedReplay')),
      h('p', {}, t('missedReplayed', replay.conversations, replay.changed, replay.no_longer_resolved)),
      replay.ways.length > 0 && table(t('missedReplay'), [t('where'), t('before'), t('after'), t('fig.conversations')], replay.ways.map(({ difference, count }) => [difference.at, difference.before, difference.after, count]), 3),
    ].filter(Boolean);
  }
}

customElements.define('sk-missed', MissedPage);
