import type { QueryClient } from '@tanstack/react-query'
import {
  createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent, redirect, type ErrorComponentProps,
} from '@tanstack/react-router'
import { meQuery } from './api/queries'
import { isSection, isTimelineKind } from './format/entry'
import { loadWords } from './i18n'
import { ErrorPage, NotFoundPage } from './shell/ErrorPage'
import { Root } from './shell/Root'

interface Context { queries: QueryClient }

const root = createRootRouteWithContext<Context>()({
  component: Root,
  notFoundComponent: NotFoundPage,
  errorComponent: ({ error, reset }: ErrorComponentProps) => <ErrorPage error={error} reset={reset} />,
})

const text = (value: unknown): string | undefined => (typeof value === 'string' && value ? value : undefined)

const accountWords = () => loadWords('account')
const detailWords = () => loadWords('detail')

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  beforeLoad: accountWords,
  validateSearch: (search: Record<string, unknown>): { request?: string; return?: string; why?: string } => ({ request: text(search.request), return: text(search.return), why: text(search.why ?? search.problem) }),
  component: lazyRouteComponent(() => import('./signin/SignInPage'), 'SignInPage'),
})
const signOut = createRoute({ getParentRoute: () => root, path: '/sign-out', beforeLoad: accountWords, component: lazyRouteComponent(() => import('./signin/SignOutPage'), 'SignOutPage') })
const firstAdmin = createRoute({
  getParentRoute: () => root,
  path: '/first-admin',
  beforeLoad: accountWords,
  validateSearch: (search: Record<string, unknown>) => ({ token: text(search.token) ?? '' }),
  component: lazyRouteComponent(() => import('./signin/FirstAdminPage'), 'FirstAdminPage'),
})

// Everything below needs to know who is here.
const gate = createRoute({
  getParentRoute: () => root,
  id: 'gate',
  beforeLoad: async ({ context, location }) => {
    // The provider sends those here who want to leave and could not prove that they asked for it.
    if ('sign-out' in location.search) throw redirect({ to: '/sign-out' })
    return { me: await context.queries.ensureQueryData(meQuery) }
  },
})
const start = createRoute({
  getParentRoute: () => gate,
  path: '/',
  beforeLoad: ({ context: { me } }) => {
    const own = me.people.find((person) => person.relation === 'self')
    if (me.account.kind === 'staff') throw redirect({ to: '/clinic' })
    if (own) throw redirect({ to: '/p/$patient', params: { patient: own.patient } })
    throw redirect({ to: '/people' })
  },
})
const people = createRoute({
  getParentRoute: () => gate,
  path: '/people',
  beforeLoad: accountWords,
  component: lazyRouteComponent(() => import('./people/PeoplePage'), 'PeoplePage'),
})

