/** The two forms before the desk: signing in, and replacing a one-time password. */

import { changePassword, login } from './api.js';
import { h, icon } from './dom.js';
import { LANGUAGES, lang, t } from './words.js';

/** The switch of languages, for those who are not in yet. */
function tongues(choose) {
  return h('div', { className: 'tongues', role: 'group', 'aria-label': t('language') },
    LANGUAGES.map(([tag, name]) => h('button', { type: 'button', lang: tag, 'aria-pressed': String(tag === lang()), onclick: () => choose(tag) }, name)));
}

/** A labelled input. */
function field(name, label, props, hint) {
  const input = h('input', { id: name, name, required: true, 'aria-describedby': hint && `${name}-hint`, ...props });
  return h('div', { className: 'field' }, h('label', { htmlFor: name }, label), input, hint && h('small', { id: `${name}-hint` }, hint));
}

/** What both forms share: one notice, one button, one attempt at a time. */
class Gate extends HTMLElement {
  /** @param {{title: string, why?: string, fields: HTMLElement[], send: string, language: (tag: string) => void}} parts */
  build({ title, why, fields, send, language }) {
    this.notice = h('p', { className: 'notice', role: 'alert', hidden: true });
    this.form = h('form', { onsubmit: (event) => this.#submit(event) },
      h('h1', {}, title), why && h('p', {}, why), ...fields, this.notice, h('button', { className: 'main' }, send));
    this.append(h('main', { className: 'gate' }, h('p', { className: 'brand' }, icon('send'), 'Skicka'), this.form, tongues(language)));
  }

  /** @param {string} text */
  refuse(text) {
    this.notice.textContent = text;
    this.notice.hidden = false;
  }

  async #submit(event) {
    event.preventDefault();
    if (this.busy) return;
    this.busy = true;
    this.notice.hidden = true;
    await this.submit(Object.fromEntries(new FormData(this.form)));
    this.busy = false;
  }
}

/** E-mail and password. */
export class SignIn extends Gate {
  /** @param {{done: (agent: object, password: string) => void, language: (tag: string) => void}} owner */
  constructor({ done, language }) {
    super();
    this.done = done;
    this.language = language;
  }

  connectedCallback() {
    this.build({
      title: t('signIn'),
      fields: [
        field('email', t('email'), { type: 'email', autocomplete: 'username' }),
        field('password', t('password'), { type: 'password', autocomplete: 'current-password' }),
      ],
      send: t('signInButton'),
      language: this.language,
    });
  }

  async submit({ email, password }) {
    try {
      this.done(await login(email.trim(), password), password);
    } catch ({ status }) {
      this.refuse(t({ 0: 'noServer', 403: 'notAllowed', 429: 'tooMany' }[status] ?? (status >= 500 ? 'noServer' : 'wrongLogin')));
    }
  }
}

/** A password of one's own in the place of the one-time one. */
export class PasswordForm extends Gate {
  /** @param {{old?: string, done: () => void, language: (tag: string) => void}} owner `old` when it was just typed */
  constructor({ old, done, language }) {
    super();
    this.old = old;
    this.done = done;
    this.language = language;
  }

  connectedCallback() {
    const fresh = { type: 'password', autocomplete: 'new-password' };
    this.build({
      title: t('newPassword'),
      why: t('newPasswordWhy'),
      fields: [
        ...(this.old ? [] : [field('old', t('oldPassword'), { type: 'password', autocomplete: 'current-password' })]),
        field('next', t('nextPassword'), fresh, t('passwordRule')),
        field('again', t('repeatPassword'), fresh),
      ],
      send: t('savePassword'),
      language: this.language,
    });
  }

  async submit({ old = this.old, next, again }) {
    if (next !== again) {
      this.refuse(t('differs'));
      return;
    }
    try {
      await changePassword(old, next);
      this.done();
    } catch ({ status }) {
      this.refuse(t({ 0: 'noServer', 401: 'wrongOld', 403: 'wrongOld', 429: 'tooMany' }[status] ?? (status >= 500 ? 'noServer' : 'refusedPassword')));
    }
  }
}

customElements.define('sk-signin', SignIn);
customElements.define('sk-password', PasswordForm);
