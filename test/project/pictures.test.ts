// The pictures of docs/images that are drawn by script are what it draws: they name addresses, fields and numbers of the sources.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { pictures } from '../../scripts/pictures/index.ts'

const ROOT = join(import.meta.dirname, '../..')
const IMAGES = join(ROOT, 'docs/images')

function header(): string {
  const path = readdirSync(join(ROOT, 'core'), { recursive: true, encoding: 'utf8' }).find(name =>
    /(^|\/)vm\.h$/.test(name),
  )
  return readFileSync(join(ROOT, 'core', path!), 'utf8')
}

describe('pictures', () => {
  const drawn = pictures(header())

  it.each(Object.entries(drawn))('%s is up to date (npm run pictures)', (name, svg) => {
    expect(readFileSync(join(IMAGES, name), 'utf8')).toBe(svg)
  })

  it('none is there that nothing draws, and each is shown on some page with a text for who cannot see it', () => {
    expect(
      readdirSync(IMAGES)
        .filter(name => name.endsWith('.svg'))
        .sort(),
    ).toEqual(Object.keys(drawn).sort())
    const pages = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
      .filter(name => name.endsWith('.md'))
      .map(name => readFileSync(join(ROOT, 'docs', name), 'utf8'))
      .join('\n')
    for (const name of Object.keys(drawn))
      expect(pages, name).toMatch(new RegExp(`!\\[[^\\]]{20,}\\]\\(images/${name}\\)`))
  })

  it('words stay inside of the picture: by a generous width of a letter', () => {
    for (const [name, svg] of Object.entries(drawn)) {
      const width = Number(/ width="(\d+)"/.exec(svg)![1])
      for (const [, classes, x, anchor, text] of svg.matchAll(
        /<text class="([^"]*)" x="([\d.]+)" y="[\d.]+"(?: text-anchor="(\w+)")?>([^<]*)<\/text>/g,
      )) {
        if (anchor !== undefined) continue
        const letter = classes!.includes('code') ? 7.3 : 7
        const shown = text!.replace(/&\w+;/g, '&')
        expect(Number(x) + letter * shown.length, `${name}: ${shown}`).toBeLessThan(width + 20)
      }
    }
  })
})
