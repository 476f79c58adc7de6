/** What an agent does in the console. */

import { RECONNECTED } from './browser.mjs';

export class Agent {
  /** @param {import('playwright-core').Page} page */
  constructor(page) {
    this.page = page;
    this.items = page.locator('.item');
    this.reply = page.getByLabel('Skriv till kunden');
    this.packet = page.locator('.packet');
    this.messages = page.locator('.msg:not(.pending)');
  }

  async signIn(email, password) {
    await this.page.getByLabel('E-post').fill(email);
    await this.page.getByLabel('Lösenord', { exact: true }).fill(password);
    await this.page.getByRole('button', { name: 'Logga in' }).click();
  }

  async changePassword(next) {
    await this.page.getByLabel('Nytt lösenord', { exact: true }).fill(next);
    await this.page.getByLabel('Nytt lösenord igen').fill(next);
    await this.page.getByRole('button', { name: 'Spara lösenordet' }).click();
    await this.page.getByRole('group', { name: 'Visa' }).waitFor();
  }

  /** Shows one of the lists: Väntar, Mina, Alla, Bot. */
  async list(name) {
    await this.page.getByRole('button', { name: new RegExp(`^${name} \\d`) }).click();
  }

  async write(text) {
    await this.reply.fill(text);
    await this.reply.press('Control+Enter');
  }

  async say(text) {
    await this.write(text);
    await this.messages.filter({ hasText: text }).last().waitFor();
  }

  /** Every message that the customer sees too, in its order. @returns {Promise<string[]>} */
  texts() {
    return this.page.locator('.msg:not(.note) .bubble').allTextContents();
  }

  async settled() {
    await this.page.locator('.msg.pending').first().waitFor({ state: 'detached', timeout: RECONNECTED });
    await this.page.locator('div.lost').waitFor({ state: 'hidden' });
  }
}
