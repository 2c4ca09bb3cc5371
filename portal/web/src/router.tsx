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

const bookingWords = () => loadWords('booking')
const messageWords = () => loadWords('messages')
const noticeWords = () => Promise.all([loadWords('account'), loadWords('notices')])
const connectedWords = () => Promise.all([loadWords('account'), loadWords('connected')])
const accountWords = () => Promise.all([loadWords('account'), loadWords('entrance')])
const sharingWords = () => Promise.all([loadWords('account'), loadWords('sharing')])
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

// One-time links. Their secret stands behind the # of the address, which no server is sent.
const entranceOf = (path: '/invitation' | '/recovery') => createRoute({ getParentRoute: () => root, path, beforeLoad: accountWords, component: lazyRouteComponent(() => import('./entrance/EntrancePage'), 'EntrancePage') })
const invitation = entranceOf('/invitation')
const recovery = entranceOf('/recovery')
const reset = createRoute({ getParentRoute: () => root, path: '/reset', beforeLoad: accountWords, component: lazyRouteComponent(() => import('./entrance/ResetPage'), 'ResetPage') })
const unsubscribe = createRoute({ getParentRoute: () => root, path: '/unsubscribe/$token', beforeLoad: () => loadWords('notices'), component: lazyRouteComponent(() => import('./notices/UnsubscribePage'), 'UnsubscribePage') })
const verify = createRoute({ getParentRoute: () => root, path: '/verify', beforeLoad: accountWords, component: lazyRouteComponent(() => import('./entrance/VerifyPage'), 'VerifyPage') })
// The secret of an invitation leaves the address before anybody is asked to sign in.
const accept = createRoute({
  getParentRoute: () => root,
  path: '/share/accept',
  beforeLoad: async ({ context, location }) => {
    if (location.hash) {
      const { keepSecret } = await import('./sharing/calls')
      keepSecret(location.hash)
      throw redirect({ to: '/share/accept', replace: true })
    }
    await Promise.all([context.queries.ensureQueryData(meQuery), sharingWords()])
  },
  component: lazyRouteComponent(() => import('./sharing/AcceptPage'), 'AcceptPage'),
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
const askWords = () => Promise.all([accountWords(), loadWords('access'), loadWords('sharing')])
const ask = createRoute({ getParentRoute: () => gate, path: '/ask', beforeLoad: askWords, component: lazyRouteComponent(() => import('./requests'), 'AskPage') })
const welcome = createRoute({ getParentRoute: () => gate, path: '/welcome', beforeLoad: askWords, component: lazyRouteComponent(() => import('./entrance/WelcomePage'), 'WelcomePage') })
const people = createRoute({
  getParentRoute: () => gate,
  path: '/people',
  beforeLoad: accountWords,
  component: lazyRouteComponent(() => import('./people/PeoplePage'), 'PeoplePage'),
})

const agenda = createRoute({ getParentRoute: () => gate, path: '/agenda', beforeLoad: () => Promise.all([accountWords(), loadWords('asks'), messageWords(), bookingWords(), detailWords()]), component: lazyRouteComponent(() => import('./agenda/AgendaPage'), 'AgendaPage') })

const consent = createRoute({
  getParentRoute: () => gate,
  path: '/consent',
  beforeLoad: connectedWords,
  validateSearch: (search: Record<string, unknown>): { request?: string } => ({ request: text(search.request) }),
  component: lazyRouteComponent(() => import('./consent/ConsentPage'), 'ConsentPage'),
})
const apps = createRoute({
  getParentRoute: () => gate,
  path: '/apps',
  beforeLoad: ({ context: { me } }) => {
    const person = me.people.find(({ relation }) => relation === 'self') ?? me.people[0]
    if (me.account.kind === 'staff') throw redirect({ to: '/clinic/you/apps' })
    if (person) throw redirect({ to: '/p/$patient/you/apps', params: { patient: person.patient } })
    throw redirect({ to: '/people' })
  },
})
// The links of mails say nothing but that something waits.
const opened = createRoute({ getParentRoute: () => gate, path: '/n/$id', component: lazyRouteComponent(() => import('./notices'), 'OpenNotice') })

const patient = createRoute({
  getParentRoute: () => gate,
  path: '/p/$patient',
  component: lazyRouteComponent(() => import('./shell/PatientShell'), 'PatientShell'),
})
const home = createRoute({ getParentRoute: () => patient, path: '/', component: lazyRouteComponent(() => import('./home/HomePage'), 'HomePage') })
const record = createRoute({
  getParentRoute: () => patient,
  path: '/record',
  beforeLoad: detailWords,
  validateSearch: (search: Record<string, unknown>): { kind?: string } => ({
    kind: isTimelineKind(String(search.kind)) ? String(search.kind) : undefined,
  }),
  component: lazyRouteComponent(() => import('./chart/RecordPage'), 'RecordPage'),
})
const kinds = createRoute({ getParentRoute: () => patient, path: '/kinds', beforeLoad: detailWords, component: lazyRouteComponent(() => import('./chart/KindsPage'), 'KindsPage') })
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
  beforeLoad: ({ params }) => Promise.all([detailWords(), params.type === 'MedicationRequest' && loadWords('asks')]),
  component: lazyRouteComponent(() => import('./chart/entry/EntryPage'), 'EntryPage'),
})
const visits = createRoute({
  getParentRoute: () => patient,
  path: '/visits',
  beforeLoad: bookingWords,
  validateSearch: ({ done }: Record<string, unknown>): { done?: 'booked' | 'moved' } => (done === 'booked' || done === 'moved' ? { done } : {}),
  component: lazyRouteComponent(() => import('./booking/VisitsPage'), 'VisitsPage'),
})
const book = createRoute({
  getParentRoute: () => patient,
  path: '/visits/book',
  beforeLoad: bookingWords,
  validateSearch: (search: Record<string, unknown>): { change?: string } => ({ change: text(search.change) }),
  component: lazyRouteComponent(() => import('./booking/BookPage'), 'BookPage'),
})
const visitWords = () => Promise.all([bookingWords(), loadWords('visits'), loadWords('before'), loadWords('room'), loadWords('after'), loadWords('seal'), loadWords('chat'), loadWords('captions'), loadWords('account')])
// A patient's own link to one visit. Nobody is signed in there.
const join = createRoute({ getParentRoute: () => root, path: '/join', beforeLoad: () => Promise.all([accountWords(), visitWords()]), component: lazyRouteComponent(() => import('./join'), 'JoinPage') })
// A call has the whole screen.
const visit = createRoute({ getParentRoute: () => gate, path: '/p/$patient/visits/$visit', beforeLoad: visitWords, component: lazyRouteComponent(() => import('./visits'), 'VisitPage') })
const visitQuestions = createRoute({ getParentRoute: () => gate, path: '/p/$patient/visits/$visit/questions', beforeLoad: visitWords, component: lazyRouteComponent(() => import('./visits'), 'QuestionsPage') })
const visitSummary = createRoute({ getParentRoute: () => patient, path: '/visits/$visit/summary', beforeLoad: visitWords, component: lazyRouteComponent(() => import('./visits'), 'SummaryPage') })
const guestWords = () => Promise.all([loadWords('room'), loadWords('visits'), loadWords('entrance'), askWords(), bookingWords()])
const guests = createRoute({ getParentRoute: () => patient, path: '/visits/$visit/guests', beforeLoad: guestWords, component: lazyRouteComponent(() => import('./guests'), 'GuestsPage') })
const messages = createRoute({ getParentRoute: () => patient, path: '/messages', beforeLoad: messageWords, component: lazyRouteComponent(() => import('./messages'), 'MessagesPage') })
const newMessage = createRoute({ getParentRoute: () => patient, path: '/messages/new', beforeLoad: messageWords, component: lazyRouteComponent(() => import('./messages'), 'NewPage') })
const thread = createRoute({ getParentRoute: () => patient, path: '/messages/$thread', beforeLoad: messageWords, component: lazyRouteComponent(() => import('./messages'), 'ThreadPage') })
const askedWords = () => Promise.all([loadWords('asks'), messageWords(), bookingWords(), detailWords(), accountWords()])
const asks = createRoute({ getParentRoute: () => patient, path: '/asks', beforeLoad: askedWords, component: lazyRouteComponent(() => import('./asks'), 'AsksPage') })
const newAsk = createRoute({
  getParentRoute: () => patient,
  path: '/asks/new',
  beforeLoad: askedWords,
  validateSearch: (search: Record<string, unknown>): { medicine?: string } => ({ medicine: text(search.medicine) }),
  component: lazyRouteComponent(() => import('./asks'), 'NewAskPage'),
})
const oneAsk = createRoute({ getParentRoute: () => patient, path: '/asks/$id', beforeLoad: askedWords, component: lazyRouteComponent(() => import('./asks'), 'AskPage') })
const sharing = createRoute({ getParentRoute: () => patient, path: '/sharing', beforeLoad: () => Promise.all([sharingWords(), loadWords('care')]), component: lazyRouteComponent(() => import('./sharing/SharingPage'), 'SharingPage') })
const invite = createRoute({ getParentRoute: () => patient, path: '/sharing/invite', beforeLoad: sharingWords, component: lazyRouteComponent(() => import('./sharing/InvitePage'), 'InvitePage') })
const careWords = () => Promise.all([accountWords(), loadWords('care')])
const restrictions = createRoute({ getParentRoute: () => patient, path: '/restrictions', beforeLoad: careWords, component: lazyRouteComponent(() => import('./care'), 'RestrictionsPage') })
const you = createRoute({ getParentRoute: () => patient, path: '/you', beforeLoad: accountWords, component: lazyRouteComponent(() => import('./account/AccountPage'), 'AccountPage') })
const security = createRoute({ getParentRoute: () => patient, path: '/you/security', beforeLoad: accountWords, component: lazyRouteComponent(() => import('./account/SecurityPage'), 'SecurityPage') })
const devices = createRoute({ getParentRoute: () => patient, path: '/you/devices', beforeLoad: accountWords, component: lazyRouteComponent(() => import('./account/DevicesPage'), 'DevicesPage') })
const connected = createRoute({ getParentRoute: () => patient, path: '/you/apps', beforeLoad: connectedWords, component: lazyRouteComponent(() => import('./connected/ConnectedPage'), 'ConnectedPage') })
const told = createRoute({ getParentRoute: () => patient, path: '/you/notifications', beforeLoad: noticeWords, component: lazyRouteComponent(() => import('./notices'), 'NoticesPage') })

