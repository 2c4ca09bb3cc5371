// What a server's log may never hold.
const failed = /\blevel=ERROR\b|"level":"ERROR"|\bpanic\b|^goroutine \d+ \[/m
// What the demo's people have; the log must not know of it.
const facts = /potassium|lisinopril|metformin|sertraline|ibuprofen|diabet|depress|penicillin|hypertens|5\.3 mmol/i

/** Fails when the log tells of an error, of a person, or of what somebody has. */
export function checkLog(site) {
  const said = []
  // What the command prints for the person at the terminal, accounts and all, is no log.
  const lines = site.log.split('\n').filter((line) => /^(time=|\{)/.test(line))
  if (lines.length === 0) throw new Error('the server wrote no log')
  const names = new Set(Object.values(site.accounts).flatMap(({ name, email }) => [email, ...name.split(' ').filter((word) => word.length > 3)]))
  const named = new RegExp(`(?<!\\p{L})(${[...names].map((name) => name.replaceAll('.', '\\.')).join('|')})(?!\\p{L})`, 'u')
  for (const line of lines) {
    if (facts.test(line)) said.push(`a health fact in the log: ${line}`)
    if (named.test(line)) said.push(`a name in the log: ${line}`)
  }
  for (const line of site.log.split('\n')) if (failed.test(line)) said.push(`an error in the log: ${line}`)
  if (said.length > 0) throw new Error(said.slice(0, 20).join('\n'))
}
