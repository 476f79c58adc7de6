/** What supervisors look at: the figures with their charts and tables, and what was not understood. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { Customer } from './customer.mjs';

/** A preview trains the matcher several times over. */
const TRAINED = { timeout: 240_000 };

/**
 * @param {(name: string, act: () => Promise<void>) => Promise<void>} step
 * @param {(name: string) => Promise<import('./browser.mjs').Person>} arrive
 * @param {import('./agent.mjs').Agent} agent the administrator, signed in
 * @param {import('./browser.mjs').Person} person the same
 */
export async function insights(step, arrive, url, agent, person) {
  const { page } = agent;
  const isClean = (wrong) => assert.deepEqual(wrong, []);
  const choose = async (name) => {
    await page.locator('.menu summary').click();
    await page.locator('.sheet').getByRole('button', { name }).click();
  };
  const speak = async (tag) => {
    await page.locator('.menu summary').click();
    await page.locator('#tongue').selectOption(tag);
  };
  await step('the menu shows all that it has, in every language, on the narrowest screen and with zoom', async () => {
    const wide = page.viewportSize();
    for (const tag of ['fi', 'en', 'sv']) {
      await speak(tag);
      await page.locator(`html[lang=${tag}]`).waitFor();
      await page.locator('.menu summary').click();
      for (const viewport of [{ width: 320, height: 640 }, { width: 640, height: 400 }]) {
        await page.setViewportSize(viewport);
        const { wide: over, tall: below } = await page.locator('.sheet').evaluate((sheet) => ({ wide: sheet.scrollWidth - sheet.clientWidth, tall: sheet.scrollHeight - sheet.clientHeight }));
        assert.deepEqual([over, below], [0, 0], `${tag} at ${viewport.width} px`);
        await page.locator('.sheet button').last().click({ trial: true });
      }
      await page.setViewportSize(wide);
      await page.keyboard.press('Escape');
    }
  });
  await step('a customer whom the bot does not understand', async () => {
    const guest = await arrive('misunderstood');
    const customer = new Customer(guest.page);
    await customer.openBySkipLink(url);
    await customer.say('qwzx blurp frotz');
    await customer.chat.locator('.msg.bot').nth(1).waitFor();
  });
  await step('the figures stand in tiles and charts, with a table behind each and a file of it', async () => {
    await choose('Statistik');
    await page.locator('.tiles').waitFor();
    assert.equal(await page.locator('.insights .chart svg[role=img]').first().locator('title').textContent(), 'Samtal per dag');
    const days = page.locator('.figure').filter({ has: page.getByRole('heading', { name: 'Samtal per dag' }) });
    await days.getByText('Som tabell').click();
    assert.equal(await days.locator('tbody tr').count(), 30);
    const file = await days.getByRole('link', { name: 'Hämta som CSV' }).getAttribute('href');
    const csv = await (await page.request.get(new URL(file, url).href)).text();
    assert.match(csv, /^day,conversations,contained,resolved_by_bot,escalated/);
    const today = csv.trim().split('\r\n').at(-1).split(',').map(Number);
    assert.ok(today[1] >= 2 && today[4] >= 1, csv);
    await page.locator('.picture img').evaluate((image) => image.decode());
    isClean(await person.look('insights'));
    for (const tag of ['fi', 'en']) {
      await speak(tag);
      await page.locator('.tiles').waitFor();
      await page.locator('.picture img').evaluate((image) => image.decode());
      isClean(await person.look(`insights-${tag}`));
    }
    await speak('sv');
  });
  await step('what was not understood is gathered, added to a topic, looked at and taken away as a patch', async () => {
    await choose('Inte förstått');
    const group = page.locator('.missed-group').filter({ hasText: 'qwzx blurp frotz' });
    await group.waitFor();
    isClean(await person.look('missed'));
    await group.getByRole('button', { name: 'Lägg till' }).click();
    await group.getByText('Välj ett ämne.').waitFor();
    await group.getByLabel('Exempel').fill('smset syns inte i telefonen');
    await group.getByLabel('Till ämnet').selectOption('no_sms');
    await group.getByRole('button', { name: 'Lägg till' }).click();
    const basket = page.locator('.basket');
    await basket.getByText('smset syns inte i telefonen').waitFor();
    const download = page.waitForEvent('download');
    await basket.getByRole('button', { name: 'Hämta som patch' }).click();
    const patch = await readFile(await (await download).path(), 'utf8');
    assert.match(patch, /^--- a\/intents\/no_sms\.yaml\n\+\+\+ b\/intents\/no_sms\.yaml\n/);
    assert.deepEqual(patch.split('\n').filter((line) => /^[+-] /.test(line)), ['+    - smset syns inte i telefonen']);
    isClean(await person.look('missed-patch'));
    await basket.getByRole('button', { name: 'Se vad det ändrar' }).click();
    await basket.getByRole('heading', { name: 'Periodens samtal, uppspelade' }).waitFor(TRAINED);
    isClean(await person.look('missed-preview'));
    for (const tag of ['fi', 'en']) {
      await speak(tag);
      await page.locator('.missed-group').first().waitFor();
      isClean(await person.look(`missed-${tag}`));
    }
    await speak('sv');
    await page.locator('.basket').getByRole('button', { name: 'Släng' }).click();
    await page.getByRole('button', { name: 'Till inkorgen' }).click();
  });
}
