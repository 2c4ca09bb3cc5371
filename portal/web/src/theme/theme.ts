import { createTheme, type CSSVariablesResolver, type MantineColorsTuple, type MantineThemeOverride } from '@mantine/core'
import { clinicSizes, dark, light, patientSizes, sizeTokens, type Sizes } from './tokens'
import field from './field.module.css'
import modal from './modal.module.css'

type Ten = [string, string, string, string, string, string, string, string, string, string]
const tuple = (...values: Ten): MantineColorsTuple => values

const colors = {
  petrol: tuple('#EDF8FA', '#E2F0F2', '#B8E2E9', '#A9D3D9', '#74C8D4', '#299DAC', '#097D8A', '#0B5E6B', '#084B56', '#04242A'),
  amber: tuple('#FEF4E9', '#FCF0DC', '#ECD0A0', '#F3BC70', '#E09A3A', '#C17A14', '#B96A08', '#834700', '#6A4D1F', '#392A13'),
  red: tuple('#FEF3F1', '#FCECE9', '#F0BDB6', '#FF9E93', '#F38277', '#E95048', '#B92B22', '#AE241C', '#74332D', '#3E1B18'),
  plum: tuple('#F9F3FB', '#F4ECF7', '#D9C2E2', '#E2BFEF', '#C095D3', '#A775BE', '#6B3A7E', '#5A2A6C', '#482056', '#33213B'),
  gray: tuple('#F7F6F2', '#F3F1EB', '#EFEDE6', '#E2DFD6', '#C2C1BC', '#A9A8A2', '#7F8783', '#5C6763', '#47534F', '#15201F'),
  dark: tuple('#ECF1F0', '#B9C4C2', '#98A5A4', '#728082', '#283437', '#1D272A', '#151D1F', '#0D1314', '#0A1011', '#090E0F'),
}

const family =
  '-apple-system, "Segoe UI Variable Text", "Segoe UI", Roboto, Inter, "Noto Sans", "Liberation Sans", Arial, sans-serif'
const mono = 'ui-monospace, "SF Mono", "Cascadia Mono", "Liberation Mono", monospace'

/** Patient and clinic differ in size, never in colour or shape of things. */
function themeOf(sizes: Sizes): MantineThemeOverride {
  return createTheme({
    primaryColor: 'petrol',
    primaryShade: { light: 7, dark: 4 },
    autoContrast: true,
    respectReducedMotion: true,
    cursorType: 'pointer',
    defaultRadius: 'md',
    fontFamily: family,
    fontFamilyMonospace: mono,
    colors,
    fontSizes: { xs: sizes.meta, sm: sizes.small, md: sizes.body, lg: sizes.h3, xl: sizes.h2 },
    lineHeights: { xs: '1.43', sm: '1.47', md: '1.53', lg: '1.4', xl: '1.3' },
    spacing: { xs: '8px', sm: '12px', md: '16px', lg: '24px', xl: '32px' },
    radius: { xs: '6px', sm: '6px', md: sizes.radiusM, lg: sizes.radiusL, xl: '999px' },
    headings: {
      fontFamily: family,
      fontWeight: '650',
      sizes: {
        h1: { fontSize: sizes.h1, lineHeight: '1.2' },
        h2: { fontSize: sizes.h2, lineHeight: '1.3' },
        h3: { fontSize: sizes.h3, lineHeight: '1.4', fontWeight: '600' },
      },
    },
    // By name and not by import: a theme that imported its components would put them all into the first load.
    components: {
      Input: { classNames: { input: field.input } },
      InputWrapper: {
        classNames: { label: field.label, description: field.description, error: field.error },
        defaultProps: { inputWrapperOrder: ['label', 'description', 'error', 'input'] },
      },
      TextInput: { defaultProps: { size: 'md' } },
      PasswordInput: { classNames: { innerInput: field.inner }, defaultProps: { size: 'md' } },
      Modal: { classNames: modal, defaultProps: { centered: true, transitionProps: { transition: 'fade', duration: 120 } } },
      // A header element would be a second banner of the page.
      ModalHeader: { defaultProps: { component: 'div' } },
      SegmentedControl: { classNames: { root: field.segment, label: field.segmentLabel, indicator: field.segmentIndicator } },
    },
    other: { sizes },
  })
}

export const patientTheme = themeOf(patientSizes)
export const clinicTheme = themeOf(clinicSizes)

const mantineNames = (tokens: Record<string, string>): Record<string, string> => ({
  '--mantine-color-body': tokens['--hc-page']!,
  '--mantine-color-text': tokens['--hc-ink']!,
  '--mantine-color-dimmed': tokens['--hc-ink-3']!,
  '--mantine-color-placeholder': tokens['--hc-ink-3']!,
  '--mantine-color-anchor': tokens['--hc-accent']!,
  '--mantine-color-default': tokens['--hc-surface']!,
  '--mantine-color-default-hover': tokens['--hc-hover']!,
  '--mantine-color-default-color': tokens['--hc-ink']!,
  '--mantine-color-default-border': tokens['--hc-line-strong']!,
  '--mantine-color-error': tokens['--hc-urg']!,
  '--mantine-primary-color-filled': tokens['--hc-accent']!,
  '--mantine-primary-color-filled-hover': tokens['--hc-accent-hover']!,
  '--mantine-primary-color-contrast': tokens['--hc-on-accent']!,
  '--mantine-primary-color-light': tokens['--hc-accent-soft']!,
  '--mantine-primary-color-light-color': tokens['--hc-accent-ink']!,
})

export const variables: CSSVariablesResolver = (theme) => ({
  variables: sizeTokens((theme.other.sizes as Sizes | undefined) ?? patientSizes),
  light: { ...light, ...mantineNames(light) },
  dark: { ...dark, ...mantineNames(dark) },
})