const patient = createRoute({
  getParentRoute: () => gate,
  path: '/p/$patient',
  component: lazyRouteComponent(() => import('./shell/PatientShell'), 'PatientShell'),
})
const home = createRoute({ getParentRoute: () => patient, path: '/', component: lazyRouteComponent(() => import('./home/HomePage'), 'HomePage') })
const record = createRoute({
  getParentRoute: () => patient,
  path: '/record',
  validateSearch: (search: Record<string, unknown>): { kind?: string; q?: string } => ({
    kind: isTimelineKind(String(search.kind)) ? String(search.kind) : undefined,
    q: text(search.q),
  }),
  component: lazyRouteComponent(() => import('./chart/RecordPage'), 'RecordPage'),
})
const kinds = createRoute({ getParentRoute: () => patient, path: '/kinds', component: lazyRouteComponent(() => import('./chart/KindsPage'), 'KindsPage') })
const section = createRoute({
  getParentRoute: () => patient,
  path: '/record/$section',
  beforeLoad: detailWords,
  params: {
    parse: ({ section: name }) => {
      if (!isSection(name)) throw new Error('no such section')
      return { section: name }
    },
    stringify: ({ section: name }) => ({ section: name }),
  },
  errorComponent: NotFoundPage,
  component: lazyRouteComponent(() => import('./chart/SectionPage'), 'SectionPage'),
})
const result = createRoute({
  getParentRoute: () => patient,
  path: '/results/$key',
  beforeLoad: detailWords,
  component: lazyRouteComponent(() => import('./chart/result/ResultPage'), 'ResultPage'),
})
const entry = createRoute({
  getParentRoute: () => patient,
  path: '/entries/$type/$id',
  beforeLoad: detailWords,
  component: lazyRouteComponent(() => import('./chart/entry/EntryPage'), 'EntryPage'),
})
const sharing = createRoute({ getParentRoute: () => patient, path: '/sharing', beforeLoad: accountWords, component: lazyRouteComponent(() => import('./sharing/SharingPage'), 'SharingPage') })
const you = createRoute({ getParentRoute: () => patient, path: '/you', beforeLoad: accountWords, component: lazyRouteComponent(() => import('./account/AccountPage'), 'AccountPage') })
const security = createRoute({ getParentRoute: () => patient, path: '/you/security', beforeLoad: accountWords, component: lazyRouteComponent(() => import('./account/SecurityPage'), 'SecurityPage') })
const devices = createRoute({ getParentRoute: () => patient, path: '/you/devices', beforeLoad: accountWords, component: lazyRouteComponent(() => import('./account/DevicesPage'), 'DevicesPage') })

const clinic = createRoute({
  getParentRoute: () => gate,
  path: '/clinic',
  beforeLoad: async ({ context: { me } }) => {
    if (me.account.kind !== 'staff') throw redirect({ to: '/' })
    await Promise.all([loadWords('clinic'), loadWords('detail'), loadWords('account')])
  },
  component: lazyRouteComponent(() => import('./clinic'), 'ClinicShell'),
})
const clinicHome = createRoute({ getParentRoute: () => clinic, path: '/', component: lazyRouteComponent(() => import('./clinic'), 'ClinicHome') })
const clinicChart = createRoute({ getParentRoute: () => clinic, path: '/p/$patient', component: lazyRouteComponent(() => import('./clinic'), 'ClinicChart') })
const clinicResult = createRoute({ getParentRoute: () => clinic, path: '/p/$patient/results/$key', component: lazyRouteComponent(() => import('./clinic'), 'ClinicResult') })
const clinicEntry = createRoute({ getParentRoute: () => clinic, path: '/p/$patient/entries/$type/$id', component: lazyRouteComponent(() => import('./clinic'), 'ClinicEntry') })
const clinicHealth = createRoute({ getParentRoute: () => clinic, path: '/health', component: lazyRouteComponent(() => import('./clinic'), 'HealthPage') })
const clinicYou = createRoute({ getParentRoute: () => clinic, path: '/you', component: lazyRouteComponent(() => import('./account/AccountPage'), 'AccountPage') })
const clinicSecurity = createRoute({ getParentRoute: () => clinic, path: '/you/security', component: lazyRouteComponent(() => import('./account/SecurityPage'), 'SecurityPage') })
const clinicDevices = createRoute({ getParentRoute: () => clinic, path: '/you/devices', component: lazyRouteComponent(() => import('./account/DevicesPage'), 'DevicesPage') })

const tree = root.addChildren([
  signIn,
  signOut,
  firstAdmin,
  gate.addChildren([
    start,
    people,
    patient.addChildren([home, record, kinds, section, result, entry, sharing, you, security, devices]),
    clinic.addChildren([clinicHome, clinicChart, clinicResult, clinicEntry, clinicHealth, clinicYou, clinicSecurity, clinicDevices]),
  ]),
])

export function createAppRouter(queries: QueryClient) {
  return createRouter({ routeTree: tree, context: { queries }, scrollRestoration: true, defaultPreload: 'intent', defaultPendingMs: 200, defaultPendingMinMs: 0 })
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createAppRouter>
  }
}
