/** Giving somebody access, and accepting it. */
export const sharing = {
  deeds: { title: 'What {{name}} did', none: 'Nothing yet besides looking.', message: 'Sent a message', booked: 'Booked a visit', changed: 'Moved or cancelled a visit', asked: 'Asked the clinic for something', answered: 'Answered or took back a request', form: 'Filled in a questionnaire', more: 'Show earlier' },
  offer: {
    title: 'Share with somebody', lead: 'You choose what they see and until when. Nothing is shared before they accept.', open: 'Share with somebody',
    name: 'Their name', relation: 'Who is it?', choose: 'Choose', sees: 'What they can see', sensitive: 'Private notes and topics too', sensitiveMore: 'For example mental health, pregnancy, HIV',
    can: 'What they can do for you', until: 'Last day', untilHelp: 'Sharing always ends. You can share again, and stop it at any time.', go: 'Make the link',
    needName: 'Enter their name.', needRelation: 'Choose who it is.', needSees: 'Choose at least one part of your record.', needUntil: 'Choose the last day.',
    readyTitle: 'The link for {{name}} is ready', readyLead: 'Send it to them yourself. We show it only once.', link: 'Link', copy: 'Copy the link', copied: 'Copied', mail: 'Send it by e-mail',
    mailSubject: 'An invitation', mailBody: 'I would like you to help me with my care. Open this link, and sign in:\n{{link}}',
    readyText: 'Whoever opens the link and signs in can accept it, so send it to {{name}} alone. It works once, until {{date}}. We tell you when it was accepted.', back: 'Back to sharing',
    waiting: 'Invitations', notYet: 'Not accepted yet', waitsUntil: 'The link works until {{date}}.', takeBack: 'Take back', taken: 'The invitation for {{name}} was taken back. Its link does not work any more.',
    less: 'Share less', lessTitle: 'Share less with {{name}}', lessLead: 'Take away what {{name}} should no longer see or do. It takes effect at once.', lessUntil: 'An earlier last day, if you like',
    lessNone: 'To share nothing, stop sharing instead.', lessGo: 'Share only this', lessKeep: 'Leave it as it is', lessened: 'You share less with {{name}} now.', invitedAs: 'You invited “{{name}}”.',
  },
  accept: {
    page: 'Invitation', title: '{{name}} wants to share their record with you', until: 'Until {{date}}.', sees: 'You see {{list}}', visit: 'You can join one video visit with them', hides: 'You do not see private notes and topics',
    can: { messages: 'You can write messages for them', scheduling: 'You can book visits for them', medicines: 'You can ask for refills for them', documents: 'You can add documents for them', visits: 'You can join video visits', share: 'You can share their record' },
    seen: '{{name}} can see what you look at, and can stop sharing at any time. So can you.', go: 'Accept', later: 'Not now', as: 'You are signed in as {{name}}. If that is not you, sign out first.',
    early: 'You can come to the visit with {{name}}', earlyText: 'The doors open on {{when}}. Then sign in and look under “Who are you here for?”.', people: 'Who are you here for?',
    gone: 'This link does not work', goneText: 'Open the link once more from your message. If it still does not work, ask for a new one.',
  },
} as const
