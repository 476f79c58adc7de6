/** The console's texts: which language, and a text by its key. */

import en from './words-en.js';
import fi from './words-fi.js';
import sv from './words-sv.js';

/** @type {Object<string, Object<string, string|((...args: unknown[]) => string)>>} */
const ALL = { sv, fi, en };
const KEY = 'skicka-console:lang';

/** The languages with their own names, for the switch. */
export const LANGUAGES = [['sv', 'Svenska'], ['fi', 'Suomi'], ['en', 'English']];

let current = first();

function first() {
  let kept = null;
  try {
    kept = localStorage.getItem(KEY);
  } catch {
    // Without storage the browser's languages decide each time.
  }
  const wishes = [kept, ...(navigator.languages || [])].map((tag) => (tag || '').slice(0, 2).toLowerCase());
  return wishes.find((tag) => Object.hasOwn(ALL, tag)) || 'en';
}

/** The language of the console. */
export const lang = () => current;

/** @param {string} tag */
export function speak(tag) {
  current = tag;
  document.documentElement.lang = tag;
  try {
    localStorage.setItem(KEY, tag);
  } catch {
    // Remembered for this page only.
  }
}

/** The text of a key, with its arguments. @param {string} key @param {...unknown} args @returns {string} */
export function t(key, ...args) {
  const text = ALL[current][key];
  return typeof text === 'function' ? text(...args) : (text ?? key);
}

/** Whether a key has a text. @param {string} key */
export const has = (key) => Object.hasOwn(ALL[current], key);

/** A code of the server in words; one that is not known here, as it stands. @param {string} family @param {string} code */
export const coded = (family, code) => (has(`${family}.${code}`) ? t(`${family}.${code}`) : code.replaceAll('_', ' '));

/** The names of languages, as a list: only its first letter is a large one, but for English. @param {string[]} tags */
export function tongues(tags) {
  const names = new Intl.DisplayNames([current], { type: 'language' });
  const list = tags.map((tag) => names.of(tag) ?? tag).join(', ');
  return list && list[0].toUpperCase() + list.slice(1);
}

/** The name of a conversation's language. @param {string} tag */
export const tongue = (tag) => tongues([tag]);
