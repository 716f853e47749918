// What others may send to the page: files, links and pastes that mean harm, programs that never end. In a real Chromium.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { deflateRawSync } from 'node:zlib'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Chromium, hasChromium, openExample, timeOf, waitForExit, waitForTime } from './browser.ts'

const EXAMPLES = join(import.meta.dirname, '../dist/examples')
const HTML = '<img src=x onerror=alert(1)>'

async function openFile(page: Page, name: string, content: Buffer | string): Promise<void> {
  const buffer = typeof content === 'string' ? Buffer.from(content) : content
  await page.locator('input[aria-label="File to open"]').setInputFiles({ name, mimeType: 'text/plain', buffer })
}

async function paste(page: Page, text: string): Promise<void> {
  await page.locator('textarea').fill(text)
  await page.getByRole('button', { name: 'Open what is pasted' }).click()
}

/** A link with any head and program. */
function linkOf(head: unknown, bytes: Buffer = Buffer.from('jump_ind r0\n')): string {
  const text = Buffer.from(typeof head === 'string' ? head : JSON.stringify(head))
  const length = Buffer.alloc(4)
  length.writeUInt32LE(text.length)
  return `#1.${deflateRawSync(Buffer.concat([length, text, bytes])).toString('base64url')}`
}

/** Bytes that look like nothing in particular, the same each time. */
function noise(length: number, seed: number): Buffer {
  let state = seed
  return Buffer.from(
    Array.from({ length }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      return state >>> 24
    }),
  )
}

