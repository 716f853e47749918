// Memory as a picture: a byte a point, from black to white. For programs that draw; it follows the moment that is shown.
import { useEffect, useRef, useState } from 'preact/hooks'
import type { View } from '../protocol.ts'
import type { Client } from './client.ts'
import { hex } from './format.ts'

/** Where a picture is, and how large. */
export interface PictureAt {
  readonly address: number
  readonly width: number
  readonly height: number
}

const MOST_BYTES = 64 * 1024
/** What it may take on the screen, in pixels, when its points are made larger. */
const WIDE = 480
const HIGH = 150

interface Props {
  readonly client: Client
  readonly view: View
  readonly picture: PictureAt
  onSize(picture: PictureAt): void
}

export function Picture({ client, view, picture, onSize }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const [said, setSaid] = useState('')
  const { address, width, height } = picture
  useEffect(() => {
    let isOld = false
    client.ask('memory', address, width * height).then(
      ({ bytes }) => {
        const context = canvas.current?.getContext('2d')
        if (isOld || !context) return
        const image = context.createImageData(width, height)
        for (const [i, byte = 0] of bytes.entries()) image.data.set([byte, byte, byte, 255], 4 * i)
        context.putImageData(image, 0, 0)
        setSaid(bytes.some(byte => byte === undefined) ? 'A part of it is not mapped, and black.' : '')
      },
      failure => setSaid(String(failure.message)),
    )
    return () => {
      isOld = true
    }
  }, [client, view, address, width, height])

  const resize = (event: Event): void => {
    const form = new FormData(event.currentTarget as HTMLFormElement)
    const [w, h] = [Number(form.get('width')), Number(form.get('height'))]
    if (Number.isInteger(w) && Number.isInteger(h) && w > 0 && h > 0 && w * h <= MOST_BYTES)
      onSize({ address, width: w, height: h })
  }
  const scale = Math.max(1, Math.floor(Math.min(WIDE / width, HIGH / height)))
  return (
    <div class="picture">
      <form class="row" onChange={resize} onSubmit={event => event.preventDefault()}>
        <span>Picture at {hex(address)}</span>
        <label>
          width <input name="width" type="number" min={1} max={4096} defaultValue={width} />
        </label>
        <label>
          height <input name="height" type="number" min={1} max={4096} defaultValue={height} />
        </label>
      </form>
      <canvas
        ref={canvas}
        width={width}
        height={height}
        style={{ width: `${width * scale}px`, height: `${height * scale}px` }}
        role="img"
        aria-label={`Memory at ${hex(address)} as a picture of ${width} by ${height} points`}
      />
      <p class="dim">{said}</p>
    </div>
  )
}
