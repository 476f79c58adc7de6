/**
 * The house's own sign-in: a provider that is a small server here sends whoever comes straight
 * back, and the browser goes the whole way with its cookies and the page's policy.
 */

import assert from 'node:assert/strict';
import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { createServer } from 'node:http';
import { Server } from './server.mjs';

const AINO = { email: 'aino@example.com', name: 'Aino Virtanen', password: 'en lång fras för provet' };
const LABELS = { sv: 'Logga in med Banken', fi: 'Kirjaudu: Banken', en: 'Sign in with Banken' };

/** Vouches for whoever `email` says. */
class Provider {
  async start() {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const json = (answer, what) => answer.setHeader('content-type', 'application/json').end(JSON.stringify(what));
    this.http = createServer((request, answer) => {
      const { pathname, searchParams } = new URL(request.url, this.url);
      if (pathname === '/.well-known/openid-configuration') {
        json(answer, { issuer: this.url, authorization_endpoint: `${this.url}/authorize`, token_endpoint: `${this.url}/token`, jwks_uri: `${this.url}/keys` });
      } else if (pathname === '/authorize') {
        this.nonce = searchParams.get('nonce');
        const back = new URL(searchParams.get('redirect_uri'));
        back.search = new URLSearchParams({ code: 'c', state: searchParams.get('state') });
        answer.writeHead(302, { location: back.href }).end();
      } else if (pathname === '/keys') {
        json(answer, { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k' }] });
      } else {
        const now = Math.floor(Date.now() / 1000);
        const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
        const claims = { iss: this.url, aud: 'chat', sub: 'u', iat: now, exp: now + 300, nonce: this.nonce, email: this.email, email_verified: true };
        const signed = `${part({ alg: 'ES256', kid: 'k' })}.${part(claims)}`;
        json(answer, { id_token: `${signed}.${sign('sha256', signed, { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}` });
      }
    });
    await new Promise((listening) => this.http.listen(0, '127.0.0.1', listening));
    this.url = `http://127.0.0.1:${this.http.address().port}`;
  }

  stop() {
    this.http.closeAllConnections();
    return new Promise((stopped) => this.http.close(stopped));
  }
}

/** What an authenticator app shows now for a secret (RFC 6238). @param {string} secret in base32 */
function phone(secret) {
  const bits = [...secret].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const mac = createHmac('sha1', key).update(step).digest();
  return String((mac.readUInt32BE(mac.at(-1) & 15) & 0x7fffffff) % 1e6).padStart(6, '0');
}

/** A port that was free a moment ago. */
async function freePort() {
  const probe = new Provider();
  await probe.start();
  const { port } = new URL(probe.url);
  await probe.stop();
  return Number(port);
}

/**
 * @param {(name: string, act: () => Promise<void>) => Promise<void>} check
 * @param {(name: string, options?: object) => Promise<import('./browser.mjs').Person>} arrive
 * @param {string} binary
 */
export async function provider(check, arrive, binary) {
  const house = new Provider();
  await house.start();
  const server = new Server(binary);
  server.port = await freePort();
  const settings = {
    SKICKA_AGENTS__OIDC__ISSUER: house.url,
    SKICKA_AGENTS__OIDC__CLIENT_ID: 'chat',
    SKICKA_AGENTS__OIDC__NAME: 'Banken',
    SKICKA_AGENTS__OIDC__REDIRECT_URL: `${server.url}/v1/agent/oidc/callback`,
    SKICKA_SECRET_OIDC: 'a secret of the tests',
  };
  const person = await arrive('provider');
  const { page } = person;
  const isClean = (wrong) => assert.deepEqual(wrong, []);
  const link = page.getByRole('link', { name: LABELS.sv });
  /** By keyboard: back from the first field to the link, and Enter. */
  const go = async () => {
    await link.waitFor();
    await page.keyboard.press('Shift+Tab');
    assert.ok(await link.evaluate((node) => node === document.activeElement));
    await page.keyboard.press('Enter');
  };
  try {
    Object.assign(process.env, settings);
    await check('the sign-in page shows the house’s own sign-in, in three languages', async () => {
      await server.start();
      await server.addAgent(AINO);
      await page.goto(`${server.url}/console`);
      await link.waitFor();
      isClean(await person.look('sign-in-provider'));
      for (const tag of ['fi', 'en', 'sv']) {
        await page.locator(`.tongues [lang="${tag}"]`).click();
        await page.getByRole('link', { name: LABELS[tag] }).waitFor();
      }
      await page.getByLabel('E-post').focus();
    });
    await check('whom nobody here knows is told so in words, once', async () => {
      house.email = 'nobody@example.com';
      await go();
      await page.getByRole('alert').filter({ hasText: 'inget konto här' }).waitFor();
      assert.equal(new URL(page.url()).search, '');
      isClean(await person.look('sign-in-refused'));
      await page.reload();
      await link.waitFor();
      assert.equal(await page.getByRole('alert').filter({ visible: true }).count(), 0);
    });
    await check('whom the provider vouches for is at the desk, by keyboard alone', async () => {
      house.email = AINO.email;
      await go();
      await page.getByRole('group', { name: 'Visa' }).waitFor();
      await page.reload();
      await page.getByRole('group', { name: 'Visa' }).waitFor();
    });
    await check('a second factor is added without a password, and asked for when they come again', async () => {
      await page.locator('.menu summary').click();
      await page.getByRole('button', { name: 'Tvåstegsinloggning …' }).click();
      await page.getByRole('button', { name: 'Fortsätt' }).click();
      const secret = await page.locator('form code').first().textContent();
      await page.getByLabel('Engångskod').fill(phone(secret.replaceAll(' ', '')));
      await page.getByRole('button', { name: 'Slå på' }).click();
      const recovery = await page.locator('.codes code').first().textContent();
      await page.getByRole('button', { name: 'Jag har sparat koderna' }).click();
      await page.locator('.menu summary').click();
      await page.getByRole('button', { name: 'Logga ut' }).click();
      await go();
      await page.getByText('Ange engångskoden').waitFor();
      isClean(await person.look('sign-in-code'));
      await page.getByLabel('Engångskod').fill('wrong');
      await page.keyboard.press('Enter');
      await page.getByRole('alert').filter({ hasText: 'Koden stämmer inte' }).waitFor();
      await page.getByLabel('Engångskod').fill(recovery);
      await page.keyboard.press('Enter');
      await page.getByRole('group', { name: 'Visa' }).waitFor();
    });
  } finally {
    for (const name of Object.keys(settings)) delete process.env[name];
    await person.context.close();
    await server.stop();
    await house.stop();
  }
}
