// What a server's log may never hold.
const failed = /\blevel=ERROR\b|"level":"ERROR"|\bpanic\b|^goroutine \d+ \[/m
// What the demo's people have; the log must not know of it.
const facts = /potassium|lisinopril|metformin|sertraline|ibuprofen|diabet|depress|penicillin|hypertens|5\.3 mmol/i

/** Fails when the log tells of an error, of a person, or of what somebody has. */
export function checkLog(site) {
  const said = []
  const show = (what, match) => said.push(`${what}: ${site.log.slice(Math.max(0, match.index - 200), match.index + 300)}`)
  const error = failed.exec(site.log)
  if (error) show('an error in the log', error)
  const fact = facts.exec(site.log)
  if (fact) show('a health fact in the log', fact)
  const names = new Set(Object.values(site.accounts).flatMap(({ name, email }) => [email, ...name.split(' ').filter((word) => word.length > 3)]))
  for (const name of names) {
    const at = new RegExp(`(?<![\\p{L}])${name.replace('.', '\\.')}(?![\\p{L}])`, 'u').exec(site.log)
    if (at) show('a name in the log', at)
  }
  if (said.length > 0) throw new Error(said.join('\n'))
}
