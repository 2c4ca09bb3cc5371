/** Threads and writing: loaded with those pages, for patients and the clinic alike. */
export const messages = {
  message: {
    page: 'Messages', title: 'Messages', titleFor: 'Messages for {{name}}', new: 'New message', newFor: 'New message for {{name}}', thread: 'Conversation', list: 'Conversations',
    none: 'No messages yet', noneText: 'Write to your care team here. You can add photos.', noneTextFor: 'Write to the care team of {{name}} here. You can add photos.',
    hidden: 'These messages are not shared with you', hiddenText: '{{name}} or the clinic can change that.', cannot: 'You can read here, but not write', cannotText: 'The clinic can be reached by phone.',
    topic: { question: 'A question', medicine: 'Medicines', appointment: 'Visits', results: 'Results', billing: 'Bills', other: 'Something else' },
    unread_one: '{{count}} new', unread_other: '{{count}} new', from: '{{name}}: {{text}}', fromYou: 'You: {{text}}', withFile: 'Photo or file',
    role: { patient: 'patient', proxy: 'acts for the patient', clinician: 'doctor or clinician', nurse: 'nurse', frontdesk: 'front desk', system: 'the clinic' },
    kin: { self: 'patient', mother: 'mother', father: 'father', parent: 'parent', child: 'child', son: 'son', daughter: 'daughter', brother: 'brother', sister: 'sister', wife: 'wife', husband: 'husband', friend: 'friend', spouse: 'spouse', partner: 'partner', sibling: 'sibling', grandparent: 'grandparent', guardian: 'guardian', other: 'acts for the patient' },
    you: 'You', kinOf: '{{name}} ({{relation}})', forName: 'for {{name}}', photoFrom: 'Photo from {{name}}', photoFromYou: 'Photo from you', openFile: 'Open {{title}}', newTab: '(opens in a new tab)',
    sending: 'Sending', sent: 'Sent', notSent: 'Not sent', later: 'It goes by itself when you are online.', tryAgain: 'Try again', readBy: 'Read by {{names}} at {{when}}', readByOn: 'Read by {{names}}. {{when}}',
    turn: {
      yours: 'Your turn.', answer: 'The clinic wrote to you. Answer when you can: there is no date.', theirs: 'The clinic’s turn.', until: 'You will hear by {{date}}.', noDate: 'No date yet.',
      late: 'The answer is late.', lateText: 'It was due {{date}}. If it cannot wait, call us.', lateCall: 'It was due {{date}}. If it cannot wait, call {{phone}}.',
      urgent: 'The clinic was told that this is urgent.', has: '{{name}} has taken it.', nobodyHas: 'Nobody has taken it yet.', worse: 'If it gets worse, do not wait: call {{phone}}.',
      closed: 'This conversation is closed.', closedText: 'Write again and it is open again.', person: '{{name}}’s turn.', personText: 'The clinic asked {{name}}. There is no date.', none: 'Nobody’s turn.', noneText: 'Nothing is open here.',
      shortYou: 'Your turn', shortClinic: 'You will hear by {{date}}', shortClosed: 'Closed', shortLate: 'The answer is late',
    },
    readers: '{{list}} can read this', readersMore_one: '{{list}} and {{count}} other person at the clinic can read this', readersMore_other: '{{list}} and {{count}} others at the clinic can read this', readersTeam: 'The care team can read this', readersOthers: 'So can others whom {{name}} has let in', readersPart_one: '{{list}} does not see messages on private topics, such as mental health', readersPart_other: '{{list}} do not see messages on private topics, such as mental health', self: 'you',
    close: 'Close this conversation', closed: 'Closed. You can open it again.', reopen: 'Open it again', earlier: 'Show earlier conversations', older: 'Show earlier messages', newBelow_one: '{{count}} new message', newBelow_other: '{{count}} new messages',
    emergency: 'Chest pain, fainting or hard to breathe?', callEmergency: 'Call {{phone}}',
    call: {
      emergency: 'Call for help first', crisis: 'Talk to somebody now', text: 'What you wrote may not be able to wait. Nobody may read it for a while. If it is happening now, call.',
      then: 'It was not sent yet. If you send it, the clinic is told that it is urgent.', atOnce: 'It then goes at once, not at the time you chose.', send: 'Send it to the clinic too', sendNow: 'Send it to the clinic now', drop: 'Do not send it',
    },
    about: 'What is it about?', text: 'Your message', write: 'Write a message', writeFor: 'Write for {{name}}', pace: 'Half of these messages are answered within {{half}}, nine of ten within {{most}}, counted while we are open.', paceMinutes_one: '{{count}} minute', paceMinutes_other: '{{count}} minutes', paceHours_one: '{{count}} hour', paceHours_other: '{{count}} hours', paceDays_one: '{{count}} day', paceDays_other: '{{count}} days', answerHours_one: 'You hear from us within {{count}} hour.', answerHours_other: 'You hear from us within {{count}} hours.', answerDays_one: 'You hear from us within {{count}} working day.', answerDays_other: 'You hear from us within {{count}} working days.',
    send: 'Send', sendFor: 'Send for {{name}}', saved: 'Saved', saving: 'Saving', notSaved: 'Not saved yet', add: 'Add photo', files: 'Photos and files', needText: 'Write something first, or add a photo.', needTopic: 'Choose what it is about.', wait: 'The photo is still on its way. Wait a moment, then send.', tooLong: 'This is longer than {{count}} letters. Make it shorter.',
    draft: { title: 'You also wrote this on another device', use: 'Use this instead', add: 'Add it to mine', drop: 'Leave it out' },
    held: {
      title: 'Waiting to be sent', in_one: 'Sent in {{count}} second', in_other: 'Sent in {{count}} seconds', undo: 'Undo', now: 'Send now', at: 'Goes {{date}}', takeBack: 'Take it back', change: 'Change the time',
      later: 'Send later', when: 'When should it go?', choose: 'Send at this time', save: 'Save this time', needTime: 'Choose a time in the next 90 days.',
    },
    link: '(opens {{host}})', mark: { bold: 'Bold', italic: 'Italic', list: 'List' },
    correct: { do: 'Correct this', label: 'Your correction. What you sent stays, and both are shown.', send: 'Add correction', cancel: 'Leave it', need: 'Write what should stand there.', of: 'Corrects: {{text}}', earlier: 'Corrects an earlier message', at: 'Corrected. {{when}}' },
    search: { label: 'Search your messages', do: 'Search', results: 'What was found', none: 'Nothing was found.', found_one: '{{count}} message', found_other: '{{count}} messages', more: 'Look further back' },
    record: { do: 'Record', stop: 'Stop', recording: 'Recording. {{time}}', title: 'Recording', refused: 'The microphone is blocked. Allow it in your browser to record.' },
    typing: { clinic: 'The care team is writing', patient: 'Somebody on the patient’s side is writing', tell: 'Show that I am writing' },
    file: {
      photo: 'Photo', document: 'Document', preparing: 'Getting ready', sending: '{{percent}} % sent', ready: 'Ready', remove: 'Remove {{title}}', again: 'Try again',
      unreadable: 'We cannot read this photo. Save it as JPEG or PNG and choose it again.', kind: 'Only photos, PDF files and recordings can be added.', photoLarge: 'This photo is too big. Choose one under 60 MB.', documentLarge: 'This file is too big. Choose one under 25 MB.', tooMany_one: 'You can add {{count}} file to a message.', tooMany_other: 'You can add {{count}} files to a message.',
    },
  },
} as const