const clinic = createRoute({
  getParentRoute: () => gate,
  path: '/clinic',
  beforeLoad: async ({ context: { me } }) => {
    if (me.account.kind !== 'staff') throw redirect({ to: '/' })
    await Promise.all([loadWords('clinic'), loadWords('detail'), loadWords('account')])
  },
  component: lazyRouteComponent(() => import('./clinic'), 'ClinicShell'),
})
const clinicHome = createRoute({ getParentRoute: () => clinic, path: '/', beforeLoad: () => loadWords('care'), component: lazyRouteComponent(() => import('./clinic'), 'ClinicHome') })
const clinicLookup = createRoute({ getParentRoute: () => clinic, path: '/lookup', beforeLoad: careWords, component: lazyRouteComponent(() => import('./care'), 'LookupPage') })
const clinicTeam = createRoute({ getParentRoute: () => clinic, path: '/team/$patient', beforeLoad: careWords, component: lazyRouteComponent(() => import('./care'), 'TeamPage') })
const clinicPrivacy = createRoute({ getParentRoute: () => clinic, path: '/privacy', beforeLoad: careWords, component: lazyRouteComponent(() => import('./care'), 'PrivacyPage') })
const clinicChart = createRoute({ getParentRoute: () => clinic, path: '/p/$patient', beforeLoad: () => Promise.all([bookingWords(), careWords(), loadWords('access')]), component: lazyRouteComponent(() => import('./clinic'), 'ClinicChart') })
const clinicResult = createRoute({ getParentRoute: () => clinic, path: '/p/$patient/results/$key', component: lazyRouteComponent(() => import('./clinic'), 'ClinicResult') })
const clinicEntry = createRoute({ getParentRoute: () => clinic, path: '/p/$patient/entries/$type/$id', component: lazyRouteComponent(() => import('./clinic'), 'ClinicEntry') })
const workWords = () => loadWords('worklist')
const clinicMove = createRoute({ getParentRoute: () => clinic, path: '/p/$patient/entries/$type/$id/move', beforeLoad: workWords, component: lazyRouteComponent(() => import('./worklist'), 'MovePage') })
const clinicJoined = createRoute({ getParentRoute: () => clinic, path: '/p/$patient/joined', beforeLoad: workWords, component: lazyRouteComponent(() => import('./worklist'), 'JoinedPage') })
const clinicToday = createRoute({
  getParentRoute: () => clinic,
  path: '/today',
  beforeLoad: () => Promise.all([bookingWords(), loadWords('today'), loadWords('plan'), loadWords('visits'), loadWords('before'), loadWords('chat'), loadWords('groups')]),
  validateSearch: (search: Record<string, unknown>): { date?: string; whose?: 'me' | 'all' } => ({
    date: /^\d{4}-\d{2}-\d{2}$/.test(String(search.date)) ? String(search.date) : undefined, whose: search.whose === 'all' || search.whose === 'me' ? search.whose : undefined,
  }),
  component: lazyRouteComponent(() => import('./today'), 'TodayPage'),
})
const clinicBook = createRoute({
  getParentRoute: () => clinic,
  path: '/p/$patient/book',
  beforeLoad: () => Promise.all([bookingWords(), loadWords('today')]),
  component: lazyRouteComponent(() => import('./today'), 'ClinicBook'),
})
const cockpit = createRoute({ getParentRoute: () => clinic, path: '/visits/$patient/$visit', beforeLoad: () => Promise.all([visitWords(), loadWords('plan')]), component: lazyRouteComponent(() => import('./cockpit'), 'CockpitPage') })
const groupWords = () => Promise.all([visitWords(), loadWords('plan'), loadWords('today'), loadWords('groups')])
const clinicGroups = createRoute({ getParentRoute: () => clinic, path: '/groups', beforeLoad: groupWords, component: lazyRouteComponent(() => import('./groups'), 'GroupsPage') })
const clinicGroup = createRoute({ getParentRoute: () => clinic, path: '/groups/$group', beforeLoad: groupWords, component: lazyRouteComponent(() => import('./groups'), 'GroupPage') })
const clinicHealth = createRoute({ getParentRoute: () => clinic, path: '/health', component: lazyRouteComponent(() => import('./clinic'), 'HealthPage') })
const clinicVisitRules = createRoute({ getParentRoute: () => clinic, path: '/visit-rules', beforeLoad: () => Promise.all([loadWords('before'), loadWords('chat')]), component: lazyRouteComponent(() => import('./visitrules'), 'VisitRulesPage') })
const clinicDelivery = createRoute({ getParentRoute: () => clinic, path: '/delivery', beforeLoad: () => loadWords('delivery'), component: lazyRouteComponent(() => import('./delivery'), 'DeliveryPage') })
const appsWords = () => loadWords('apps')
const clinicApps = createRoute({ getParentRoute: () => clinic, path: '/apps', beforeLoad: appsWords, component: lazyRouteComponent(() => import('./apps'), 'AppsPage') })
const clinicNewApp = createRoute({ getParentRoute: () => clinic, path: '/apps/new', beforeLoad: appsWords, component: lazyRouteComponent(() => import('./apps'), 'NewAppPage') })
const clinicApp = createRoute({ getParentRoute: () => clinic, path: '/apps/$app', beforeLoad: appsWords, component: lazyRouteComponent(() => import('./apps'), 'AppPage') })
const clinicWork = createRoute({ getParentRoute: () => clinic, path: '/work', beforeLoad: workWords, component: lazyRouteComponent(() => import('./worklist'), 'WorklistPage') })
const inviteWords = () => loadWords('entrance')
const clinicInvitations = createRoute({ getParentRoute: () => clinic, path: '/invitations', beforeLoad: inviteWords, component: lazyRouteComponent(() => import('./invite'), 'InvitationsPage') })
const clinicInvite = createRoute({ getParentRoute: () => clinic, path: '/p/$patient/invite', beforeLoad: inviteWords, component: lazyRouteComponent(() => import('./invite'), 'PatientInvitePage') })
const clinicAccesses = createRoute({ getParentRoute: () => clinic, path: '/accesses', beforeLoad: () => loadWords('privacy'), component: lazyRouteComponent(() => import('./privacy'), 'PrivacyPage') })
const clinicRequests = createRoute({ getParentRoute: () => clinic, path: '/requests', beforeLoad: () => Promise.all([askWords(), loadWords('worklist')]), component: lazyRouteComponent(() => import('./requests'), 'RequestsPage') })
const clinicBlocks = createRoute({ getParentRoute: () => clinic, path: '/blocks', beforeLoad: () => loadWords('access'), component: lazyRouteComponent(() => import('./blocks'), 'BlocksPage') })
const clinicPatientBlocks = createRoute({ getParentRoute: () => clinic, path: '/blocks/$patient', beforeLoad: () => loadWords('access'), component: lazyRouteComponent(() => import('./blocks'), 'PatientBlocksPage') })
const clinicVisitLink = createRoute({ getParentRoute: () => clinic, path: '/visits/$patient/$visit/link', beforeLoad: () => Promise.all([loadWords('entrance'), bookingWords(), loadWords('visits')]), component: lazyRouteComponent(() => import('./invite'), 'VisitLinkPage') })
const clinicGuests = createRoute({ getParentRoute: () => clinic, path: '/visits/$patient/$visit/guests', beforeLoad: guestWords, component: lazyRouteComponent(() => import('./guests'), 'ClinicGuestsPage') })
const clinicYou = createRoute({ getParentRoute: () => clinic, path: '/you', component: lazyRouteComponent(() => import('./account/AccountPage'), 'AccountPage') })
const clinicSecurity = createRoute({ getParentRoute: () => clinic, path: '/you/security', beforeLoad: inviteWords, component: lazyRouteComponent(() => import('./account/SecurityPage'), 'SecurityPage') })
const clinicDevices = createRoute({ getParentRoute: () => clinic, path: '/you/devices', component: lazyRouteComponent(() => import('./account/DevicesPage'), 'DevicesPage') })
const clinicConnected = createRoute({ getParentRoute: () => clinic, path: '/you/apps', beforeLoad: connectedWords, component: lazyRouteComponent(() => import('./connected/ConnectedPage'), 'ConnectedPage') })
const clinicTold = createRoute({ getParentRoute: () => clinic, path: '/you/notifications', beforeLoad: noticeWords, component: lazyRouteComponent(() => import('./notices'), 'NoticesPage') })
const poolWords = () => Promise.all([messageWords(), loadWords('pools')])
const clinicPools = createRoute({ getParentRoute: () => clinic, path: '/pools', beforeLoad: poolWords, component: lazyRouteComponent(() => import('./pools'), 'PoolsPage') })
const clinicPool = createRoute({ getParentRoute: () => clinic, path: '/pools/$pool', beforeLoad: poolWords, component: lazyRouteComponent(() => import('./pools'), 'PoolPage') })
const clinicEscalations = createRoute({ getParentRoute: () => clinic, path: '/escalations', beforeLoad: poolWords, component: lazyRouteComponent(() => import('./pools'), 'EscalationsPage') })
const clinicEscalation = createRoute({ getParentRoute: () => clinic, path: '/escalations/$name', beforeLoad: poolWords, component: lazyRouteComponent(() => import('./pools'), 'EscalationPage') })
const clinicOut = createRoute({ getParentRoute: () => clinic, path: '/out', beforeLoad: () => loadWords('coverage'), component: lazyRouteComponent(() => import('./out'), 'OutPage') })
const clinicPhrases = createRoute({ getParentRoute: () => clinic, path: '/phrases', beforeLoad: () => loadWords('phrases'), component: lazyRouteComponent(() => import('./phrases'), 'PhrasesPage') })
const views = ['all', 'mine', 'unclaimed', 'done'] as const
const topics = ['question', 'medicine', 'appointment', 'results', 'billing', 'other'] as const
const hurries = ['routine', 'soon', 'urgent'] as const
const inbox = createRoute({
  getParentRoute: () => clinic,
  path: '/inbox',
  beforeLoad: () => Promise.all([messageWords(), loadWords('inbox')]),
  validateSearch: (search: Record<string, unknown>): { view?: (typeof views)[number]; pool?: string; topic?: (typeof topics)[number]; priority?: (typeof hurries)[number]; overdue?: boolean } => ({
    view: views.find((view) => view === search.view), pool: typeof search.pool === 'string' ? search.pool : undefined, topic: topics.find((topic) => topic === search.topic),
    priority: hurries.find((one) => one === search.priority), overdue: search.overdue === true ? true : undefined,
  }),
  component: lazyRouteComponent(() => import('./inbox'), 'InboxPage'),
})
const askable = ['refill', 'renewal', 'visit', 'record', 'form'] as const
const clinicAsks = createRoute({
  getParentRoute: () => clinic,
  path: '/asks',
  beforeLoad: () => Promise.all([askedWords(), loadWords('inbox')]),
  validateSearch: (search: Record<string, unknown>): { kind?: (typeof askable)[number] } => ({ kind: askable.find((kind) => kind === search.kind) }),
  component: lazyRouteComponent(() => import('./desk'), 'DeskPage'),
})
const clinicAskNone = createRoute({ getParentRoute: () => clinicAsks, path: '/', component: lazyRouteComponent(() => import('./desk'), 'NoneOpen') })
const clinicAsk = createRoute({ getParentRoute: () => clinicAsks, path: '/$patient/$id', component: lazyRouteComponent(() => import('./desk'), 'DeskAsk') })
const inboxNone = createRoute({ getParentRoute: () => inbox, path: '/', component: lazyRouteComponent(() => import('./inbox'), 'NothingOpen') })
const inboxThread = createRoute({ getParentRoute: () => inbox, path: '/$patient/$thread', component: lazyRouteComponent(() => import('./inbox'), 'InboxThread') })

