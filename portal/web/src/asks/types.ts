export type AskKind = 'refill' | 'renewal' | 'visit' | 'record' | 'form'
export type AskState = 'requested' | 'received' | 'on-hold' | 'accepted' | 'in-progress' | 'completed' | 'rejected' | 'cancelled'
export const askKinds: AskKind[] = ['refill', 'renewal', 'visit', 'record', 'form']
export interface Party { name: string; role: 'patient' | 'proxy' | 'clinician' | 'nurse' | 'frontdesk' | 'system'; relation?: string; side: 'patient' | 'clinic' }
export interface AskStep { state: AskState; at: string; by: Party; text?: string }
export interface AskResult { type: 'MedicationRequest' | 'Appointment' | 'DocumentReference'; id: string; title?: string }
export interface Ask {
  id: string
  patient: string
  kind: AskKind
  state: AskState
  /** Number of its last step: what an answer says that it saw. */
  version: number
  askedAt: string
  changedAt: string
  by: Party
  mine: boolean
  forPatient?: string
  reason?: string
  medicine?: { id: string; name: string }
  daysLeft?: number
  pharmacy?: string
  mode?: 'video' | 'clinic' | 'either'
  when?: string
  documents?: string
  recipient?: string
  purpose?: string
  form?: { id: string; contentType?: string; title: string }
  note?: string
  steps: AskStep[]
  results: AskResult[]
  next: AskState[]
  /** The viewer may write the new prescription along with it. */
  issues?: boolean
}
export interface ListedAsk extends Ask { patientName: string; birthDate: string; age?: import('../api/types').Subject['age']; sex: string }
export interface NewAsk { id: string; kind: AskKind; medicine?: string; daysLeft?: number; pharmacy?: string; mode?: string; when?: string; documents?: string; recipient?: string; purpose?: string; form?: string; note?: string }
export interface AskAnswer { id: string; to: AskState; saw: number; text?: string; results?: AskResult[]; issue?: { days: number; repeats: number } }
export interface AskOffer { kind?: 'refill' | 'renewal'; why?: 'left' | 'none-left' | 'expired' | 'stopped' | 'paused'; left?: number; validUntil?: string; open?: string; canAsk: boolean; pharmacies: string[] }
