/** The console starts here: who is signed in decides what is shown. */

import { logout, me } from './api.js';
import { Desk } from './desk.js';
import { button, h } from './dom.js';
import { FactorForm, PasswordForm, SignIn } from './signin.js';
import { Shell } from './shell.js';
import { lang, speak, t } from './words.js';

/** Runs again for the same view when the language changes. @type {() => void} */
let again = () => {};

function show(make) {
  again = () => {
    document.title = `Skicka – ${t('console')}`;
    document.body.replaceChildren(make());
  };
  again();
}

/** @param {string} tag */
export function changeLanguage(tag) {
  const { id } = document.activeElement;
  speak(tag);
  again();
  // The page is built anew: the focus goes to what it was on.
  const place = document.getElementById(id) ?? document.querySelector(`.tongues [lang="${tag}"]`);
  (place?.closest('details')?.querySelector('summary') ?? place)?.focus();
}

function signIn() {
  show(() => new SignIn({ done: enter, language: changeLanguage }));
  document.querySelector('input')?.focus();
}

/** @param {import('./api.js').Agent} agent @param {string} [password] the one just used; none when the page was only loaded */
function enter(agent, password) {
  if (agent.must_change_password) {
    show(() => new PasswordForm({ old: password, done: () => enter({ ...agent, must_change_password: false }, ''), language: changeLanguage }));
    document.querySelector('input')?.focus();
    return;
  }
  if (agent.must_add_factor) {
    show(() => new FactorForm({ password, must: true, done: () => enter({ ...agent, must_add_factor: false, second_factor: true }, ''), language: changeLanguage }));
    return;
  }
  const desk = new Desk(agent);
  const leave = () => {
    desk.stop();
    signIn();
  };
  desk.addEventListener('signed-out', leave);
  const signOut = async () => {
    desk.setPresence('offline');
    sessionStorage.clear();
    desk.stop();
    await logout().catch(() => {});
    signIn();
  };
  const work = () => show(() => new Shell(desk, { signOut, addFactor: !agent.second_factor && addFactor, language: (tag) => { changeLanguage(tag); desk.retell(); } }));
  const addFactor = () => {
    show(() => new FactorForm({ done: async () => { agent.second_factor = (await me().catch(() => null))?.second_factor ?? false; work(); }, language: changeLanguage }));
    document.querySelector('input')?.focus();
  };
  work();
  // Who has just signed in by keyboard is on no button any more.
  if (password !== undefined) document.querySelector('sk-inbox').focusItem();
  desk.start();
}

async function begin() {
  try {
    const agent = await me();
    if (agent) enter(agent);
    else signIn();
  } catch {
    show(() => h('main', { className: 'gate' }, h('p', { role: 'alert' }, t('noServer')), button(t('now'), begin, { look: 'main' })));
  }
}

speak(lang());
begin();
