/** The icons of the mocks, drawn on 16 × 16 with the text's colour. Decoration only: a label always stands beside them. */

const paths = {
  down: 'm4 6 4 4 4-4',
  up: 'm4 10 4-4 4 4',
  left: 'm10 4-4 4 4 4',
  right: 'm6 4 4 4-4 4',
  close: 'm4 4 8 8M12 4l-8 8',
  minus: 'M3.5 8h9',
  square: 'M3.5 3.5h9v9h-9z',
  search: 'M2.5 7a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0-9 0M10.5 10.5l3 3',
  check: 'm3 8.5 3.2 3.2L13 4.8',
  warn: 'M8 2.5 14 13H2zM8 6.5v3M8 11.3v.1',
  ok: 'M2 8a6 6 0 1 0 12 0a6 6 0 1 0-12 0M5.3 8.2l1.9 1.9 3.6-3.9',
  bad: 'M2 8a6 6 0 1 0 12 0a6 6 0 1 0-12 0M6 6l4 4M10 6l-4 4',
  info: 'M2 8a6 6 0 1 0 12 0a6 6 0 1 0-12 0M8 7.5V11M8 5.2v.1',
  unknown: 'M2 8a6 6 0 1 0 12 0a6 6 0 1 0-12 0M6.3 6.4c.2-2 3.5-1.9 3.4.1 0 1.2-1.6 1.3-1.7 2.5M8 11.2v.1',
  clock: 'M2.3 8a5.7 5.7 0 1 0 11.4 0a5.7 5.7 0 1 0-11.4 0M8 4.8V8l2.2 1.5',
  ban: 'M2.3 8a5.7 5.7 0 1 0 11.4 0a5.7 5.7 0 1 0-11.4 0M4 4l8 8',
  commit: 'M5.5 8a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0-5 0M1.5 8h4M10.5 8h4',
  differ: 'M2 8a6 6 0 1 0 12 0a6 6 0 1 0-12 0M5 6.7h6M5 9.5h6M10 4.8l-4 6.5',
  export: 'M8 10V2.5M5.2 5.2 8 2.5l2.8 2.7M3 8.5v5h10v-5',
  wave: 'M2 8a6 6 0 1 0 12 0a6 6 0 1 0-12 0M5 9c1-2 2-2 3-1s2 1 3-1',
  sync: 'M13 8a5 5 0 0 1-9.2 2.7M3 8a5 5 0 0 1 9.2-2.7M12.5 2.5v3h-3M3.5 13.5v-3h3',
  jobs: 'M3 4a5 1.8 0 1 0 10 0a5 1.8 0 1 0-10 0M3 4v8c0 1 2.2 1.8 5 1.8s5-.8 5-1.8V4M3 8c0 1 2.2 1.8 5 1.8S13 9 13 8',
  cloud: 'M4.5 12.5h7a2.6 2.6 0 0 0 .4-5.2 4 4 0 0 0-7.7-.6 3 3 0 0 0 .3 5.8z',
  offline: 'M4.5 12.5h7a2.6 2.6 0 0 0 .4-5.2A4 4 0 0 0 5 5.5M4 7a2.8 2.8 0 0 0-.8 5M2.5 2.5l11 11',
  crate: 'M8 2 13.5 5v6L8 14 2.5 11V5zM2.5 5 8 8l5.5-3M8 8v6',
  file: 'M4 2.5h5l3 3v8H4zM9 2.5v3h3',
  lock: 'M4 7.5h8v6H4zM5.5 7.5v-2a2.5 2.5 0 0 1 5 0v2',
  list: 'M5.5 4h8M5.5 8h8M5.5 12h8M2.5 4h.1M2.5 8h.1M2.5 12h.1',
  filter: 'M2.5 3.5h11L9.5 8.5v4l-3 1.5V8.5z',
  play: 'M5 3.5v9l7-4.5z',
  split: 'M2.5 3h11v10h-11zM8 3v10',
  folder: 'M2 4.5h4l1.3 1.5H14v6.5H2z',
  branch:
    'M3 3.5a1.5 1.5 0 1 0 3 0a1.5 1.5 0 1 0-3 0M3 12.5a1.5 1.5 0 1 0 3 0a1.5 1.5 0 1 0-3 0M10 5a1.5 1.5 0 1 0 3 0a1.5 1.5 0 1 0-3 0M4.5 5v6M11.5 6.5c0 2.5-4 2-6.3 3.3',
  inbox: 'M2.5 9 4.5 3.5h7L13.5 9v3.5h-11zM2.5 9h3.2l.8 1.5h3L10.3 9h3.2',
  person: 'M5.5 5.5a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0-5 0M3 13.5c.5-3 2.5-4 5-4s4.5 1 5 4',
  personAdd: 'M4 5.5a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0-5 0M2 13.5c.4-3 2.2-4 4.5-4 1 0 2 .2 2.8.7M12.5 9.5v4M10.5 11.5h4',
  seal: 'M4 6.5a4 4 0 1 0 8 0a4 4 0 1 0-8 0M5.5 9.8l-.8 4 3.3-1.6 3.3 1.6-.8-4M6.5 6.5l1.1 1.1 2-2.1',
  plus: 'M8 3.5v9M3.5 8h9',
  hand: 'M2.5 8h9M8.5 4.5 12 8l-3.5 3.5M13.5 3v10',
  flag: 'M4 14V2.5h8l-2 3 2 3H4',
  flask: 'M6 2.5h4M7 2.5V7l-3.5 6.5h9L9 7V2.5',
  wifi: 'M8 12.2v.1M5.6 9.8a3.4 3.4 0 0 1 4.8 0M3.4 7.6a6.5 6.5 0 0 1 9.2 0',
  theme: 'M2.3 8a5.7 5.7 0 1 0 11.4 0a5.7 5.7 0 1 0-11.4 0M8 2.3v11.4',
  outside: 'M2 8a6 6 0 1 0 12 0a6 6 0 1 0-12 0M5.5 8h5',
} as const

export type IconName = keyof typeof paths

/** One icon; hidden from screen readers. */
export function Icon({ name, className }: { readonly name: IconName; readonly className?: string }) {
  return (
    <svg className={className === undefined ? 'i' : `i ${className}`} viewBox="0 0 16 16" aria-hidden="true">
      <path d={paths[name]} strokeDasharray={name === 'outside' ? '2.2 2' : undefined} />
    </svg>
  )
}

/** The mark of Assay. */
export function Brand() {
  return (
    <svg width="18" height="18" viewBox="0 0 18 18" aria-hidden="true" fill="none" stroke="currentColor">
      <path d="M9 1.2 16.2 9 9 16.8 1.8 9z" strokeWidth="1.5" />
      <path d="M5.8 9.2 8 11.4l4.3-4.7" strokeWidth="1.7" strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  )
}
