import type { Method, RegisteredApp, Says } from './calls'

/** What an app is, in the words in which the page asks for it. */
export const kinds = ['native', 'web', 'symmetric', 'asymmetric', 'backend'] as const
export type Kind = (typeof kinds)[number]

export function kindOf(app: Pick<Says, 'method' | 'native' | 'backend'>): Kind {
  if (app.backend) return 'backend'
  if (app.method === 'private_key_jwt') return 'asymmetric'
  if (app.method !== 'none') return 'symmetric'
  return app.native ? 'native' : 'web'
}

/** What stands in the form: lists as lines. */
export interface Draft {
  name: string; publisher: string; homepage: string; launchUrl: string; logoutUrl: string; redirects: string; postLogout: string; scopes: string
  offline: boolean; group: string; keysUrl: string; keys: string; secretWay: 'client_secret_basic' | 'client_secret_post'
}
export const empty: Draft = { name: '', publisher: '', homepage: '', launchUrl: '', logoutUrl: '', redirects: '', postLogout: '', scopes: '', offline: false, group: '', keysUrl: '', keys: '', secretWay: 'client_secret_basic' }

const lines = (list: string[] | null | undefined) => (list ?? []).join('\n')
const listed = (text: string) => text.split(/\s+/).filter(Boolean)

export const draftOf = (app: RegisteredApp): Draft => ({
  name: app.name, publisher: app.publisher ?? '', homepage: app.homepage ?? '', launchUrl: app.launchUrl ?? '', logoutUrl: app.logoutUrl ?? '', redirects: lines(app.redirects), postLogout: lines(app.postLogout), scopes: lines(app.scopes),
  offline: app.offline ?? false, group: app.group ?? '', keysUrl: app.keysUrl ?? '', keys: app.keys ?? '', secretWay: app.method === 'client_secret_post' ? 'client_secret_post' : 'client_secret_basic',
})

/** What is sent: only what belongs to that kind of app. An app with keys that also signs people in keeps its addresses. */
export function saysOf(kind: Kind, draft: Draft): Says {
  const method: Method = kind === 'symmetric' ? draft.secretWay : kind === 'asymmetric' || kind === 'backend' ? 'private_key_jwt' : 'none'
  const signsIn = kind !== 'backend' || draft.redirects.trim() !== ''
  const said: Says = { name: draft.name, method, native: kind === 'native', backend: kind === 'backend', scopes: listed(draft.scopes), offline: signsIn && draft.offline }
  if (draft.publisher) said.publisher = draft.publisher
  if (draft.homepage) said.homepage = draft.homepage.trim()
  if (signsIn) {
    said.redirects = listed(draft.redirects)
    said.postLogout = listed(draft.postLogout)
    if (draft.launchUrl) said.launchUrl = draft.launchUrl.trim()
    if (draft.logoutUrl) said.logoutUrl = draft.logoutUrl.trim()
  }
  if (method === 'private_key_jwt') {
    if (kind === 'backend' && draft.group.trim()) said.group = draft.group.trim()
    if (draft.keysUrl.trim()) said.keysUrl = draft.keysUrl.trim()
    if (draft.keys.trim()) said.keys = draft.keys.trim()
  }
  return said
}
