/** Times in words, in the language of the console. */

import { lang } from './words.js';

/** Days and hours as they are written here, and as the chat window writes them: English alone would mean the American way. */
export const place = () => (lang() === 'en' ? 'en-GB' : `${lang()}-FI`);

/** @param {string|Date} at */
export const clock = (at) => new Date(at).toLocaleTimeString(place(), { hour: '2-digit', minute: '2-digit' });

/** @param {string|Date} at */
export const day = (at) => new Date(at).toLocaleDateString(place(), { weekday: 'long', day: 'numeric', month: 'long' });

/** A day in few signs. @param {string|Date} at */
export const date = (at) => new Date(at).toLocaleDateString(place(), { day: 'numeric', month: 'numeric', year: 'numeric' });

/** A day and its hour, in words that stand in any sentence. @param {string|Date} at */
export const moment = (at) => new Date(at).toLocaleString(place(), { dateStyle: 'long', timeStyle: 'short' });

/** Today and other days as the server names them: Finland's, wherever this computer is. @param {number} days before today */
export const dayBefore = (days) => {
  const [year, month, date] = new Date().toLocaleDateString('sv-SE', { timeZone: 'Europe/Helsinki' }).split('-').map(Number);
  return new Date(Date.UTC(year, month - 1, date - days)).toISOString().slice(0, 10);
};

const two = (n) => String(n).padStart(2, '0');

/** A length of time as a stopwatch shows it. @param {number} seconds */
export function stopwatch(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** How long ago. @param {string} at */
export const since = (at) => stopwatch((Date.now() - new Date(at)) / 1000);

/**
 * Calls back every second while the page is visible, until the signal.
 * @param {() => void} tick @param {AbortSignal} signal
 */
export function everySecond(tick, signal) {
  const timer = setInterval(() => document.visibilityState === 'visible' && tick(), 1000);
  signal.addEventListener('abort', () => clearInterval(timer));
}
