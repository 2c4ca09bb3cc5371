// Every colour and size of the interface that Mantine has no name for. Light and dark pairs are
// checked for contrast on the worst surface they are used on.

type Tokens = Record<`--hc-${string}`, string>

export const light: Tokens = {
  '--hc-page': '#F7F6F2',
  '--hc-surface': '#FFFFFF',
  '--hc-raised': '#FFFFFF',
  '--hc-sunken': '#EFEDE6',
  '--hc-fill': '#EFEDE6',
  '--hc-hover': '#F3F1EB',
  '--hc-ink': '#15201F',
  '--hc-ink-2': '#47534F',
  '--hc-ink-3': '#5C6763',
  '--hc-line': '#E2DFD6',
  '--hc-line-strong': '#7F8783',
  '--hc-accent': '#0B5E6B',
  '--hc-accent-hover': '#084B56',
  '--hc-on-accent': '#FFFFFF',
  '--hc-accent-soft': '#E2F0F2',
  '--hc-accent-ink': '#0A4C57',
  '--hc-accent-edge': '#A9D3D9',
  '--hc-att': '#834700',
  '--hc-att-soft': '#FCF0DC',
  '--hc-att-mark': '#B96A08',
  '--hc-att-edge': '#ECD0A0',
  '--hc-urg': '#AE241C',
  '--hc-urg-fill': '#AE241C',
  '--hc-urg-soft': '#FCECE9',
  '--hc-urg-edge': '#F0BDB6',
  '--hc-act': '#5A2A6C',
  '--hc-act-hover': '#482056',
  '--hc-act-ink': '#5A2A6C',
  '--hc-act-soft': '#F4ECF7',
  '--hc-act-edge': '#D9C2E2',
  '--hc-focus': '#0B5E6B',
  '--hc-shadow': '0 1px 2px rgb(21 32 31 / .06), 0 8px 24px -6px rgb(21 32 31 / .14)',
}

export const dark: Tokens = {
  '--hc-page': '#0D1314',
  '--hc-surface': '#151D1F',
  '--hc-raised': '#1D272A',
  '--hc-sunken': '#090E0F',
  '--hc-fill': '#243034',
  '--hc-hover': '#1A2426',
  '--hc-ink': '#ECF1F0',
  '--hc-ink-2': '#B9C4C2',
  '--hc-ink-3': '#98A5A4',
  '--hc-line': '#283437',
  '--hc-line-strong': '#728082',
  '--hc-accent': '#74C8D4',
  '--hc-accent-hover': '#93D8E2',
  '--hc-on-accent': '#04242A',
  '--hc-accent-soft': '#12343A',
  '--hc-accent-ink': '#A5E0E8',
  '--hc-accent-edge': '#2B6068',
  '--hc-att': '#F3BC70',
  '--hc-att-soft': '#392A13',
  '--hc-att-mark': '#E09A3A',
  '--hc-att-edge': '#6A4D1F',
  '--hc-urg': '#FF9E93',
  '--hc-urg-fill': '#B92B22',
  '--hc-urg-soft': '#3E1B18',
  '--hc-urg-edge': '#74332D',
  '--hc-act': '#6B3A7E',
  '--hc-act-hover': '#7C4891',
  '--hc-act-ink': '#E2BFEF',
  '--hc-act-soft': '#33213B',
  '--hc-act-edge': '#5C3D69',
  '--hc-focus': '#74C8D4',
  '--hc-shadow': '0 1px 2px rgb(0 0 0 / .5), 0 12px 32px -6px rgb(0 0 0 / .6)',
}

export interface Sizes {
  num: string
  h1: string
  h2: string
  h3: string
  body: string
  small: string
  meta: string
  tap: string
  radiusM: string
  radiusL: string
}

export const patientSizes: Sizes = {
  num: '2.75rem', h1: '1.75rem', h2: '1.25rem', h3: '1.0625rem', body: '1.0625rem', small: '.9375rem', meta: '.875rem',
  tap: '3rem', radiusM: '10px', radiusL: '16px',
}
export const clinicSizes: Sizes = {
  num: '1.75rem', h1: '1.25rem', h2: '1rem', h3: '.875rem', body: '.875rem', small: '.8125rem', meta: '.8125rem',
  tap: '2rem', radiusM: '8px', radiusL: '12px',
}

export const sizeTokens = (sizes: Sizes): Tokens => ({
  '--hc-num': sizes.num,
  '--hc-h1': sizes.h1,
  '--hc-h2': sizes.h2,
  '--hc-h3': sizes.h3,
  '--hc-body': sizes.body,
  '--hc-small': sizes.small,
  '--hc-meta': sizes.meta,
  '--hc-tap': sizes.tap,
  '--hc-r-m': sizes.radiusM,
  '--hc-r-l': sizes.radiusL,
})
