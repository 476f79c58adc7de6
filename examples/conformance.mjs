/**
 * Plays a transcript of verbs with the reference client, and says which line did not hold.
 *
 *   node examples/conformance.mjs http://127.0.0.1:8080 [transcript]
 */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Client } from './client.mjs';

/** @param {string} server @param {string} transcript */
async function play(server, transcript) {
  const scene = new Scene(server);
  for (const [at, line] of transcript.split('\n').entries()) {
    const [verb, ...rest] = line.trim().split(' ');
    if (!verb || verb.startsWith('#')) continue;
    try {
      await scene[verb](rest.join(' '), ...rest);
    } catch (error) {
      scene.background();
      throw new Error(`line ${at + 1}, \`${line}\`: ${error.message}\n${scene.heard()}`);
    }
  }
  scene.background();
  console.log('the transcript holds');
}

class Scene {
  constructor(server) {
    this.server = server;
    this.#begin();
  }

  #begin(state) {
    this.frames = [];
    this.acked = new Set();
    this.client = new Client(this.server, { state, on: (frame) => this.#heard(frame) });
  }

  #heard(frame) {
    this.frames.push(frame);
    if (frame.type === 'ack') this.acked.add(frame.id);
  }

  heard() {
    return this.frames.slice(-8).map((frame) => JSON.stringify({ ...frame, token: undefined })).join('\n');
  }

  /** The first that has come, or comes, of those not taken before. */
  async #take(wanted) {
    const at = this.frames.findIndex(wanted);
    const frame = at >= 0 ? this.frames[at] : await this.client.next(wanted);
    this.frames = this.frames.slice(this.frames.indexOf(frame) + 1);
    return frame;
  }

  foreground() { void this.client.foreground(); }
  background() { this.client.background(); }
  say(text) { this.sent = this.client.say(text); }
  language(lang) { this.client.language(lang); }
  person() { this.client.person(); }
  end() { this.client.end(); }

  expect(all, kind, ...words) {
    return this.#take(({ type, kind: is, ...event }) => type === 'event' && is === kind
      && words.every((word) => JSON.stringify(event).toLowerCase().includes(word.toLowerCase())));
  }

  'expect-ack'(how) { return this.#take(({ type, id, duplicate }) => type === 'ack' && id === this.sent.id && duplicate === (how === 'duplicate')); }
  'expect-error'(code) { return this.#take(({ type, code: is }) => type === 'error' && is === code); }

  async again() {
    if (!this.acked.has(this.sent.id)) await this.client.next(({ type, id }) => type === 'ack' && id === this.sent.id);
    this.client.outbox.set(this.sent.id, this.sent);
    this.client.background();
    void this.client.foreground();
  }

  async restart() {
    const { client } = this;
    this.before = [...client.events.values()];
    client.background();
    this.#begin(JSON.parse(JSON.stringify(client.kept)));
    void this.client.foreground();
    await this.#take(({ type, seq }) => type === 'event' && seq === client.last);
  }

  same() {
    assert.deepEqual([...this.client.events.values()].slice(0, this.before.length), this.before);
  }

  absent(text) {
    assert.ok(!JSON.stringify([...this.client.events.values()]).includes(text), `${text} is shown`);
  }

  'press-closed'() {
    this.client.press(1, 'no-such-choice');
  }

  empty() {
    assert.equal(this.client.outbox.size, 0, 'the outbox is not empty');
  }
}

const [server, transcript] = process.argv.slice(2);
if (!server) throw new Error('say where the server is: node conformance.mjs http://127.0.0.1:8080');
await play(server, readFileSync(transcript || new URL('conformance.txt', import.meta.url), 'utf8'));
