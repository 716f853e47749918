// How the page feels: first paint, frames while dragging, keys alone, names for who does not see, small screens. In a real Chromium.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Chromium, hasChromium, openExample, timeOf, waitForTime } from './browser.ts'

/** Of the machine that the tests run on: beside other work they say little, so the bounds are wide and the figures printed. */
const MOST_PAINT = 1000
const MOST_FRAME = 50

describe.skipIf(!hasChromium)('how the page feels', () => {
  let chromium: Chromium
  beforeAll(async () => {
    chromium = await Chromium.launch()
  })
  afterAll(() => chromium?.close())

  it('paints soon', async () => {
    const { page } = await chromium.open()
    const paints: number[] = []
    for (let i = 0; i < 5; i++) {
      await page.reload()
      await page.locator('.card').first().waitFor()
      const paint = await page.waitForFunction(
        () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime,
      )
      paints.push((await paint.jsonValue())!)
    }
    console.log(`page: first paint ${paints.map(ms => ms.toFixed(0)).join(', ')} ms`)
    expect(Math.min(...paints)).toBeLessThan(MOST_PAINT)
    await page.close()
  })

  it('draws while the timeline is dragged over a recorded service', async () => {
    const { page } = await chromium.open()
    await openExample(page, 'A service that panics')
    const over = page.locator('.u-over')
    await over.waitFor()
    const box = (await over.boundingBox())!
    await page.evaluate(() => {
      const state = { frames: [] as number[], moments: new Set<string>() }
      Object.assign(window, { state })
      let last = performance.now()
      const look = (now: number): void => {
        state.frames.push(now - last)
        state.moments.add(document.querySelector('output.time')!.textContent!)
        last = now
        requestAnimationFrame(look)
      }
      requestAnimationFrame(look)
    })
    const y = box.y + box.height / 2
    await page.mouse.move(box.x + box.width - 2, y)
    await page.mouse.down()
    for (const to of [0.1, 0.9, 0.2, 0.7]) await page.mouse.move(box.x + box.width * to, y, { steps: 30 })
    await page.mouse.up()
    const { frames, moments } = await page.evaluate(() => {
      const { state } = window as unknown as { state: { frames: number[]; moments: Set<string> } }
      return { frames: state.frames.slice(2), moments: state.moments.size }
    })
    frames.sort((a, b) => a - b)
    const at = (share: number): number => frames[Math.floor(frames.length * share)]!
    const slow = frames.filter(ms => ms > 25).length
    console.log(
      `page: ${frames.length} frames while dragging, median ${at(0.5).toFixed(1)} ms, 95 % ${at(0.95).toFixed(1)} ms, ${slow} over 25 ms; ${moments} moments shown`,
    )
    expect(at(0.5)).toBeLessThan(MOST_FRAME)
    expect(moments).toBeGreaterThan(20)
    await page.close()
  })

  it('is used by keys alone', async () => {
    const { page } = await chromium.open()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await waitForTime(page, 108)
    await page.keyboard.press('S')
    await waitForTime(page, 107)
    // In the code: up to the line before, and run to it.
    const lines = page.getByRole('listbox', { name: 'Instructions' })
    await lines.focus()
    await page.keyboard.press('ArrowUp')
    await page.locator('.line.cursor').waitFor()
    const marked = await page.locator('.line.cursor').getAttribute('data-pc')
    await page.keyboard.press('b')
    await page.waitForFunction(pc => document.querySelector(`[data-pc="${pc}"] .dot.set`) !== null, marked)
    const spoken = page.getByRole('option', { name: `breakpoint, pc ${marked}, ` })
    expect(await spoken.getAttribute('aria-label')).toContain('load_u64 r2, [0x30008]')
    await page.keyboard.press('Home')
    await waitForTime(page, 0)
    await page.keyboard.press('c')
    await page.waitForFunction(pc => document.querySelector('.line.here')?.getAttribute('data-pc') === pc, marked)
    const time = await timeOf(page)
    await page.getByRole('slider').focus()
    await page.keyboard.press('ArrowLeft')
    await waitForTime(page, time - 1)
    await page.locator('[role=tab][aria-selected=true]').focus()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowRight')
    expect(await page.locator('[role=tab][aria-selected=true]').textContent()).toContain('Host calls')
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keys and words' }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.close()
  })

  it('has a name for whatever can be pressed or typed into, in every panel', async () => {
    const { page } = await chromium.open()
    const nameless = (): Promise<string[]> =>
      page.evaluate(() =>
        [...document.querySelectorAll<HTMLElement>('button, input, select, textarea, [role=tabpanel], section')]
          .filter(element => {
            const { ariaLabel, textContent, title } = element
            const labels =
              element instanceof HTMLInputElement ? element.labels : (element as HTMLTextAreaElement).labels
            const named = element.getAttribute('aria-labelledby') ?? ''
            return !(ariaLabel || title || textContent?.trim() || labels?.length || document.getElementById(named))
          })
          .map(element => element.outerHTML.slice(0, 120)),
      )
    expect(await nameless()).toEqual([])
    await openExample(page, 'A service that counts')
    await page.waitForSelector('.u-over')
    for (const tab of await page.locator('[role=tab]').all()) {
      await tab.click()
      await page.waitForTimeout(50)
      expect(await nameless()).toEqual([])
    }
    await page.close()
  })

  it.each([
    ['a phone', 360, 740],
    ['a small screen', 1280, 720],
  ])('is not wider than %s', async (_, width, height) => {
    const { page } = await chromium.open()
    await page.setViewportSize({ width, height })
    const excess = (): Promise<number> => page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    expect(await excess()).toBeLessThanOrEqual(0)
    await openExample(page, 'A service that counts')
    await page.waitForSelector('.u-over')
    for (const tab of await page.locator('[role=tab]').all()) {
      await tab.click()
      await page.waitForTimeout(50)
      expect(await excess(), (await tab.textContent())!).toBeLessThanOrEqual(0)
    }
    await page.close()
  })

  it.each(['light', 'dark'] as const)('is readable in %s: contrast of at least 4.5', async colorScheme => {
    const { page } = await chromium.open()
    await page.emulateMedia({ colorScheme })
    await openExample(page, 'A service that panics')
    await page.waitForSelector('.u-over')
    await page.getByRole('button', { name: 'Who wrote r2?' }).first().click()
    await page.locator('.origin li').first().waitFor()
    const low = await page.evaluate(() => {
      const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true })!
      canvas.canvas.width = canvas.canvas.height = 1
      const rgb = (colour: string, below: number[]): number[] => {
        canvas.fillStyle = `rgb(${below.join(' ')})`
        canvas.fillRect(0, 0, 1, 1)
        canvas.fillStyle = colour
        canvas.fillRect(0, 0, 1, 1)
        return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3)
      }
      const light = ([r, g, b]: number[]): number => {
        const [x, y, z] = [r!, g!, b!].map(part => {
          const c = part / 255
          return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
        })
        return 0.2126 * x! + 0.7152 * y! + 0.0722 * z!
      }
      const backOf = (element: Element | null): number[] =>
        element === null
          ? [255, 255, 255]
          : rgb(getComputedStyle(element).backgroundColor, backOf(element.parentElement))
      const found: string[] = []
      for (const element of document.querySelectorAll('.app *')) {
        const own = [...element.childNodes].some(node => node.nodeType === 3 && node.textContent!.trim() !== '')
        if (!own || element.closest(':disabled, .never, .u-axis, .future') || element.getClientRects().length === 0)
          continue
        const back = backOf(element)
        const [a, b] = [light(back), light(rgb(getComputedStyle(element).color, back))].sort((x, y) => y - x)
        const contrast = (a! + 0.05) / (b! + 0.05)
        if (contrast < 4.5)
          found.push(`${element.className} "${element.textContent!.slice(0, 20)}" ${contrast.toFixed(2)}`)
      }
      return [...new Set(found)]
    })
    expect(low).toEqual([])
    await page.close()
  })
})
