import { MantineProvider } from '@mantine/core'
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { setNonce } from 'get-nonce'
import { useEffect, useState, useSyncExternalStore } from 'react'
import { logout } from './api/auth'
import { keepLocale } from './i18n'
import { forgetAnswers } from './api/client'
import { closeKept } from './api/kept'
import { ApiError, isSignedOut } from './api/problem'
import { LiveHub } from './live/hub'
import { createAppRouter } from './router'
import { ShellContext, type Shell } from './shell/context'
import { variables, clinicTheme, patientTheme } from './theme/theme'

const retries = 2

function start() {
  const failed = (error: unknown) => {
    if (isSignedOut(error)) shell.leave('locked')
  }
  const queries = new QueryClient({
    queryCache: new QueryCache({ onError: failed }),
    mutationCache: new MutationCache({ onError: failed }),
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        refetchOnWindowFocus: true,
        // What was refused is refused; only the unreachable is worth another try.
        retry: (count, error) => count < retries && error instanceof ApiError && (error.unreachable || error.status === 503),
        retryDelay: (count) => 600 * 2 ** count,
      },
      mutations: { retry: false },
    },
  })
  const router = createAppRouter(queries)
  let leaving = false
  const go = (url: string) => {
    live.stop()
    queries.clear()
    forgetAnswers()
    closeKept()
    window.location.assign(url)
  }
  const shell: Shell = {
    get live() {
      return live
    },
    leave(reason) {
      const here = window.location.pathname + window.location.search
      if (leaving || window.location.pathname.startsWith('/sign-in')) return
      leaving = true
      if (reason === 'signedOut') {
        live.stop() // or it would come back as nobody when the server lets go of it
        const gone = () => {
          keepLocale()
          go('/sign-in?why=bye')
        }
        logout().then(gone, gone)
        return
      }
      const query = new URLSearchParams({ return: here })
      // Somebody who was never in was not locked out.
      if (reason === 'locked' && queries.getQueryData(['me'])) query.set('why', 'locked')
      go(`/sign-in?${query.toString()}`)
    },
  }
  const live: LiveHub = new LiveHub(queries, { onSignedOut: () => shell.leave('locked') })
  return { queries, router, shell }
}

const nonce = () => document.querySelector('meta[name="csp-nonce"]')?.getAttribute('content') ?? ''
// Dialogs lock the page's scrolling with a style element of their own, which needs the nonce as well.
setNonce(nonce())

/** The clinic's pages are denser; everything else about them is the same. */
function useDensity(router: ReturnType<typeof createAppRouter>): 'clinic' | 'patient' {
  const path = useSyncExternalStore(
    (listener) => router.subscribe('onBeforeLoad', listener),
    () => router.latestLocation.pathname,
  )
  const density = path.startsWith('/clinic') ? 'clinic' : 'patient'
  useEffect(() => {
    document.documentElement.setAttribute('data-density', density)
  }, [density])
  return density
}

export function App() {
  const [{ queries, router, shell }] = useState(start)
  const density = useDensity(router)
  return (
    <MantineProvider
      theme={density === 'clinic' ? clinicTheme : patientTheme} cssVariablesResolver={variables} defaultColorScheme="auto" getStyleNonce={nonce}
    >
      <QueryClientProvider client={queries}>
        <ShellContext value={shell}>
          <RouterProvider router={router} />
        </ShellContext>
      </QueryClientProvider>
    </MantineProvider>
  )
}
