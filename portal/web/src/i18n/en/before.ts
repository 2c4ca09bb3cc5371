/** What is done before a visit, and what the clinic sees of it. */
export const before = {
  line: {
    reach: { direct: 'Straight to the clinic', relay: 'By a detour that works', blocked: 'Blocked by this network' }, speed: '{{down}} in, {{up}} out', mega: '{{count}} Mbit/s', kilo: '{{count}} kbit/s', trip: 'answers in {{count}} ms',
    short: { relay: 'by a relay', blocked: 'network blocks video' }, slow: 'slow line', late: 'answers slowly',
    on: '{{browser}} on {{system}}', browser: { chrome: 'Chrome', edge: 'Edge', firefox: 'Firefox', safari: 'Safari', samsung: 'Samsung browser', other: 'Browser' }, system: { android: 'Android', iphone: 'iPhone or iPad', mac: 'Mac', windows: 'Windows', linux: 'Linux', other: 'another device' },
  },
  help: {
    title: 'Let this page use your camera and microphone.', lead: 'This browser says no for now. You can change that here:', other: 'I use another browser', which: 'Which browser is it?', picture: 'Picture of step {{n}}',
    name: { chrome: 'Chrome or Edge on a computer', android: 'Chrome on Android', iphone: 'Safari on an iPhone or iPad', mac: 'Safari on a Mac', firefox: 'Firefox' },
    chrome: { one: 'Click the sign left of the address, at the top.', two: 'Switch camera and microphone on.', three: 'Come back to this page and click Try again.' },
    android: { one: 'Tap the sign left of the address, at the top.', two: 'Tap Permissions, and switch camera and microphone on.', three: 'Come back to this page and tap Try again.' },
    iphone: { one: 'Tap the sign beside the address, then Website Settings.', two: 'Set Camera and Microphone to Allow.', three: 'Come back to this page and tap Try again.' },
    mac: { one: 'Choose Safari at the top of the screen, then Settings for this website.', two: 'Set Camera and Microphone to Allow.', three: 'Come back to this page and click Try again.' },
    firefox: { one: 'Click the crossed-out camera left of the address.', two: 'Click the cross behind Blocked, at camera and at microphone.', three: 'Click Try again here, and then Allow.' },
  },
  place: {
    title: 'Is this you?', titleFor: 'You come for {{name}}', born: 'Born {{date}}', yes: 'Yes, this is me', yesFor: 'Yes, I am here for {{name}}', no: 'No, this is not me', noFor: 'No, for somebody else', wrong: 'Please close this page and call us. We find out what happened.',
    where: 'Where are you now?', whereFor: 'Where is {{name}} now?', lead: 'If something happens during the visit, we send help there. Your clinician may treat you in some places only.', country: 'Country', state: 'State', chooseState: 'Choose a state',
    address: 'Address, or how to find you', addressFor: 'Address, or how to find {{name}}', addressHelp: 'Street and town. Away from home: what somebody has to look for.', phone: 'Phone number to call you back', phoneHelp: 'We call it if the video stops.', go: 'This is right, go on', kept: 'Only the people who care for you in this visit see it.',
    outside: 'We may not treat you where you are now', outsideText: 'The law lets this clinic treat by video only in some places. Call us: we find another way, or another time.', change: 'I am somewhere else', needYes: 'Say first whether this is right.',
  },
  queue: {
    next: 'You are next', place: 'You are number {{place}}', before_one: '{{count}} person is before you', before_other: '{{count}} people are before you', at: 'Likely at {{time}}', lateVisit_one: 'The clinic is about {{count}} minute late.', lateVisit_other: 'The clinic is about {{count}} minutes late.',
    letIn: 'You are let in now.', stop: 'I do not want a video visit', stopSure: 'Take your agreement back and leave the waiting room? You can agree again.', stopGo: 'Yes, take it back', stopKeep: 'No, I wait',
  },
  lobby: { open: 'Write to the clinic', openNew_one: 'Write to the clinic, {{count}} new line', openNew_other: 'Write to the clinic, {{count}} new lines', none: 'Nothing is written yet. Only the clinic can read it.', field: 'Write to the clinic', title: 'You and the clinic' },
  form: {
    card: 'Answer a few questions', cardText: 'Your clinician reads them before you talk. It takes about {{count}} minutes.', cardDraft: 'Go on with your questions', cardDone: 'Your answers are with the clinic', cardDoneText: 'You can still change them.', open: 'Answer now', goOn: 'Go on', change: 'Change answers', page: 'Questions before the visit',
    lead: 'Answer what you can. What you have answered is kept.', leadFor: 'Answer for {{name}}, as well as you can. What you have answered is kept.', several: 'You can choose more than one.', need: 'Please answer this question.', send: 'Send to the clinic', later: 'Later', saved: 'Saved', saving: 'Saving', notSaved: 'Not saved yet. We try again.', sent: 'Your clinician has your answers.', back: 'Back', notAsked: 'There are no questions for this visit', notAskedText: 'Your clinic asks nothing before it. You need to do nothing.',
    notMay: 'You cannot answer for somebody else here', notMayText: 'Ask them to share their forms and visits with you.',
  },
  seen: {
    where: 'Where {{name}} is now', outside: 'Outside the places where this clinic may treat', call: 'Call {{phone}}', saidAt: 'Said at {{time}}', said: 'By {{name}}',
    answers: 'Answered before the visit', answersBy: '{{name}}, {{when}}', was: 'last time: {{text}}', changed_one: '{{count}} answer is not the one of {{when}}', changed_other: '{{count}} answers are not those of {{when}}', same: 'The same answers as on {{when}}', waits: 'Questions are not answered yet.', draft: 'The patient is answering questions now.',
    lines: 'Written with {{name}}', answer: 'Answer', answerNew_one: 'Answer, {{count}} new line', answerNew_other: 'Answer, {{count}} new lines', answerTo: 'Answer {{name}}', write: 'Write', writeTo: 'Write to {{name}}', quick: 'Quick answers', soon: 'We are with you in a few minutes.', hold: 'Please stay on this page. We have seen your message.', phone: 'We call you by telephone now.', field: 'Your answer to {{name}}',
    lateWhose: 'Whose day', lateMine: 'My own day', lateOf: 'Is {{name}} running late?',
    late: 'Running late?', lateBy: '{{count}} min late: tell all who wait or come soon', lateMin: '{{count}} min', onTime: 'On time', onTimeSay: 'On time again: tell all who wait or come soon', lateTold_one: '{{count}} patient was told.', lateTold_other: '{{count}} patients were told.', lateNone: 'Nobody waits or comes in the next hours.', lateNow_one: '{{count}} minute late', lateNow_other: '{{count}} minutes late',
  },
  rules: {
    page: 'Rules for visits', licence: 'Where you may treat by video', licenceText: 'Patients say where they are before they wait. Leave the list empty if you may treat everywhere.', add: 'Add a place', whole: 'The whole country', places: 'You may treat in', everywhere: 'Everywhere', remove: 'Take {{name}} away', outside: 'A patient who is somewhere else', warn: 'may wait, and you are warned', refuse: 'is asked to call you', save: 'Save', saved: 'Saved.',
    forms: 'Questions before a visit', formsText: 'The patient answers them on the phone, and you read them beside the picture.', video: 'Visits by video', clinic: 'Visits at the clinic', videoOf: 'By video, {{field}}', clinicOf: 'At the clinic, {{field}}', none: 'No questions', sameAs: 'As for all', look: 'Questions of “{{name}}”',
  },
} as const
