/** The page that a notice is about, for whoever reads it; `home` is the chart in which they have their own pages. */
export function placeOf({ patient, ref }: { patient?: string; ref: string }, staff: boolean, home?: string): string {
  const [kind, ...rest] = ref.split('/').map(encodeURIComponent)
  if (!patient && kind === 'signin') return staff ? '/clinic/you/security' : home ? `/p/${home}/you/security` : '/'
  if (!patient && kind === 'request') return '/ask'
  if (!patient) return staff && (kind === 'glass' || kind === 'restriction') ? '/clinic/privacy' : '/'
  const id = rest.join('/')
  const chart = staff ? `/clinic/p/${patient}` : `/p/${patient}`
  switch (kind) {
    case 'thread': return staff ? `/clinic/inbox/${patient}/${id}` : `/p/${patient}/messages/${id}`
    case 'ask': return staff ? `/clinic/asks/${patient}/${id}` : `/p/${patient}/asks/${id}`
    case 'visit': case 'appointment': return staff ? '/clinic/today' : `/p/${patient}/visits`
    case 'entry': return `${chart}/entries/${id}`
    case 'sharing': case 'grant': return staff ? chart : `/p/${patient}/sharing`
    case 'restriction': return staff ? chart : `/p/${patient}/restrictions`
    default: return chart
  }
}
