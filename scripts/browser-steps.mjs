// What every walk through the shop does again and again.
import assert from 'node:assert/strict';

export const ok = (what) => {
  console.log(`ok - ${what}`);
};

export const textOf = (page, selector) => page.locator(selector).innerText();

export async function pay(page, card) {
  await page.check(`input[value=${card}]`);
  await page.click('#order button');
}

/** Presses the Tab key until it has come there; the focus is to be seen all the way. */
export async function tabTo(page, selector) {
  for (let presses = 0; presses < 30; presses += 1) {
    await page.keyboard.press('Tab');
    const focus = await page.evaluate(() => {
      const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
      return { shown: outlineStyle !== 'none' && outlineWidth !== '0px' };
    });
    assert.ok(focus.shown, 'the focus is to be seen');
    if (await page.evaluate((wanted) => document.activeElement.matches(wanted), selector)) return;
  }
  assert.fail(`The Tab key never came to ${selector}`);
}
