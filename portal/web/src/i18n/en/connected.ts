/** Apps of others: what they ask for, and those that were let in. */
export const connected = { connected: {
  consent: {
    page: 'Let an app in', title: '{{app}} asks for your permission', who: 'You are signed in as {{name}}.', notYou: 'Not you? Sign out', site: 'You go back to {{site}} afterwards.', device: 'This app says that it runs on your device. Go on only if you have just opened it yourself.',
    lead: 'It is not part of Housecall. What you allow leaves Housecall, and the app decides what becomes of it. You can end it at any time under “You”, “Connected apps”.',
    forWhom: 'For whom is it?', own: 'Your own record', for: 'It is about the record of {{name}}.', forOwn: 'It is about your own record.', born: 'Born {{date}}', nobody: 'It asks for a record, and there is none that you can connect. It will only learn who you are.',
    see: 'It may see', seeAll: 'It may see in every record that you can open', change: 'It may add and change', changeAll: 'It may add and change in every record that you can open', changeHelp: 'What it writes stands in the record as yours.', also: 'It may also',
    none: 'Untick all', all: 'Tick all', allow: 'Allow', refuse: 'Do not allow', need: 'Tick at least one thing, or do not allow it.', needWho: 'Choose for whom the app is.',
    hidden: 'Private notes and topics, like mental health, stay hidden from it.',
    expiredTitle: 'Please start again in the app', expired: 'This took too long, or it was answered already. The app was given nothing new.',
  },
  list: {
    page: 'Connected apps', lead: 'Apps that you let in. Each sees only what is written here, and you can end it at any time.',
    empty: 'No app is connected', emptyText: 'When you let an app into your record, it stands here, with everything it reads.',
    for: 'For {{name}}', own: 'For you', sees: 'May see', changes: 'May add and change', everywhere: 'in every record that you can open', nothing: 'Knows only who you are',
    offline: 'Keeps access while you are away', since: 'Since {{date}}', last: 'Last used {{when}}', did: 'What it did', didNothing: 'It has read nothing yet.',
    when: 'When', what: 'What', whose: 'Whose record', times_one: '{{count}} time', times_other: '{{count}} times',
    end: 'End access', endTitle: 'End access for {{app}}?', endText: '{{app}} is cut off at once. What it took before stays with it: ask the app to delete that.', endGo: 'End access', keep: 'Keep it', ended: '{{app}} is cut off.',
    less: 'Take something away', lessTitle: 'What may {{app}} still see?', lessText: 'Untick what you take away. It ends at once, and {{app}} goes on with the rest. If it needs more later, it has to ask you again.', lessGo: 'Keep only what is ticked', lessKeep: 'Leave it as it is', lessSame: 'Untick at least one thing.', lessAll: 'Leave at least one thing ticked, or end the access of this app.', lessDone: '{{app}} keeps only what stands here.',
    deed: { looked: 'Read {{what}}', searched: 'Searched {{what}}', wrote: 'Added to {{what}}', changed: 'Changed {{what}}', removed: 'Removed something from {{what}}', took: 'Took a copy of {{what}}', signedIn: 'Signed in', refused: 'Asked for {{what}} and was refused' },
    theRecord: 'the record',
  },
  // One line for each thing that an app can ask for by a name of its own.
  scope: {
    profile: 'See your name and language', email: 'See your e-mail address',
    offline: 'Keep access while you are away', offlineHelp: 'For 3 months after each use, and for a year at most, until you end it.',
    sensitive: 'See private notes and topics', sensitiveHelp: 'Mental health, substance use, reproductive health, HIV, genetics, violence.',
    other: 'Something that Housecall has no word for ({{name}})',
  },
  // One line for each type of data; a type without one is named by its FHIR name.
  type: {
    Patient: 'Name, birth date and contact details', Condition: 'Health problems', AllergyIntolerance: 'Allergies', MedicationRequest: 'Prescribed medicines', MedicationStatement: 'Medicines taken', MedicationDispense: 'Medicines handed out',
    Immunization: 'Vaccines', Observation: 'Test results, measurements and social history', DiagnosticReport: 'Test reports', Procedure: 'Operations and treatments', Encounter: 'Visits', Appointment: 'Appointments', CarePlan: 'Care plans', CareTeam: 'Care team',
    Goal: 'Health goals', ServiceRequest: 'Tests and treatments that were ordered', DocumentReference: 'Documents and notes', Communication: 'Messages', QuestionnaireResponse: 'Answers in forms', FamilyMemberHistory: 'Family history',
    RelatedPerson: 'Relatives and helpers', Device: 'Implants and devices', Coverage: 'Insurance', ExplanationOfBenefit: 'Bills and insurance payments', Medication: 'Names of medicines', Provenance: 'Where data came from', Practitioner: 'Clinicians',
    PractitionerRole: 'Work of clinicians', Organization: 'Clinics and other organizations', Location: 'Places', Specimen: 'Samples', ImagingStudy: 'Pictures from scans', Task: 'Tasks', Consent: 'Permissions', Binary: 'Files', other: 'Everything else',
  },
  // One line for each category to which a type may be narrowed.
  part: {
    laboratory: 'Lab results', 'vital-signs': 'Measurements, like blood pressure', 'social-history': 'Social history, like smoking', sdoh: 'Living conditions', survey: 'Answers in surveys', 'clinical-test': 'Other tests',
    'problem-list-item': 'Long-term health problems', 'encounter-diagnosis': 'Diagnoses of visits', 'health-concern': 'Health concerns',
  },
  partOther: '{{type}}: {{part}}',
} } as const
