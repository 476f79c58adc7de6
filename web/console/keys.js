/** The keyboard: every act of the console by Alt and a letter, and the sheet that lists them. */

import { button, h } from './dom.js';
import { seesFloor } from './floor.js';
import { t } from './words.js';

const SINGLE = 'skicka-console:single-keys';

/** Keys by their place, since Alt changes the letter on some keyboards. */
const ACTS = [
  ['KeyJ', 'keyNext', ({ inbox }) => inbox.step(1)],
  ['KeyK', 'keyBefore', ({ inbox }) => inbox.step(-1)],
  ['KeyI', 'keyList', ({ desk, inbox }) => inbox.focusItem(desk.current?.id)],
  ['KeyS', 'keySearch', ({ shell }) => shell.search()],
  ['KeyO', 'keyFloor', ({ shell }) => shell.show('#floor')],
  ['KeyC', 'keyClaim', ({ conversation }) => conversation?.claim()],
  ['KeyL', 'keyReply', ({ conversation }) => conversation?.composer.focusField('reply')],
  ['KeyP', 'keyNote', ({ conversation }) => conversation?.composer.focusField('note')],
  ['KeyA', 'keyAccept', ({ offers }) => offers.accept()],
  ['KeyN', 'keyDecline', ({ offers }) => offers.decline()],
  ['KeyG', 'keyTag', ({ conversation }) => conversation?.tag()],
  ['KeyT', 'keyTransfer', ({ conversation }) => conversation?.transfer()],
  ['KeyB', 'keyHandBack', ({ conversation }) => conversation?.handBack()],
  ['KeyE', 'keyResolve', ({ conversation }) => conversation?.resolve()],
  ['KeyU', 'keyReopen', ({ conversation }) => conversation?.reopen()],
  ['KeyM', 'keyMenu', ({ shell }) => shell.openMenu()],
];

const single = () => localStorage.getItem(SINGLE) !== 'off';

export class Keys {
  /** @param {import('./desk.js').Desk} desk @param {import('./shell.js').Shell} shell */
  constructor(desk, shell) {
    this.desk = desk;
    this.shell = shell;
  }

  /** @param {AbortSignal} signal */
  listen(signal) {
    document.addEventListener('keydown', (event) => this.#key(event), { signal });
  }

  #key(event) {
    if (event.defaultPrevented || event.isComposing || document.querySelector('dialog[open]')) return;
    const { altKey, ctrlKey, metaKey, key, code, target } = event;
    if (altKey && !ctrlKey && !metaKey) {
      const act = ACTS.find(([place]) => place === code);
      if (!act) return;
      event.preventDefault();
      const { inbox, conversation, offers } = this.shell;
      act[2]({ desk: this.desk, shell: this.shell, inbox, conversation, offers });
    } else if (key === '?' && single() && !target.closest('input, textarea, select')) {
      event.preventDefault();
      this.sheet();
    } else if (key === 'Escape' && this.shell.isOpen) {
      this.shell.leave();
    }
  }

  /** Shows what the keys do. */
  sheet() {
    const row = (keys, text, between = '+') => h('div', {}, h('dt', {}, keys.flatMap((key, at) => [at > 0 && between, h('kbd', {}, key)])), h('dd', {}, text));
    const box = h('input', { type: 'checkbox', checked: single(), onchange: () => localStorage.setItem(SINGLE, box.checked ? 'on' : 'off') });
    const dialog = h('dialog', { className: 'keys', 'aria-labelledby': 'keys', onclose: () => dialog.remove() },
      h('div', { className: 'crown' }, h('h2', { id: 'keys', tabIndex: -1, autofocus: true }, t('shortcuts')), button(t('close'), () => dialog.close(), { glyph: 'close', bare: true })),
      h('dl', {},
        ACTS.filter(([code]) => code !== 'KeyO' || seesFloor(this.desk.me)).map(([code, text]) => row(['Alt', code.slice(3)], t(text))),
        row(['Ctrl', 'Enter'], t('keySend')), row(['/'], t('keyCanned')), row(['↑', '↓'], t('keyArrows'), '/'), row(['Tab'], t('keyTab')), row(['Esc'], t('keyEscape')), row(['?'], t('keySheet'))),
      h('label', { className: 'option' }, box, h('span', {}, t('single'))));
    document.body.append(dialog);
    dialog.showModal();
  }
}