describe.skipIf(!hasChromium)('what others send to the page', () => {
  let chromium: Chromium
  beforeAll(async () => {
    chromium = await Chromium.launch()
  })
  afterAll(() => chromium?.close())

  it('is text, where it looks like HTML: names, messages, metadata', async () => {
    const { page, complaints } = await chromium.open()
    const text = `.format standard
.stack 4096
.ro
@m: .ascii "${HTML}"
@end:
.code
  load_imm r10, @m
  load_imm r11, @end - @m
  ecalli 100
  jump_ind r0
`
    await openFile(page, `${HTML}.pvm`, text)
    await page.waitForSelector('.listing .line[data-pc]')
    expect(await page.locator('h1').textContent()).toBe(`${HTML}.pvm`)
    await page.keyboard.press('End')
    await waitForExit(page, 'HALT')
    await page.locator('#tab-calls').click()
    await page.locator('.events li', { hasText: 'onerror' }).waitFor()
    await page.locator('#tab-profile').click()
    expect(await page.locator('img').count()).toBe(0)
    await page.locator('#tab-state').click()
    await page.locator('textarea[name=state]').fill(`{ "${HTML}": 1 }`)
    await page.getByRole('button', { name: 'Open again with this' }).click()
    expect(await page.getByRole('alert').textContent()).toContain(HTML)
    await page.goto(`${page.url().split('#')[0]}${linkOf({ name: HTML, start: { entry: HTML } })}`)
    expect(await page.getByRole('alert').textContent()).toContain(HTML)
    expect(await page.locator('img').count()).toBe(0)
    expect(complaints).toEqual([])
    await page.close()
  })

  it('is refused in words where it is no program, and what was open stays', async () => {
    const { page, complaints } = await chromium.open()
    const jam = readFileSync(join(EXAMPLES, 'counter.jam'))
    const trace = readFileSync(join(EXAMPLES, 'notes.trace'), 'utf8')
    const files: [string, Buffer | string][] = [
      ['empty', ''],
      ['noise', noise(100_000, 7)],
      ['zeros', Buffer.alloc(100_000)],
      ['half.jam', jam.subarray(0, jam.length >> 1)],
      ['long.jam', Buffer.concat([jam, noise(9, 3)])],
      ['brackets', '['.repeat(100_000)],
      ['half.trace', trace.slice(0, 400)],
      ['wrong.trace', trace.replace('len=12', 'len=4294967295')],
      ['huge.pvm', '.stack 99999999999999\n.code\n trap\n'],
      ['hex', '0f'.repeat(1_000_000)],
      ['base64', 'QUJD'.repeat(500_000)],
    ]
    for (const [name, content] of files) {
      await openFile(page, name, content)
      const alert = page.getByRole('alert')
      await alert.waitFor()
      expect(await alert.textContent(), name).toMatch(/\w{3}/)
      await alert.getByRole('button', { name: 'close' }).click()
      await alert.waitFor({ state: 'detached' })
    }
    await openExample(page, 'Hello')
    await page.getByRole('button', { name: 'Open …' }).click()
    await openFile(page, 'noise', noise(1000, 5))
    await page.getByRole('alert').waitFor()
    await page.getByRole('button', { name: 'Back to the program' }).click()
    expect(await page.locator('h1').textContent()).toBe('hello.pvm')
    await page.keyboard.press('s')
    await waitForTime(page, 1)
    expect(complaints).toEqual([])
    await page.close()
  })

  it('is taken out of links only where it is what it has to be', async () => {
    const { page, url, complaints } = await chromium.open()
    const bomb = `#1.${deflateRawSync(Buffer.alloc(100 * 2 ** 20)).toString('base64url')}`
    const wrong: [string, string][] = [
      ['#1.', 'this link is damaged'],
      ['#1.%%%', 'this link is damaged'],
      [bomb, 'more than 64 MiB'],
      [linkOf('no json'), 'this link is damaged'],
      [linkOf('null'), 'this link is damaged'],
      [linkOf({ start: { gas: '-1' } }), 'gas: -1'],
      [linkOf({ start: { profile: 'x' } }), 'profile: x'],
      [linkOf({ start: { engine: 'x' } }), 'x'],
      [linkOf({ start: { host: 'x' } }), 'host: x'],
      [linkOf({ edits: [{ time: 5, registers: [[7, '1']] }] }), 'does not come to time 5'],
      [linkOf({ edits: [{ time: 0, registers: [[13, '1']] }] }), 'register: 13'],
      [linkOf({ edits: [{ time: 0, memory: [[4294967295, '00']] }] }), 'is not mapped'],
      [linkOf({ points: [{ pc: 99 }] }), 'no instruction begins at 99'],
      [linkOf({ points: [{ watch: { register: 99 } }] }), 'register: 99'],
    ]
    for (const [hash, said] of wrong) {
      await page.goto('about:blank')
      await page.goto(url + hash)
      expect(await page.getByRole('alert').textContent(), hash.slice(0, 60)).toContain(said)
    }
    // What makes no sense is left out, what makes sense stays.
    await page.goto('about:blank')
    const head = {
      name: 7,
      start: [],
      symbols: 3,
      time: -1,
      edits: [{ time: 'x' }, null],
      points: [{}, 'x', { pc: 0 }],
    }
    await page.goto(url + linkOf(head))
    await page.waitForSelector('.dot.set')
    expect(await page.locator('h1').textContent()).toBe('from a link')
    expect(complaints).toEqual([])
    await page.close()
  })

  it('may run for 10^9 instructions: gone through, cancelled, searched', async () => {
    const { page, complaints } = await chromium.open()
    const text =
      'load_imm r7, 500000000\nload_imm r9, 7\nfallthrough\n@loop:\nadd_imm_64 r7, r7, -1\nbranch_ne_imm r7, 0, @loop\njump_ind r0\n'
    await paste(page, text)
    await page.waitForSelector('.listing .line[data-pc]')
    await page.locator('#tab-start').click()
    await page.getByRole('textbox', { name: 'Gas' }).fill('2000000000')
    await page.getByRole('button', { name: 'Open again' }).click()
    await page.waitForFunction(() => document.querySelector('.time')?.textContent?.includes('2,000,000,000 gas'))
    const began = performance.now()
    await page.keyboard.press('End')
    await page.waitForFunction(() => document.querySelector('.state b')?.textContent === 'HALT', undefined, {
      timeout: 50_000,
    })
    console.log(`page: 10^9 instructions in ${((performance.now() - began) / 1000).toFixed(1)} s`)
    expect(await timeOf(page)).toBe(1_000_000_004)
    await page.keyboard.press('S')
    await waitForTime(page, 1_000_000_003)
    const asked = performance.now()
    await page.getByRole('button', { name: 'Who wrote r9?' }).click()
    // A search through all of it can take long: it can be ended, and the moment is the same.
    const cancel = page.getByRole('button', { name: 'Cancel' })
    const found = page.locator('.origin li')
    await Promise.race([cancel.waitFor(), found.waitFor()])
    await page.waitForTimeout(1000)
    console.log(
      `page: who wrote r9, 10^9 instructions ago: ${await found.allTextContents()} after ${((performance.now() - asked) / 1000).toFixed(1)} s`,
    )
    if (await cancel.isVisible()) {
      await cancel.click()
      await page.waitForFunction(() => document.querySelector('.busy') === null, undefined, { timeout: 50_000 })
    }
    await waitForTime(page, 1_000_000_003)
    await page.keyboard.press('S')
    await waitForTime(page, 1_000_000_002)
    expect(complaints).toEqual([])
    await page.close()
  })

  it('may ask for more memory than there is: the page goes on', async () => {
    const { page } = await chromium.open()
    // Grows its heap by 64 MiB again and again, and writes to every page of it.
    const text = `.format standard
.isa gp-0.7.2
.stack 4096
.code
  load_imm r8, 0x4000000
  fallthrough
@more:
  sbrk r7, r8
  load_imm r9, 0
  branch_eq_imm r7, 0, @done
@fill:
  add_64 r10, r7, r9
  store_ind_u64 [r10], r8
  add_imm_64 r9, r9, 4096
  branch_lt_u r9, r8, @fill
  jump @more
@done:
  jump_ind r0
`
    await paste(page, text)
    await page.waitForSelector('.listing .line[data-pc]')
    await page.locator('#tab-start').click()
    await page.getByRole('textbox', { name: 'Gas' }).fill('1000000000')
    await page.getByRole('button', { name: 'Open again' }).click()
    await page.waitForFunction(() => document.querySelector('.time')?.textContent?.includes('1,000,000,000 gas'))
    await page.keyboard.press('End')
    await page.waitForFunction(
      () =>
        document.querySelector('[role=alert]') !== null ||
        ['HALT', 'PANIC', 'PAGE-FAULT'].includes(document.querySelector('.state b')?.textContent ?? ''),
      undefined,
      { timeout: 50_000 },
    )
    console.log(
      `page: out of memory: ${await page.locator('.state').textContent()} ${(await page.getByRole('alert').allTextContents()).join()}`,
    )
    await page.getByRole('button', { name: 'Open …' }).click()
    await openExample(page, 'Hello')
    await page.keyboard.press('s')
    await waitForTime(page, 1)
    await page.close()
  })
})
