/**
 * A chart as a file: its picture, drawn on a canvas with the colours of the light theme or of the one on screen, or its
 * table as CSV. Drawn mark by mark, so that nothing of the page is read back and no image is loaded.
 */
import type { Chart, ChartTable, Mark, Tone } from '../../shared/overview-chart.ts'
import { csvOf } from '../../shared/csv.ts'
import { TONES } from './chart-svg.tsx'

/** Of a CSS pixel, for print. */
const SCALE = 2
const MARGIN = 16
const TITLE = 26

interface Paint {
  readonly colour: (tone: Tone) => string
  readonly background: string
  readonly font: string
}

function paintNow(): Paint {
  const style = getComputedStyle(document.documentElement)
  // A custom property is text; only a property of an element is a colour.
  const probe = document.createElement('span')
  document.body.append(probe)
  const resolved = (name: string): string => {
    probe.style.color = `var(${name})`
    return getComputedStyle(probe).color
  }
  const colours = Object.fromEntries(Object.entries(TONES).map(([tone, name]) => [tone, resolved(name)]))
  const background = resolved('--bg-1')
  probe.remove()
  return { colour: tone => colours[tone] ?? '', background, font: style.getPropertyValue('--font-ui') || 'sans-serif' }
}

/** PNG as base64; null where the page cannot draw. */
export function chartPng(chart: Chart): string | null {
  const canvas = document.createElement('canvas')
  const [width, height] = [chart.width + 2 * MARGIN, chart.height + TITLE + 2 * MARGIN]
  canvas.width = width * SCALE
  canvas.height = height * SCALE
  const context = canvas.getContext('2d')
  if (context === null) return null
  const paint = paintNow()
  context.scale(SCALE, SCALE)
  context.fillStyle = paint.background
  context.fillRect(0, 0, width, height)
  context.fillStyle = paint.colour('strong')
  context.font = `600 14px ${paint.font}`
  context.fillText(chart.title, MARGIN, MARGIN + 12)
  context.translate(MARGIN, MARGIN + TITLE)
  for (const mark of chart.marks) draw(context, mark, paint)
  const [, base64 = ''] = canvas.toDataURL('image/png').split(',')
  return base64 === '' ? null : base64
}

function draw(context: CanvasRenderingContext2D, mark: Mark, paint: Paint): void {
  context.save()
  context.fillStyle = paint.colour(mark.tone)
  context.strokeStyle = paint.colour(mark.tone)
  switch (mark.kind) {
    case 'line':
    case 'area': {
      context.beginPath()
      for (const [x, y] of mark.points) context.lineTo(x, y)
      if (mark.kind === 'area') {
        context.globalAlpha = 0.26
        context.fill()
        break
      }
      context.lineWidth = mark.tone === 'grid' || mark.tone === 'quiet' ? 1 : 2
      if (mark.isDashed) context.setLineDash([3, 3])
      context.stroke()
      break
    }
    case 'rect':
      if (mark.isHatched) stripes(context, mark)
      else context.fillRect(mark.x, mark.y, mark.width, mark.height)
      break
    case 'dot':
      context.beginPath()
      context.arc(mark.x, mark.y, 3.5, 0, 2 * Math.PI)
      context.fill()
      break
    case 'text':
      context.font = mark.isBold ? `600 13px ${paint.font}` : `11.5px ${paint.font}`
      context.textAlign = mark.anchor === 'middle' ? 'center' : mark.anchor
      context.fillText(mark.text, mark.x, mark.y)
      break
  }
  context.restore()
}

function stripes(context: CanvasRenderingContext2D, mark: Extract<Mark, { kind: 'rect' }>): void {
  const { x, y, width, height } = mark
  context.beginPath()
  context.rect(x, y, width, height)
  context.clip()
  context.lineWidth = 3
  context.beginPath()
  for (let at = x - height; at < x + width; at += 7) {
    context.moveTo(at, y + height)
    context.lineTo(at + height, y)
  }
  context.stroke()
}

/** CSV as base64. */
export function tableCsv({ columns, rows }: ChartTable): string {
  const bytes = new TextEncoder().encode(csvOf(columns, rows))
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary)
}
