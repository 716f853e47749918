// Host calls answered by hand and by a state, changes, and two runs side by side; in a real Chromium.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Chromium, hasChromium, openExample, register, timeOf, waitForExit, waitForTime } from './browser.ts'

const EXAMPLES = join(import.meta.dirname, '../dist/examples')
const text = (name: string): string => readFileSync(join(EXAMPLES, name), 'utf8')

async function answer(page: Page, fields: Readonly<Record<string, string>>): Promise<void> {
  await page.locator('#tab-calls').click()
  const form = page.locator('form.answer')
  for (const [name, value] of Object.entries(fields)) await form.locator(`input[name=${name}]`).fill(value)
  await form.getByRole('button', { name: 'Answer and go on' }).click()
}

describe.skipIf(!hasChromium)('hosts and changes in Chromium', () => {
  let chromium: Chromium
  beforeAll(async () => {
    chromium = await Chromium.launch()
  })
  afterAll(() => chromium?.close())

  it('lets host calls be answered by hand, and puts the answers into the link', async () => {
    const { page, complaints } = await chromium.open()
    await openExample(page, 'A service that counts')
    await page.locator('#tab-state').click()
    await page.locator('select[name=host]').selectOption('hand')
    await page.getByRole('button', { name: 'Open again with this' }).click()
    await page.waitForFunction(() => document.querySelector('.time')?.textContent?.startsWith('0 / 67'))
    await page.keyboard.press('c')
    await waitForExit(page, 'HOST')
    await page.getByRole('button', { name: 'Answer it' }).click()
    expect(await page.locator('form.answer').textContent()).toContain('host call 3 read key "count" into 0x30000')
    const gas = await page.locator('output.time small').textContent()
    await answer(page, { r7: '8', address: 'nonsense', bytes: '09' })
    expect(await page.locator('form.answer').getByRole('alert').textContent()).toBe('The bytes need an address.')
    await answer(page, { r7: '8', address: '0x20000000', bytes: '09' })
    expect(await page.getByRole('alert').textContent()).toContain('0x20000000 is not mapped')
    await answer(page, { r7: '8', address: '0x30000', bytes: '0900000000000000', gas: '33' })
    await page.locator('form.answer', { hasText: 'write key' }).waitFor()
    expect(await page.locator('form.answer').textContent()).toContain('write key "count", value 0x0c00000000000000')
    await answer(page, { r7: 'none' })
    await page.locator('form.answer', { hasText: 'from "counter"' }).waitFor()
    expect(await page.locator('form.answer').textContent()).toContain('"count is 12" (info, from "counter")')
    await answer(page, {})
    await waitForExit(page, 'HALT')
    const [time, left] = [await timeOf(page), await page.locator('output.time small').textContent()]
    const number = (said: string | null): number => Number(said!.replace(/\D/g, ''))
    // The program takes one a instruction, of which 67 were executed before; the answer took 33.
    expect(number(gas) - number(left)).toBe(time - 67 + 33)
    // The pass over the run has the answers too.
    await page.locator('#tab-profile').click()
    await page.locator('.profile tbody tr').first().waitFor()
    await page.waitForFunction(() => !document.querySelector('.timeline p'))
    await page.locator('#tab-calls').click()
    await expect.poll(() => page.locator('.events li').count()).toBe(3)
    await page.locator('.events li', { hasText: 'value 0x0c00000000000000' }).waitFor()
    await page.keyboard.press('l')
    await page.waitForFunction(() => location.hash.startsWith('#1.'))
    const link = page.url()
    await page.goto('about:blank')
    await page.goto(link)
    await waitForExit(page, 'HALT')
    expect(await timeOf(page)).toBe(time)
    expect(await page.locator('output.time small').textContent()).toBe(left)
    await page.locator('#tab-points').click()
    expect(await page.locator('#panel .events li').first().textContent()).toContain(
      'r7 = 8, 0x30000 = 0900000000000000',
    )
    expect(complaints).toEqual([])
    await page.close()
  })

  it('has a state that is written as JSON, and shows the storage of every moment', async () => {
    const { page } = await chromium.open()
    await openExample(page, 'A service that counts')
    await page.locator('#tab-state').click()
    await page.locator('textarea[name=state]').fill('{ "storage": { "count": 7 } }')
    await page.getByRole('button', { name: 'Open again with this' }).click()
    expect(await page.getByRole('alert').textContent()).toContain('state: storage.count: expected text')
    await page.locator('textarea[name=state]').fill('{ "storage": { "count": "0x0500000000000000", "other": "text" } }')
    await page.getByRole('button', { name: 'Open again with this' }).click()
    const row = page.locator('.storage tr', { hasText: '"count"' })
    await row.waitFor()
    expect(await row.textContent()).toContain('0x0500000000000000')
    await page.keyboard.press('End')
    await waitForExit(page, 'HALT')
    await page.waitForFunction(() => document.querySelector('.storage tr')?.textContent?.includes('0x0800000000000000'))
    await page.keyboard.press('Home')
    await page.waitForFunction(() => document.querySelector('.storage tr')?.textContent?.includes('0x0500000000000000'))
    // A change makes the run anew: the host must not remember what the other run wrote.
    await page.getByRole('button', { name: 'Change r9' }).click()
    await page.getByRole('textbox', { name: 'New value of r9' }).fill('1')
    await page.keyboard.press('Enter')
    await page.waitForFunction(() => document.querySelector('.state')?.textContent?.includes('r9 changed'))
    await page.keyboard.press('End')
    await waitForExit(page, 'HALT')
    await page.waitForFunction(() => document.querySelector('.storage tr')?.textContent?.includes('0x0800000000000000'))
    await page.close()
  })

  it('changes memory and gas, and says what is wrong with a change', async () => {
    const { page } = await chromium.open()
    await openExample(page, 'A buffer that is too small')
    await page.locator('#panel input[name=address]').fill('a0')
    await page.locator('#panel input[name=address]').press('Enter')
    await page.getByText('Write at 0xfeff0000').waitFor()
    await page.locator('#panel input[name=bytes]').fill('"jello"')
    await page.locator('#panel input[name=bytes]').press('Enter')
    await page.waitForFunction(() => document.querySelector('.byte-line')?.textContent?.includes('jello world'))
    await page.locator('#tab-points').click()
    await page.locator('#panel input[name=gas]').fill('9223372036854775808')
    await page.locator('#panel input[name=gas]').press('Enter')
    expect(await page.getByRole('alert').textContent()).toContain('gas: 9223372036854775808 would be left')
    await page.locator('#panel input[name=gas]').fill('20')
    await page.locator('#panel input[name=gas]').press('Enter')
    await page.waitForFunction(() => document.querySelector('output.time small')?.textContent === ' 20 gas')
    await page.getByRole('button', { name: 'Change r5' }).click()
    await page.getByRole('textbox', { name: 'New value of r5' }).fill('5')
    await page.keyboard.press('Enter')
    await page.keyboard.press('End')
    await waitForExit(page, 'OUT-OF-GAS')
    await page.getByRole('button', { name: 'Who wrote r5?' }).first().click()
    expect(await page.locator('.origin li').first().textContent()).toContain('changed by hand')
    await page.close()
  })

  it('shows two programs side by side and marks the first difference', async () => {
    const { page } = await chromium.open()
    await openExample(page, 'A buffer that is too small')
    await page.keyboard.press('End')
    await waitForExit(page, 'PAGE-FAULT')
    await page.locator('#tab-compare').click()
    const fixed = text('overflow.pvm').replace('@buffer: .zero 8', '@buffer: .zero 24')
    await page
      .locator('input[aria-label="Program to compare with"]')
      .setInputFiles({ name: 'fixed.pvm', mimeType: 'text/plain', buffer: Buffer.from(fixed) })
    const totals = page.locator('.totals')
    await totals.waitFor()
    expect(await totals.locator('tr.differs', { hasText: 'end' }).textContent()).toBe('endpage-faulthalt')
    // The table lies elsewhere, so memory differs from the start; what is done differs when the pointer is followed.
    expect(await page.locator('#panel [role=status]').textContent()).toContain('begins otherwise: memory at 0x20')
    await page.keyboard.press('Home')
    await waitForTime(page, 0)
    await page.getByRole('button', { name: 'The first other instruction' }).click()
    await waitForTime(page, 85)
    await page.locator('.half .here', { hasText: 'jump_ind r0' }).waitFor()
    expect(await page.locator('.half .here').allTextContents()).toEqual([
      expect.stringContaining('load_ind_u64 r3, [r2]'),
      expect.stringContaining('jump_ind r0'),
    ])
    await page.keyboard.press('Home')
    await page.waitForFunction(() => document.querySelectorAll('.half .here')[1]?.textContent?.includes('move_reg'))
    expect(await page.locator('.values tr.differs').count()).toBe(0)
    expect(await page.locator('.differs-memory').count()).toBeGreaterThan(0)
    await page.close()
  })

  it('runs another program with the answers that were recorded', async () => {
    const { page } = await chromium.open()
    await openExample(page, 'A service that panics')
    await page.locator('#tab-compare').click()
    const fixed = text('notes.pvm').replace('@title:    .zero 8', '@title:    .zero 16')
    await page
      .locator('input[aria-label="Program to compare with"]')
      .setInputFiles({ name: 'fixed.pvm', mimeType: 'text/plain', buffer: Buffer.from(fixed) })
    await page.locator('.totals').waitFor()
    expect(await page.locator('.totals tr', { hasText: 'host calls' }).textContent()).toMatch(/^host calls2[23]$/)
    expect(await page.locator('.totals tr.differs', { hasText: 'end' }).textContent()).not.toContain('panicpanic')
    await page.close()
  })

  it('keeps breakpoints in the link', async () => {
    const { page } = await chromium.open()
    await openExample(page, 'A loop')
    await page.locator('.line', { hasText: 'add_64 r5, r2, r3' }).locator('.dot').click()
    await page.waitForSelector('.dot.set')
    await page.getByRole('button', { name: 'Stop when r5 is written' }).click()
    await page.keyboard.press('l')
    await page.waitForFunction(() => location.hash.startsWith('#1.'))
    const link = page.url()
    await page.goto('about:blank')
    await page.goto(link)
    await page.waitForSelector('.dot.set')
    await page.locator('#tab-points').click()
    expect(await page.locator('#panel ul.events li').allTextContents()).toEqual([
      expect.stringMatching(/^pc \d+/),
      expect.stringMatching(/^write of r5/),
    ])
    await page.keyboard.press('c')
    await page.waitForFunction(() => document.querySelector('.line.here')?.textContent?.includes('add_64 r5'))
    const time = await timeOf(page)
    await page.keyboard.press('c')
    await waitForTime(page, time + 1)
    expect(await register(page, 5)).toContain('was')
    await page.close()
  })
})
