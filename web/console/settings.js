/** What administrators set in the console: canned replies, teams and accounts. */

import { Refused, accounts, putCanned, removeCanned, removeTeam, teams } from './api.js';
import { gaps } from './canned.js';
import { ask } from './dialogs.js';
import { button, h } from './dom.js';
import { field, select, settingForm } from './form.js';
import { accountForm, accountMeta } from './staff.js';
import { teamForm, teamTitle } from './team.js';
import { toast } from './toast.js';
import { LANGUAGES, lang, t, tongue, tongues } from './words.js';

/** Whether this account may change settings. @param {import('./api.js').Agent} me */
export const maySet = (me) => me.role === 'admin';

const PARTS = ['canned', 'teams', 'agents'];
const LAST = 'skicka-console:setting';

const freshId = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (n) => (n % 36).toString(36)).join('');

export class Settings extends HTMLElement {
  /** @param {import('./desk.js').Desk} desk @param {{leave: () => void}} owner */
  constructor(desk, owner) {
    super();
    this.desk = desk;
    this.owner = owner;
    /** @type {import('./team.js').Team[]} */
    this.teams = [];
    /** @type {import('./staff.js').Account[]} */
    this.accounts = [];
  }

  connectedCallback() {
    // Whoever was called away from a form finds it as they left it.
    if (this.isEditing) return;
    this.heading = h('h2', { id: 'settings', tabIndex: -1 }, t('settings'));
    this.tabs = new Map(PARTS.map((part) => [part, button(t(part), () => this.#show(part))]));
    this.place = h('div', { className: 'place' });
    this.replaceChildren(h('section', { className: 'settings', 'aria-labelledby': 'settings' },
      h('div', { className: 'head' }, button(t('back'), () => this.owner.leave(), { glyph: 'back', bare: true }), h('div', { className: 'title' }, this.heading),
        h('div', { className: 'modes', role: 'group', 'aria-labelledby': 'settings' }, [...this.tabs.values()])),
      this.place));
    // Escape leaves what is open, but must not throw away what was written.
    this.onkeydown = (event) => { if (event.key === 'Escape' && this.isEditing) event.preventDefault(); };
    const last = sessionStorage.getItem(LAST);
    this.#show(PARTS.includes(last) ? last : PARTS[0]);
  }

  /** Whether a form is open. */
  get isEditing() {
    return !!this.querySelector('form');
  }

  /** Shows a part's list. @param {string} part @param {string} [id] the line that gets the focus */
  async #show(part, id) {
    this.chosen = part;
    sessionStorage.setItem(LAST, part);
    for (const [name, tab] of this.tabs) tab.setAttribute('aria-pressed', String(name === part));
    try {
      [this.teams, this.accounts] = await Promise.all([teams(), part === 'agents' ? accounts() : this.accounts, this.desk.loadReplies()]);
    } catch {
      this.place.replaceChildren(h('p', { className: 'notice', role: 'alert' }, t('noServer')), button(t('now'), () => this.#show(part, '')));
      return;
    }
    // Another part may have been chosen meanwhile.
    if (this.chosen === part) this.#list({ canned: () => this.#cannedLines(), teams: () => this.#teamLines(), agents: () => this.#accountLines() }[part](), part, id);
  }

  #list(lines, part, id) {
    const add = button(t(`${part}New`), () => this.#edit(part), { look: 'main' });
    const items = lines.map(({ key, name, text, meta, edit }) => h('li', {}, h('button', { type: 'button', className: 'item', 'data-key': key, onclick: edit },
      h('b', {}, name), text && h('span', { className: 'preview' }, text), h('span', { className: 'meta' }, meta.filter(Boolean).map((word) => h('span', {}, word))))));
    this.place.replaceChildren(h('p', {}, t(`${part}Why`)), h('div', { className: 'acts' }, add),
      items.length ? h('ul', { className: 'list' }, items) : h('p', { className: 'none' }, t('nothingYet')));
    if (id !== undefined) (this.place.querySelector(`[data-key="${CSS.escape(id)}"]`) ?? add).focus();
  }

  #cannedLines() {
    return this.desk.replies.map((reply) => ({
      key: reply.id, name: reply.name, text: gaps(reply.texts[lang()] ?? Object.values(reply.texts)[0]), edit: () => this.#edit('canned', reply),
      meta: [tongues(Object.keys(reply.texts)), reply.team ? this.#teamName(reply.team) : t('everyTeam')],
    }));
  }

  #teamLines() {
    return this.teams.map((team) => ({
      key: team.id, name: teamTitle(team), text: '', edit: () => this.#edit('teams', team),
      meta: [team.id, t(`routing.${team.routing}`), team.open ? t('openNow') : t('closedNow'), tongues(team.languages)],
    }));
  }

  #accountLines() {
    return this.accounts.map((account) => ({
      key: account.id, name: account.name, text: '', edit: () => this.#edit('agents', account), meta: accountMeta(account, (id) => this.#teamName(id)),
    }));
  }

  /** Teams that are set up, and those that an account or content names. @param {(string|null|undefined)[]} more @returns {[string, string][]} */
  #knownTeams(...more) {
    const known = new Set([...this.teams.map((team) => team.id), ...this.desk.me.teams, ...this.accounts.flatMap((account) => account.teams), ...more].filter(Boolean));
    return [...known].sort().map((id) => [id, this.#teamName(id)]);
  }

  #teamName(id) {
    return teamTitle(this.teams.find((other) => other.id === id) ?? { id });
  }

  #edit(part, old) {
    const more = {
      done: (id) => { toast(t('saved')); this.#show(part, id); this.desk.loadTitles(); },
      cancel: () => this.#show(part, old?.id ?? ''),
      remove: old && (() => this.#remove(part, old)),
    };
    const form = {
      canned: () => this.#cannedForm(old, more), teams: () => teamForm(this.desk, this.teams, old, more),
      agents: () => accountForm(this.desk, this.#knownTeams(), old, more),
    }[part]();
    this.place.replaceChildren(form);
    form.querySelector('h3').focus();
  }

  #remove(part, old) {
    const name = part === 'canned' ? old.name : teamTitle(old);
    ask({
      title: t('removeAsk', name), send: t('remove'), parts: [part === 'teams' && h('p', {}, t('removeTeamWhy'))],
      done: async () => {
        try {
          await (part === 'canned' ? removeCanned : removeTeam)(old.id);
        } catch (error) {
          // Somebody else was faster: it is gone all the same.
          if (!(error instanceof Refused) || error.status !== 404) {
            toast(t('noServer'));
            return;
          }
        }
        toast(t('removed'));
        this.#show(part, '');
      },
    });
  }

  #cannedForm(old, { done, cancel, remove }) {
    const id = old?.id ?? freshId();
    const name = h('input', { type: 'text', autocomplete: 'off', value: old?.name ?? '' });
    // A team need not be set up to have replies: content or an account may have named it.
    const team = select([['', t('everyTeam')], ...this.#knownTeams(old?.team)], old?.team ?? '');
    const texts = LANGUAGES.map(([lang]) => [lang, h('textarea', { rows: 4, lang, value: old?.texts[lang] ?? '' })]);
    return settingForm({
      title: old ? old.name : t('cannedNew'), family: 'canned', cancel, remove, done: () => done(id),
      fields: [
        field('name', t('cannedName'), name, t('cannedNameHint')),
        field('team', t('team'), team),
        h('p', {}, t('cannedVariables')),
        ...texts.map(([lang, text]) => field(`texts.${lang}`, tongue(lang), text)),
      ],
      save: () => putCanned(id, {
        name: name.value.trim(), team: team.value || null,
        texts: Object.fromEntries(texts.map(([lang, text]) => [lang, text.value.trim()]).filter(([, text]) => text)),
      }),
    });
  }
}

customElements.define('sk-settings', Settings);
