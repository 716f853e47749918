// The page in a real Chromium, as a user has it: under its policy, from some path, by clicks and keys.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
// @ts-expect-error plain JavaScript
import { recordNotes } from '../record.mjs'
import { Chromium, hasChromium, openExample, register, timeOf, waitForTime } from './browser.ts'

const PANIC = 108
const DIST = join(import.meta.dirname, '../dist')

describe('the files', () => {
  it('are at most 250 KB gzipped, without the examples', () => {
    const files = readdirSync(DIST).filter(name => !name.endsWith('.txt') && name !== 'examples')
    const sizes = files.map(name => gzipSync(readFileSync(join(DIST, name)), { level: 9 }).length)
    const sum = sizes.reduce((a, b) => a + b, 0)
    console.log(`page: ${sum} bytes gzipped in ${files.length} files`)
    expect(files).toContain('worker.js')
    expect(sum).toBeLessThan(250_000)
  })

  it('have a record of the service with a bug that its source makes', () => {
    expect(readFileSync(join(import.meta.dirname, '../examples/notes.trace'), 'utf8')).toBe(recordNotes())
  })
})

describe.skipIf(!hasChromium)('the page in Chromium', () => {
  let chromium: Chromium
  beforeAll(async () => {
    chromium = await Chromium.launch()
  })
  afterAll(() => chromium?.close())

  it('opens a recorded service at its panic, steps back, and says which instruction wrote the bad pointer', async () => {
    const { page, complaints } = await chromium.open('', { prefix: '/some/where/' })
    await openExample(page, 'A service that panics')
    await waitForTime(page, PANIC)
    expect(await page.locator('.state').textContent()).toContain('reads 8 bytes at 0x2a, below 0x10000')
    await page.keyboard.press('S')
    await waitForTime(page, PANIC - 1)
    expect(await page.locator('.line.here').getAttribute('data-pc')).toBe('128')
    await page.keyboard.press('End')
    await waitForTime(page, PANIC)
    await page.getByRole('button', { name: 'Who wrote r2?' }).first().click()
    const chain = page.locator('.origin li')
    await chain.first().waitFor()
    const said = await chain.allTextContents()
    expect(said).toHaveLength(4)
    expect(said[0]).toContain('r2 ← load_u64 r2, [0x30008]')
    expect(said[1]).toContain('8 bytes at 0x30008 ← store_ind_u8 [r2], r3')
    expect(said[1]).toContain('notes.pvm')
    expect(said[3]).toContain('host call read')
    await chain.nth(1).getByRole('button').click()
    await waitForTime(page, 98)
    expect(await page.locator('.line.here').textContent()).toContain('store_ind_u8')
    expect(complaints).toEqual([])
    await page.close()
  })

  it('steps forwards and back to the same registers', async () => {
    const { page } = await chromium.open()
    await openExample(page, 'A loop')
    await page.keyboard.press('s')
    await waitForTime(page, 1)
    expect(await register(page, 4)).toContain('0x14')
    await page.keyboard.press('s')
    await waitForTime(page, 2)
    await page.keyboard.press('s')
    await waitForTime(page, 3)
    expect(await register(page, 4)).toContain('0xff')
    await page.keyboard.press('S')
    await waitForTime(page, 2)
    expect(await register(page, 4)).toMatch(/^0x14\b/)
    await page.close()
  })

  it('stops at a breakpoint, forwards and backwards', async () => {
    const { page } = await chromium.open()
    await openExample(page, 'A loop')
    const line = page.locator('.line', { hasText: 'add_64 r5, r2, r3' })
    const pc = await line.getAttribute('data-pc')
    await line.locator('.dot').click()
    await page.waitForSelector('.dot.set')
    await page.keyboard.press('c')
    await page.waitForFunction(at => document.querySelector('.line.here')?.getAttribute('data-pc') === at, pc)
    const first = await timeOf(page)
    await page.keyboard.press('c')
    await waitForTime(page, first + 6)
    await page.keyboard.press('r')
    await waitForTime(page, first)
    await page.close()
  })

  it('stops at a watchpoint and says what it was before', async () => {
    const { page } = await chromium.open()
    await openExample(page, 'A buffer that is too small')
    await page.getByRole('button', { name: 'Stop when r2 is written' }).click()
    await page.keyboard.press('c')
    await page.waitForFunction(() => document.querySelector('.state')?.textContent?.includes('r2: 0x0 → 0x20000'))
    await page.close()
  })

  it('goes where the timeline is dragged, back included', async () => {
    const { page } = await chromium.open()
    await openExample(page, 'A service that panics')
    const over = page.locator('.u-over')
    await over.waitFor()
    const box = (await over.boundingBox())!
    const y = box.y + box.height / 2
    await page.mouse.move(box.x + box.width * 0.9, y)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width * 0.5, y, { steps: 20 })
    await waitForTime(page, PANIC / 2)
    await page.mouse.move(box.x + box.width * 0.75, y, { steps: 10 })
    await waitForTime(page, (PANIC * 3) / 4)
    await page.mouse.up()
    await page.close()
  })

  it('has a profile whose shares are those of the run, and host calls in words', async () => {
    const { page } = await chromium.open()
    await openExample(page, 'A service that panics')
    await page.waitForSelector('.u-over')
    await page.locator('#tab-profile').click()
    const row = page.locator('.profile tbody tr').first()
    expect(await row.textContent()).toBe('copy8566.4 %1')
    await page.locator('#tab-calls').click()
    await page.locator('.events li', { hasText: 'title read' }).waitFor()
    const calls = await page.locator('.events li').allTextContents()
    expect(calls).toHaveLength(2)
    expect(calls[0]).toContain('read key "title" into 0x30018 → r7 = 0xc, wrote 12 bytes')
    expect(calls[1]).toContain('log "title read"')
    await page.close()
  })

  it('makes a link that opens the same program at the same moment', async () => {
    const { page, url } = await chromium.open()
    await openExample(page, 'A buffer that is too small')
    for (let i = 1; i <= 3; i++) {
      await page.keyboard.press('s')
      await waitForTime(page, i)
    }
    const before = await register(page, 0)
    await page.keyboard.press('l')
    await page.waitForFunction(() => location.hash.startsWith('#1.'))
    const link = page.url()
    expect(link.startsWith(url)).toBe(true)
    await page.goto('about:blank')
    await page.goto(link)
    await waitForTime(page, 3)
    expect((await register(page, 0)).split(' ')[0]).toBe(before.split(' ')[0])
    expect(await page.locator('h1').textContent()).toBe('overflow.pvm')
    await page.close()
  })

  it('says that a damaged link is one, and goes on', async () => {
    const { page } = await chromium.open('#1.AAAA')
    expect(await page.getByRole('alert').textContent()).toContain('this link is damaged')
    await openExample(page, 'Hello')
    await page.close()
  })

  it('takes text that is pasted, and says what is wrong with it', async () => {
    const { page } = await chromium.open()
    await page.locator('textarea').fill('load_imm r7,\n')
    await page.getByRole('button', { name: 'Open what is pasted' }).click()
    expect(await page.getByRole('alert').textContent()).toContain('1:')
    await page.locator('textarea').fill('fallthrough\ntrap\ntrap\ntrap\ntrap\nfallthrough\n')
    await page.getByRole('button', { name: 'Open what is pasted' }).click()
    await page.waitForSelector('.listing .line[data-pc]')
    expect(await page.locator('header').textContent()).toContain('assembly text')
    await page.getByRole('button', { name: 'Open …' }).click()
    const bytes = readFileSync(join(DIST, 'examples/counter.jam'))
    for (const text of [bytes.toString('hex'), `0x${bytes.toString('hex')}`, bytes.toString('base64')]) {
      await page.locator('textarea').fill(text)
      await page.getByRole('button', { name: 'Open what is pasted' }).click()
      await page.waitForSelector('.listing .line[data-pc]')
      expect(await page.locator('header').textContent()).toContain(
        'a JAM service (metadata and standard program), coulis-counter',
      )
      await page.getByRole('button', { name: 'Open …' }).click()
    }
    await page.close()
  })

  it('takes a recorded run that is pasted, and a file that is dropped', async () => {
    const { page } = await chromium.open()
    await page.locator('textarea').fill(recordNotes())
    await page.getByRole('button', { name: 'Open what is pasted' }).click()
    await waitForTime(page, PANIC)
    const content = readFileSync(join(DIST, 'examples/fibonacci.pvm'), 'utf8')
    await page.evaluate(text => {
      const dataTransfer = new DataTransfer()
      dataTransfer.items.add(new File([text], 'dropped.pvm'))
      document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }))
    }, content)
    await page.waitForFunction(() => document.querySelector('h1')?.textContent === 'dropped.pvm')
    await page.close()
  })

  it('shows memory as a picture, of every moment', async () => {
    const { page } = await chromium.open()
    await openExample(page, 'A maze')
    await page.waitForSelector('.u-over')
    const bright = (): Promise<number> =>
      page.locator('canvas[role=img]').evaluate(element => {
        const canvas = element as HTMLCanvasElement
        const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height)
        return data.filter((byte, i) => i % 4 === 0 && byte > 48).length
      })
    expect(await bright()).toBe(0)
    await page.keyboard.press('End')
    await waitForTime(page, 803_278)
    await expect.poll(bright).toBeGreaterThan(500)
    await page.keyboard.press('Home')
    await expect.poll(bright).toBe(0)
    await page.close()
  })

  it('takes a file of its own folder by URL, with its arguments', async () => {
    const { page } = await chromium.open('?file=examples/counter.jam&entry=accumulate&args=0x2a0003')
    await page.waitForSelector('.listing .line[data-pc]')
    await page.keyboard.press('End')
    await page.waitForFunction(() => document.querySelector('.state b')?.textContent === 'HALT')
    await page.close()
  })

  it('runs a program of more than 100,000 instructions and goes back in it', async () => {
    const { page, complaints } = await chromium.open()
    const text =
      'load_imm r7, 50000\nfallthrough\n@loop:\nadd_imm_64 r7, r7, -1\nbranch_ne_imm r7, 0, @loop\njump_ind r0\n'
    await page.locator('textarea').fill(text)
    await page.getByRole('button', { name: 'Open what is pasted' }).click()
    await page.waitForSelector('.listing .line[data-pc]')
    await page.keyboard.press('End')
    await waitForTime(page, 100_003)
    await page.waitForSelector('.u-over')
    await page.keyboard.press('S')
    await waitForTime(page, 100_002)
    const slider = page.getByRole('slider', { name: 'Time' })
    await slider.fill('50000')
    await waitForTime(page, 50_000)
    expect(await register(page, 7)).toMatch(/^0x61a9\b/)
    expect(complaints).toEqual([])
    await page.close()
  })

  it('shows 200,000 lines of code without drawing them all', async () => {
    const { page } = await chromium.open()
    const buffer = Buffer.from(`${'add_imm_64 r7, r7, 1\n'.repeat(200_000)}jump_ind r0\n`)
    await page.locator('input[type=file]').setInputFiles({ name: 'long.pvm', mimeType: 'text/plain', buffer })
    await page.waitForSelector('.listing .line[data-pc]')
    expect(await page.locator('.line').count()).toBeLessThan(80)
    await page.locator('.lines').evaluate(element => {
      element.scrollTop = element.scrollHeight
    })
    await page.locator('.line', { hasText: 'jump_ind r0' }).waitFor()
    await page.close()
  })

  it('can be cancelled while a program runs on and on', async () => {
    const { page } = await chromium.open()
    await page.locator('textarea').fill('@loop:\njump @loop\n')
    await page.getByRole('button', { name: 'Open what is pasted' }).click()
    await page.waitForSelector('.listing .line[data-pc]')
    await page.locator('#tab-start').click()
    await page.getByRole('textbox', { name: 'Gas' }).fill('9,000,000,000,000,000')
    await page.getByRole('button', { name: 'Open again' }).click()
    await page.waitForFunction(() =>
      document.querySelector('.time')?.textContent?.includes('9,000,000,000,000,000 gas'),
    )
    await page.keyboard.press('c')
    await page.waitForFunction(() =>
      /running: [\d,]+ instructions, [\d,]+ a second/.test(document.querySelector('.busy')?.textContent ?? ''),
    )
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.waitForFunction(() => document.querySelector('.state')?.textContent?.includes('where you cancelled it'))
    const time = await timeOf(page)
    expect(time).toBeGreaterThan(0)
    await page.keyboard.press('S')
    await waitForTime(page, time - 1)
    await page.close()
  })

  it('finds two engines alike, and takes a changed register', async () => {
    const { page } = await chromium.open()
    await openExample(page, 'A service that counts')
    await page.keyboard.press('End')
    await page.waitForFunction(() => document.querySelector('.state b')?.textContent === 'HALT')
    await page.locator('#tab-compare').click()
    await page.getByRole('button', { name: 'reference', exact: true }).click()
    await page.waitForFunction(() => document.body.textContent?.includes('reference does the same, over all'))
    await page.locator('#tab-memory').click()
    await page.keyboard.press('Home')
    await waitForTime(page, 0)
    await page.getByRole('button', { name: 'Change r7' }).click()
    await page.getByRole('textbox', { name: 'New value of r7' }).fill('-1')
    await page.keyboard.press('Enter')
    await page.waitForFunction(() =>
      document.querySelector('tr[data-register="7"]')?.textContent?.includes('0xffffffffffffffff'),
    )
    await page.close()
  })

  it('runs on the reference machine where its policy forbids WebAssembly', async () => {
    const { page } = await chromium.open('', { wasm: false })
    await openExample(page, 'A service that panics')
    await waitForTime(page, PANIC)
    expect(await page.locator('header').textContent()).toContain('reference')
    await page.close()
  })

  it('says what it is that was opened', async () => {
    const { page } = await chromium.open()
    await openExample(page, 'A service that counts')
    await page.locator('#tab-start').click()
    const about = await page.locator('.about tr').allTextContents()
    expect(about).toContain('namecoulis-counter 0.1.0')
    expect(about).toContain('host callsread, write, log')
    expect(about).toContain('gasone for each instruction')
    expect(about.join()).toMatch(/code\d+ bytes, 82 instructions in \d+ blocks/)
    await page.close()
  })

  it('says so when its worker cannot start, and starts one when it can', async () => {
    const { page } = await chromium.open()
    await page.route('**/worker.js', route => route.abort())
    await page.reload()
    await page.locator('.card', { hasText: 'Hello' }).click()
    expect(await page.getByRole('alert').textContent()).toContain('the worker failed')
    await page.unroute('**/worker.js')
    await openExample(page, 'Hello')
    expect(await page.getByRole('alert').count()).toBe(0)
    await page.close()
  })

  it('forgets a link when something else is opened', async () => {
    const { page, url } = await chromium.open('?file=examples/hello.pvm')
    await page.waitForSelector('.listing .line[data-pc]')
    expect(page.url()).toContain('?file=')
    await page.getByRole('button', { name: 'Open …' }).click()
    await openExample(page, 'A loop')
    await expect.poll(() => page.url()).toBe(url)
    await page.close()
  })

  it('asks no other host for anything', async () => {
    const { page, url } = await chromium.open()
    const asked: string[] = []
    page.on('request', request => asked.push(request.url()))
    await page.reload()
    await openExample(page, 'Hello')
    expect(asked.length).toBeGreaterThan(2)
    expect(asked.filter(at => !at.startsWith(url) && !at.startsWith('data:'))).toEqual([])
    const refused = await page.evaluate(() =>
      fetch('https://example.com/').then(
        () => 'allowed',
        () => 'refused',
      ),
    )
    expect(refused).toBe('refused')
    await page.close()
  })
})
