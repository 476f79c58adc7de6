/** The console starts here: who is signed in decides what is shown. */

import { logout, me, provider } from './api.js';
import { Desk } from './desk.js';
import { button, h } from './dom.js';
import { CodeForm, FactorForm, PasswordForm, SignIn } from './signin.js';
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

/** The house's own sign-in, where there is one. @type {{name: string, only: boolean}|null} */
let house = null;

/** @param {string|null} [why] the house's own sign-in did not work, as a code */
function signIn(why) {
  show(() => new SignIn({ done: enter, language: changeLanguage, provider: house, why }));
  document.querySelector('input')?.focus();
}

/** Somebody who came back from the house's own sign-in, and has a code to type still. */
function askCode() {
  show(() => new CodeForm({ done: (agent) => enter(agent, ''), over: () => signIn('expired'), language: changeLanguage }));
  document.querySelector('input')?.focus();
}

/** How a sign-in elsewhere ended, as the address says once. @returns {string|null} */
function cameBack() {
  const how = new URLSearchParams(location.search).get('signin');
  if (how) history.replaceState(null, '', location.pathname + location.hash);
  return how;
}

/** @param {import('./api.js').Agent} agent @param {string} [password] the one just used; none when the page was only loaded */
function enter(agent, password) {
  if (agent.must_change_password) {
    show(() => new PasswordForm({ old: password, done: () => enter({ ...agent, must_change_password: false }, ''), language: changeLanguage }));
    document.querySelector('input')?.focus();
    return;
  }
  if (agent.must_add_factor) {
    show(() => new FactorForm({ password, proven: agent.by_provider, must: true, done: () => enter({ ...agent, must_add_factor: false, second_factor: true }, ''), language: changeLanguage }));
    return;
  }
  const desk = new Desk(agent);
  const leave = async () => {
    desk.stop();
    house = await provider();
    signIn();
  };
  desk.addEventListener('signed-out', leave);
  const signOut = async () => {
    desk.setPresence('offline');
    sessionStorage.clear();
    desk.stop();
    await logout().catch(() => {});
    house = await provider();
    signIn();
  };
  const work = () => show(() => new Shell(desk, { signOut, addFactor: !agent.second_factor && addFactor, language: (tag) => { changeLanguage(tag); desk.retell(); } }));
  const addFactor = () => {
    show(() => new FactorForm({ proven: agent.by_provider, done: async () => { agent.second_factor = (await me().catch(() => null))?.second_factor ?? false; work(); }, language: changeLanguage }));
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
    if (agent) {
      enter(agent);
      return;
    }
    house = await provider();
    const how = cameBack();
    if (how === 'code') askCode();
    else signIn(how);
  } catch {
    show(() => h('main', { className: 'gate' }, h('p', { role: 'alert' }, t('noServer')), button(t('now'), begin, { look: 'main' })));
  }
}

speak(lang());
begin();
