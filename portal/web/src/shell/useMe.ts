import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { meQuery } from '../api/queries'
import type { Me, Subject } from '../api/types'

/** Who is signed in. Pages stand behind the gate, so the answer is there. */
export function useMe(): Me {
  return useSuspenseQuery(meQuery).data
}

/** The person whose chart the address names. */
export function useSubject(): { patient: string; subject: Subject | undefined; acting: boolean; name: string } {
  const { patient } = useParams({ strict: false })
  const me = useQuery(meQuery).data
  const subject = me?.people.find((person) => person.patient === patient)
  const acting = subject !== undefined && subject.relation !== 'self'
  return { patient: patient ?? '', subject, acting, name: subject ? shortName(subject) : '' }
}

const shortName = (subject: Subject): string => subject.given?.split(/\s+/)[0] || subject.name
