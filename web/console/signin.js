/** The forms before the desk: signing in, replacing a one-time password, adding a second factor. */

import { changePassword, confirmFactor, finish, login, offerFactor } from './api.js';
import { button, h, icon } from './dom.js';
import { LANGUAGES, has, lang, t } from './words.js';

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

const codeField = () => field('code', t('code'), { inputMode: 'numeric', autocomplete: 'one-time-code', autocapitalize: 'none', spellcheck: false }, t('codeHint'));

/** E-mail and password, and a code where the account has a second factor; the house's own sign-in before them, where there is one. */
export class SignIn extends Gate {
  /** @param {{done: (agent: object, password: string) => void, language: (tag: string) => void, provider: {name: string, only: boolean}|null, why?: string|null}} owner `why` the provider's sign-in did not work, as a code */
  constructor({ done, language, provider, why }) {
    super();
    this.done = done;
    this.language = language;
    this.provider = provider;
    this.why = why;
  }

  connectedCallback() {
    this.build({
      title: t('signIn'),
      fields: [
        // A link and no form: the page's policy lets no form be sent.
        this.provider && h('a', { className: 'main', href: '/v1/agent/oidc/start' }, t('signInWith', this.provider.name)),
        this.provider && h('p', {}, t(this.provider.only ? 'onlyAdmin' : 'orPassword')),
        field('email', t('email'), { type: 'email', autocomplete: 'username' }),
        field('password', t('password'), { type: 'password', autocomplete: 'current-password' }),
      ],
      send: t('signInButton'),
      language: this.language,
    });
    if (this.why) this.refuse(t(has(`signin.${this.why}`) ? `signin.${this.why}` : 'signin.refused'));
  }

  /** Asks for the code of the second factor, once. */
  #askCode() {
    if (this.code) return;
    this.code = codeField();
    this.notice.before(this.code);
  }

  async submit({ email, password, code }) {
    try {
      this.done(await login(email.trim(), password, code), password);
    } catch ({ status, body }) {
      if (body?.second_factor) {
        this.#askCode();
        this.code.querySelector('input').focus();
        this.refuse(t(code ? 'wrongCode' : 'codeWanted'));
        return;
      }
      this.refuse(t({ 0: 'noServer', 403: this.provider?.only ? 'onlyAdmin' : 'notAllowed', 429: 'tooMany' }[status] ?? (status >= 500 ? 'noServer' : 'wrongLogin')));
    }
  }
}

/** The code of the second factor, from whom the house's own sign-in vouched for. */
export class CodeForm extends Gate {
  /** @param {{done: (agent: object) => void, over: () => void, language: (tag: string) => void}} owner */
  constructor({ done, over, language }) {
    super();
    this.done = done;
    this.over = over;
    this.language = language;
  }

  connectedCallback() {
    this.build({ title: t('signIn'), why: t('codeWanted'), fields: [codeField()], send: t('signInButton'), language: this.language });
  }

  async submit({ code }) {
    try {
      this.done(await finish(code));
    } catch ({ status, body }) {
      if (status === 401 && !body?.second_factor) this.over();
      else this.refuse(t({ 0: 'noServer', 401: 'wrongCode', 403: 'notAllowed', 429: 'tooMany' }[status] ?? 'noServer'));
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

/** A second factor: the password once more, the secret for the app, a code of it, the recovery codes. */
export class FactorForm extends Gate {
  /** @param {{password?: string, proven?: boolean, must?: boolean, done: () => void, language: (tag: string) => void}} owner `password` when it was just typed; `proven` who came by the house's own sign-in */
  constructor({ password, proven, must, done, language }) {
    super();
    this.password = password;
    this.proven = proven;
    this.must = must;
    this.done = done;
    this.language = language;
  }

  connectedCallback() {
    if (this.form) return;
    this.build({
      title: t('factor'),
      why: t(this.must ? 'factorMust' : 'factorWhy'),
      fields: this.password || this.proven ? [] : [field('password', t('password'), { type: 'password', autocomplete: 'current-password' })],
      send: t('goOn'),
      language: this.language,
    });
    if (!this.must) this.form.append(button(t('cancel'), this.done));
  }

  /** Replaces what is asked by the next step. */
  #step(parts, send) {
    for (const old of this.form.querySelectorAll('.field, p:not(.notice), ol')) old.remove();
    this.notice.before(...parts);
    this.form.querySelector('button.main').textContent = send;
    (this.form.querySelector('input') ?? this.form.querySelector('button.main')).focus();
  }

  async submit({ password = this.password ?? '', code }) {
    if (this.codes) {
      this.done();
      return;
    }
    try {
      if (this.offered) {
        this.codes = await confirmFactor(code);
        this.#step([h('p', {}, t('recoveryWhy')), h('ol', { className: 'codes' }, this.codes.map((one) => h('li', {}, h('code', {}, one))))], t('codesKept'));
      } else {
        const { secret, uri } = await offerFactor(password);
        this.offered = true;
        this.#step([
          h('p', {}, t('factorHow')),
          h('p', {}, h('code', {}, secret.match(/.{1,4}/g).join(' '))),
          h('p', {}, h('a', { href: uri }, t('openApp'))),
          codeField(),
        ], t('factorAdd'));
      }
    } catch ({ status }) {
      this.refuse(t({ 0: 'noServer', 401: this.offered ? 'wrongCode' : this.proven ? 'signin.stale' : 'wrongOld', 409: 'factorThere', 429: 'tooMany' }[status] ?? 'noServer'));
    }
  }
}

customElements.define('sk-signin', SignIn);
customElements.define('sk-code', CodeForm);
customElements.define('sk-factor', FactorForm);
customElements.define('sk-password', PasswordForm);
