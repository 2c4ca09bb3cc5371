/** The clinic's inbox: loaded with its page. */
export const inbox = {
  inbox: {
    notes: { title: 'Team notes', who: 'Only the care team sees these.', label: 'Note for the team', add: 'Add note' },
    page: 'Inbox', views: 'Views', view: { all: 'Everybody', mine: 'Mine', unclaimed: 'No owner', done: 'Closed' }, count_one: '{{count}} open', count_other: '{{count}} open', countDone_one: '{{count}} closed', countDone_other: '{{count}} closed',
    list: 'Messages, due first', search: 'Search messages', searchHelp: 'Name or words', more: 'Show more', patient: 'About the patient', moreFacts_one: '{{count}} more in the chart', moreFacts_other: '{{count}} more in the chart', none: 'Nothing waits here', noneText: 'New messages of your patients show here at once.', noMatch: 'Nothing here fits “{{q}}”', noMatchText: 'Try a part of the name.',
    pick: 'No message is open', pickText: 'Choose one on the left, or press Enter.', unread: 'New', due: 'Due {{date}}', late: 'Late since {{date}}', waits: 'With the patient', owner: 'With {{name}}', ownerYou: 'You', noOwner: 'No owner', closed: 'Closed', photo: 'Photo or file',
    answerBy: 'Answer by {{date}}', lateBy: 'Late since {{date}}', claim: 'Take it', release: 'Give it back', taken: '{{name}} has taken this one.', claimedYou: 'Taken by you.', claimedBy: 'Taken by {{name}}.', done: 'Close', reopen: 'Open again', closedUndo: 'Closed.', undo: 'Undo', chart: 'Open chart', about: 'About {{name}}', back: 'Inbox',
    reply: 'Reply to {{list}}', replyLabel: 'Your reply', send: 'Send', sendClose: 'Send and close', older: 'Show earlier messages', messages: 'Messages with {{name}}', forName: 'for {{name}}', born: 'born {{date}}', actsFor: '{{name}}, {{relation}}',
    results: 'Last results', medicines: 'Medicines', problems: 'Problems', next: 'Next', noneRecorded: 'None recorded', limited: 'Medical content is hidden for your role.', hide: 'Hide', cannot: 'Your role reads here and does not answer.',
    key: { move: 'next, back', open: 'open', claim: 'take it', reply: 'reply', done: 'close', undo: 'undo', chart: 'chart', find: 'search', go: 'go to the inbox', send: 'send and close' },
  },
} as const
