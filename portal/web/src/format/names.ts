const titles = /^(dr|dra|mr|mrs|ms|mx|sr|sra|prof)\.?$/i

const words = (name: string): string[] => name.split(/\s+/).filter((word) => word && !titles.test(word))

/** Two letters for a face: of the first and the last word of the name. */
export function initials(name: string): string {
  const parts = words(name)
  const first = parts[0]?.match(/\p{L}/u)?.[0] ?? ''
  const last = parts.length > 1 ? (parts.at(-1)?.match(/\p{L}/u)?.[0] ?? '') : ''
  return (first + last).toLocaleUpperCase()
}

/** What a person is called in a greeting. */
export const givenName = (name: string, given?: string): string => given?.split(/\s+/)[0] || words(name)[0] || name
