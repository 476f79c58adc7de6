/**
 * Sound and notices for an agent who looks elsewhere: somebody new waits, something is
 * offered or overdue, or a customer of one's own wrote. Both are off until the agent turns them on.
 */

import { t } from './words.js';

const KEY = 'skicka-console:alert-';
/** Two soft tones, in Hz. */
const TONES = [660, 880];
const TONE_S = 0.14;

/** @param {'sound'|'notice'} kind */
export const isOn = (kind) => localStorage.getItem(KEY + kind) === 'on' && (kind !== 'notice' || window.Notification?.permission === 'granted');

/**
 * Turns one on or off. A browser lets a page ask only when somebody has just pressed something.
 * @param {'sound'|'notice'} kind @param {boolean} on @returns {Promise<boolean>} whether it is on now
 */
export async function turn(kind, on) {
  const allowed = !on || kind === 'sound' || (await window.Notification?.requestPermission()) === 'granted';
  localStorage.setItem(KEY + kind, on && allowed ? 'on' : 'off');
  if (on && kind === 'sound') play();
  return isOn(kind);
}

let audio = null;

function play() {
  audio ??= new AudioContext();
  TONES.forEach((tone, at) => {
    const start = audio.currentTime + at * TONE_S;
    const source = audio.createOscillator();
    const volume = audio.createGain();
    source.frequency.value = tone;
    volume.gain.setValueAtTime(0.12, start);
    volume.gain.exponentialRampToValueAtTime(0.001, start + TONE_S);
    source.connect(volume).connect(audio.destination);
    source.start(start);
    source.stop(start + TONE_S);
  });
}

/** One notice a conversation: a newer one replaces it, and pressing it opens the conversation. */
function notify(desk, text, { conversation, preview }) {
  const notice = new Notification(text, { body: preview, tag: conversation });
  notice.onclick = () => {
    window.focus();
    desk.open(conversation);
    notice.close();
  };
}

/** @param {import('./desk.js').Desk} desk @param {AbortSignal} signal */
export function listen(desk, signal) {
  const alert = (text, item) => {
    if (document.hasFocus()) return;
    if (isOn('sound')) play();
    if (isOn('notice')) notify(desk, text, item);
  };
  desk.addEventListener('waiting', ({ detail }) => alert(t('newWaiting', detail.length), detail[0]), { signal });
  desk.addEventListener('offered', ({ detail }) => alert(t('offeredShort'), detail), { signal });
  desk.addEventListener('alarm', ({ detail }) => alert(t('alarmed'), detail), { signal });
  desk.addEventListener('written', ({ detail }) => alert(t('wrote', detail.visitor?.name || t('visitor')), detail), { signal });
}
