/** What a visit came to, in plain words: loaded with the pages of visits. */
export const after = {
  after: {
    vitals: 'What we measured', problems: 'What it was about', medicines: 'Your medicines', orders: 'Tests and referrals', next: 'Your next visit', book: 'Choose a time',
    vital: { pressure: 'Blood pressure', pulse: 'Pulse', temperature: 'Temperature', breathing: 'Breaths a minute', saturation: 'Oxygen in the blood', weight: 'Weight', height: 'Height' },
    take: '{{dose}}, {{often}}', lasts_one: 'For {{count}} day.', lasts_other: 'For {{count}} days.', refills_one: '{{count}} refill.', refills_other: '{{count}} refills.', stop: 'Stop taking {{name}}',
    dose: { tablet_one: '{{count}} tablet', tablet_other: '{{count}} tablets', capsule_one: '{{count}} capsule', capsule_other: '{{count}} capsules', puff_one: '{{count}} puff', puff_other: '{{count}} puffs', unit_one: '{{count}} unit', unit_other: '{{count}} units', application_one: 'put it on', application_other: 'put it on {{count}} times', dose_one: '{{count}} dose', dose_other: '{{count}} doses', ml_one: '{{count}} mL', ml_other: '{{count}} mL', drop_one: '{{count}} drop', drop_other: '{{count}} drops' },
    form: { tablet: 'tablet', capsule: 'capsule', puff: 'puff', unit: 'unit', application: 'to put on', dose: 'dose', ml: 'mL', drop: 'drop' },
    often: { daily: 'once a day', morning: 'in the morning', evening: 'in the evening', bedtime: 'at bedtime', twice: '2 times a day', three: '3 times a day', four: '4 times a day', weekly: 'once a week', needed: 'when you need it' },
    group: { lab: 'Test', imaging: 'Imaging', referral: 'See a specialist' }, nextVideo: 'By video, around {{date}}', nextClinic: 'At the clinic, around {{date}}',
    written: 'Your clinician wrote this in {{language}}.', wanted: 'We asked for a translation. It comes here.', translatedBy: 'Translated by {{name}}, {{when}}.', original: 'As your clinician wrote it',
    rate: 'How was this visit?', stars: '{{stars}} of 5 stars', comment: 'Do you want to tell us more?', commentHelp: 'Your care team of this visit reads it, with your name. For questions about your health, write a message.', send: 'Send', thanks: 'Thank you. Your care team reads it.', rated: 'You gave {{stars}} of 5 stars.', change: 'Change',
  },
} as const
