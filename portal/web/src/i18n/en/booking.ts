/** Visits to come, past ones, and booking: loaded with those pages. */
export const booking = {
  appointment: {
    late_one: 'The clinic is about {{count}} minute late. You can come {{count}} minute later.', late_other: 'The clinic is about {{count}} minutes late. You can come {{count}} minutes later.', questions: 'Answer questions for this visit', questionsDone: 'Change your answers for this visit',
    page: 'Visits', title: 'Your visits', titleFor: '{{name}}’s visits', book: 'Book a visit', bookFor: 'Book for {{name}}',
    coming: 'Coming up', past: 'Earlier', video: 'Video visit', clinic: 'Visit at the clinic', group: 'Group visit', groupMost: 'At most {{count}} patients take part', openGroup: 'Open the group', with: 'With {{name}}', about: 'About: {{text}}',
    none: 'No visit is planned', noneText: 'When you book one, you find it here, with the time and the way in.', noneTextFor: 'When you book one for {{name}}, you find it here, with the time and the way in.',
    opens: 'The waiting room opens {{day}} at {{time}}.', opensToday: 'The waiting room opens at {{time}}.', yourTurn: 'Your turn.', openNow: 'The waiting room is open.',
    waiting: 'You are in the waiting room.', waitingFor: 'Somebody is in the waiting room.', live: 'The visit has begun.', arrive: 'Come 10 minutes before, and bring your medicines.', clinicTurn: 'Nothing to do yet.',
    join: 'Go to the waiting room', rejoin: 'Go to the visit', summary: 'Read the summary', link: 'Link for the patient', linkTo: 'Link for the patient to the visit {{when}}', bring: 'Bring somebody', bringTo: 'Bring somebody to the visit {{when}}', change: 'Change the time', cancel: 'Cancel the visit', cancelAt: 'Cancel the visit, {{when}}', changeAt: 'Change the time, {{when}}',
    sure: 'Cancel this visit, {{day}} at {{time}}?', sureText: 'The time goes to somebody else. You can book another one.', cancelGo: 'Yes, cancel it', keep: 'Keep it',
    cancelled: 'Cancelled: the visit {{day}} at {{time}}.', booked: 'It is booked. We remind you the day before and 15 minutes before.', moved: 'The visit has its new time.',
    missed: 'We did not see each other at this time. That can happen.', again: 'Book another time',
    state: { fulfilled: 'Done', ended: 'Done', cancelled: 'Cancelled', noshow: 'Missed', booked: 'Planned', arrived: 'Arrived' },
    clinicTime: '{{time}} at the clinic', more: 'Show earlier visits', at: '{{day}} at {{time}}', hidden: 'These visits are not shared with you', hiddenText: '{{name}} or the clinic can change that.',
  },
  book: {
    title: 'Book a visit', titleFor: 'Book a visit for {{name}}', change: 'Change the time', changeLead: 'Now: {{when}}. You keep this time until you choose another one.', back: 'Visits',
    why: 'What is it about?', whyHelp: 'A few words are enough. They are read before the visit.', how: 'How', video: 'By video', clinic: 'At the clinic', who: 'With whom', anyone: 'Whoever is free first', anyoneText: 'The earliest times of everybody',
    when: 'When', day: 'Times: {{day}}', moreTimes_one: '{{count}} more time', moreTimes_other: '{{count}} more times', later: 'Show later days', zone: 'Times are where you are. It is {{time}} at the clinic now.', earliest: 'Earliest',
    chosen: '{{day}} at {{time}}', chosenWith: 'with {{name}}', atClinic: '{{time}} at the clinic', go: 'Book this visit', goFor: 'Book for {{name}}', goChange: 'Take this time',
    taken: 'Somebody else just took that time', takenText: 'Nothing you wrote is lost. The next free time is chosen for you: {{when}}.', takenNone: 'Nothing you wrote is lost. Look at other days, or at other people.',
    none: 'No free times', noneText: 'Try another person, or the other kind of visit.', noneLater: 'No free times in these days.', sooner: 'Nothing soon enough? Call us.', emergency: 'In an emergency call {{phone}}.',
    notYou: 'You cannot book visits here', notYouText: 'You were not given this for {{name}}. The clinic can book for you by phone.', notYouOwn: 'The clinic books visits for you by phone.', pick: 'Choose a time first.', gone: 'This visit cannot be changed any more.',
    same: 'The time you have now',
  },
} as const
