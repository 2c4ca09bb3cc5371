// How telling people goes, for administrators.
export const delivery = {
  delivery: {
    page: 'How notifications arrive', title: 'How notifications arrive', lead: 'Numbers only: nobody’s name, and nothing of what was said.', days: 'How far back', last_one: '{{count}} day', last_other: '{{count}} days',
    networks: 'Networks', on: 'On', off: 'Off', dead_one: '{{count}} place was forgotten: nobody there any more', dead_other: '{{count}} places were forgotten: nobody there any more', network: { webpush: 'Web Push', apns: 'iPhones (APNs)', fcm: 'Android (FCM)', mail: 'E-mail', sms: 'Text messages' },
    places: 'Places that can be reached', place: { browsers: 'Browsers', phones: 'Phones with the app', numbers: 'Confirmed numbers', failing: 'Mail addresses that fail', noNumber: 'Numbers that fail' },
    counts: 'What became of them', head: { by: 'By', kind: 'About', state: 'State', n: 'How many' }, kind: { ask: 'Requests', signin: 'Tries to sign in', moved: 'Sessions used elsewhere', message: 'Messages', appointment: 'Booked visits', visit: 'Coming visits', note: 'Visit summaries', result: 'Results', sharing: 'Sharing', oversight: 'Privacy duties', reach: 'Reaching people' },
    state: { waits: 'Tried again later', underWay: 'Under way', sent: 'Taken', dropped: 'Not needed any more', covered: 'Covered by another', refused: 'Given up', unknown: 'No answer', gathered: 'Waits for the daily mail', gone: 'Nobody there' },
    none: 'Nothing in this time', noneText: 'Once people are told outside the app, you see here how it goes.', failures: 'What failed last', noFailure: 'Nothing failed in this time', code: 'Code {{code}}', lastAt: 'Last: {{when}}', class: { later: 'not taken, tried again', unknown: 'no answer', refused: 'refused', gone: 'nobody there', setup: 'our settings are not accepted', bounced: 'came back' },
  },
} as const
