// What the privacy officer reads of the audit: a chunk of its own.
export { PrivacyPage } from './PrivacyPage'
