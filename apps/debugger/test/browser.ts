// A real Chromium, and the built page in it. Not the tests.
import { existsSync } from 'node:fs'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Browser, chromium, type Page } from 'playwright-core'
// @ts-expect-error plain JavaScript
import { serve } from '../serve.mjs'

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium'
export const hasChromium: boolean = existsSync(executablePath)

export interface Opened {
  readonly page: Page
  readonly url: string
  /** What the page complained of: refused by its policy, thrown. */
  readonly complaints: readonly string[]
}

/** One browser for a test file. */
export class Chromium {
  readonly #browser: Browser
  readonly #servers: Server[] = []

  private constructor(browser: Browser) {
    this.#browser = browser
  }

  static async launch(): Promise<Chromium> {
    return new Chromium(await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] }))
  }

  async open(path = '', options: { wasm?: boolean; prefix?: string } = {}): Promise<Opened> {
    const prefix = options.prefix ?? '/'
    const server: Server = await serve({ ...options, prefix })
    this.#servers.push(server)
    const page = await this.#browser.newPage({ viewport: { width: 1280, height: 720 } })
    page.setDefaultTimeout(15_000)
    const complaints: string[] = []
    page.on('pageerror', error => complaints.push(String(error)))
    page.on('console', message => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
    })
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${prefix}`
    await page.goto(url + path)
    return { page, url, complaints }
  }

  async close(): Promise<void> {
    await this.#browser.close()
    for (const server of this.#servers) server.close()
  }
}

/** How many instructions have been executed where the page is. */
export async function timeOf(page: Page): Promise<number> {
  const text = (await page.locator('output.time').textContent()) ?? ''
  return Number(/^[\d,]+/.exec(text)![0].replaceAll(',', ''))
}

export async function waitForTime(page: Page, time: number): Promise<void> {
  const wanted = time.toLocaleString('en-US')
  await page.waitForFunction(
    text => document.querySelector('output.time')?.textContent?.startsWith(`${text} /`),
    wanted,
  )
}

/** Until the state of the page says so: HALT, PANIC. */
export async function waitForExit(page: Page, exit: string): Promise<void> {
  await page.waitForFunction(name => document.querySelector('.state b')?.textContent === name, exit)
}

export async function register(page: Page, number: number): Promise<string> {
  return (await page.locator(`tr[data-register="${number}"] td.number`).first().textContent()) ?? ''
}

export async function openExample(page: Page, title: string): Promise<void> {
  await page.locator('.card', { hasText: title }).click()
  await page.waitForSelector('.listing .line[data-pc]')
}
