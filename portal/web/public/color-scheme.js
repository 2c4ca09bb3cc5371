// Runs before the first paint, as a file because the page's policy allows no inline script.
(function () {
  var root = document.documentElement
  var choice = null
  try {
    choice = window.localStorage.getItem('mantine-color-scheme-value')
  } catch (e) {
    // Storage may be closed to us; then the device decides.
  }
  var dark =
    choice === 'dark' || (choice !== 'light' && window.matchMedia('(prefers-color-scheme: dark)').matches)
  root.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light')
  if (window.location.pathname.indexOf('/clinic') === 0) root.setAttribute('data-density', 'clinic')
  var meta = document.querySelector('meta[name="theme-color"]')
  if (meta && dark) meta.setAttribute('content', '#0D1314')
})()
