/** What somebody was told, and how they want to be: loaded with that page. */
export const notices = {
  notices: {
    page: 'Notifications', title: 'Notifications', list: 'What we told you', how: 'How we tell you', none: 'Nothing yet', noneText: 'When a message, a visit or a result comes in, you find it here.', new: 'New', allSeen: 'Mark all as seen', more: 'Show earlier ones',
    kind: { message: 'A new message', appointment: 'News about a visit', visit: 'A visit comes up', note: 'A visit summary', result: 'A new result', ask: 'News about a request', sharing: 'Sharing changed', oversight: 'Something needs your word' }, forName: 'For {{name}}', forYou: 'For you',
    email: 'Send me e-mail', emailTo: 'To {{address}}. It never says more than that something waits here.', emailNone: 'Your account has no e-mail address.', emailOff: 'This clinic’s site does not send e-mail.', kinds: 'E-mail me about',
    kindOf: { message: 'Messages', appointment: 'Booked and changed visits', visit: 'A visit that comes up', note: 'Visit summaries', result: 'New results', ask: 'Requests', sharing: 'Sharing' },
    quiet: 'Quiet hours', quietHelp: 'No e-mail in this time. It comes when the time is over. A visit that comes up is told all the same.', from: 'From', to: 'To', zone: 'Times are for {{zone}}.', saved: 'Saved.', lead: 'In Housecall you are always told. E-mail is up to you.',
  },
} as const
