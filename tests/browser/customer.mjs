/** What a customer does in the chat window, found by role and name as a screen reader would. */

import { RECONNECTED } from './browser.mjs';

export class Customer {
  /** @param {import('playwright-core').Page} page */
  constructor(page) {
    this.page = page;
    this.chat = page.locator('skicka-chat');
    this.field = this.chat.getByLabel('Skriv ditt meddelande');
    this.own = this.chat.locator('.msg.visitor:not(.pending)');
  }

  /** By keyboard alone: the second skip link opens the window and gives it the focus. */
  async openBySkipLink(url) {
    await this.page.goto(url);
    await this.page.waitForFunction(() => customElements.get('skicka-chat'));
    await this.page.keyboard.press('Tab');
    await this.page.keyboard.press('Tab');
    await this.page.keyboard.press('Enter');
    await this.chat.locator('.msg.bot').first().waitFor();
  }

  async write(text) {
    await this.field.fill(text);
    await this.field.press('Enter');
  }

  /** Writes and waits until the server has it. */
  async say(text) {
    await this.write(text);
    await this.own.filter({ hasText: text }).last().waitFor();
  }

  /** The buttons that can be pressed now. */
  get choices() {
    return this.chat.locator('.choices .choice:not([aria-disabled])');
  }

  /** Answers the open question and waits for what the bot says to it. @param {'press'|'write'} how */
  async answer(how, label) {
    const bots = await this.chat.locator('.msg.bot').count();
    if (how === 'press') await this.choices.filter({ hasText: new RegExp(`^${label}$`) }).click();
    else await this.write(label);
    await this.chat.locator('.msg.bot').nth(bots).waitFor();
  }

  /** Every message as it stands in the window, in its order. @returns {Promise<string[]>} */
  texts() {
    return this.chat.locator('.msg .bubble').allTextContents();
  }

  /** Whether nothing is still on its way. */
  async settled() {
    await this.chat.locator('.msg.pending').first().waitFor({ state: 'detached', timeout: RECONNECTED });
    await this.chat.locator('[part=connection]').waitFor({ state: 'hidden' });
  }
}