const tree = root.addChildren([
  signIn,
  signOut,
  firstAdmin,
  invitation,
  recovery,
  reset,
  unsubscribe,
  verify,
  accept,
  join,
  gate.addChildren([
    start,
    people,
    agenda,
    ask,
    welcome,
    visit,
    visitQuestions,
    opened,
    consent,
    apps,
    patient.addChildren([home, record, kinds, section, result, entry, visits, book, visitSummary, guests, messages, newMessage, thread, asks, newAsk, oneAsk, sharing, you, security, devices, told, connected, invite, restrictions]),
    clinic.addChildren([clinicHome, clinicToday, inbox.addChildren([inboxNone, inboxThread]), clinicAsks.addChildren([clinicAskNone, clinicAsk]), clinicBook, cockpit, clinicGroups, clinicGroup, clinicChart, clinicResult, clinicEntry, clinicMove, clinicJoined, clinicHealth, clinicVisitRules, clinicDelivery, clinicApps, clinicNewApp, clinicApp, clinicWork, clinicYou, clinicSecurity, clinicDevices, clinicTold, clinicConnected, clinicInvitations, clinicInvite, clinicLookup, clinicTeam, clinicPrivacy, clinicAccesses, clinicRequests, clinicBlocks, clinicPatientBlocks, clinicPools, clinicPool, clinicEscalations, clinicEscalation, clinicOut, clinicPhrases, clinicGuests, clinicVisitLink]),
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
