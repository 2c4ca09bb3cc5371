/** Captions of what is said in a visit, and the small window: loaded with the pages of visits. */
export const captions = {
  captions: {
    word: 'Cap\u00ADtions', lines: 'What is said, as text',
    asked_one: '{{names}} asked for captions of what is said.', asked_other: '{{names}} asked for captions of what is said.',
    text: 'If you agree, your browser turns your words into text, here on your device. People in this visit who ask for captions see it, with your name. Your voice is sent to nobody for this. Nothing of it is kept.',
    yes: 'Show my words', no: 'Not my words', load: 'Load it and show my words', loadText: 'Your browser must load a speech file for this first. It does so once, and the file is large.', busy: 'Your browser is loading the speech file. This can take some minutes.',
    on: 'Your words are shown as text to {{names}}.', off: 'Your words are not shown as text.', stop: 'Stop', again: 'Show my words',
    youCannot: 'This browser cannot turn your words into text on your device. We never send your voice away for that, so there are no captions of you. They see that.', seen: 'All right',
    alone: 'Captions are on. Nobody else is here yet.',
    given: {
      yes_one: 'Captions of: {{names}}', yes_other: 'Captions of: {{names}}', open_one: 'Asked, no answer yet: {{names}}', open_other: 'Asked, no answers yet: {{names}}', loading_one: 'Agreed, their browser is getting ready: {{names}}', loading_other: 'Agreed, their browsers are getting ready: {{names}}',
      no_one: 'Does not want captions of their words: {{names}}', no_other: 'Do not want captions of their words: {{names}}', cannot_one: 'Their browser cannot make captions: {{names}}', cannot_other: 'Their browsers cannot make captions: {{names}}',
    },
  },
  small: {
    title: 'Your visit', with: 'You are in a visit with {{name}}', alone: 'You are in a visit. Nobody else is here right now.', back: 'Back to the visit', backTo: 'Back to the visit with {{name}}', own: 'Small window', here: 'Show it here again', inWindow: 'The picture is in a small window.',
    words: 'Your words are shown as text.', lost: 'The connection to your visit is lost.', elsewhere: 'You are in a visit with {{name}}. If you start this one, you leave that one.',
    others: 'Other pages', question: 'You are asked something. Go back to the visit to answer.',
    waiting: 'You are in the waiting room', number: 'number {{place}}', minutes_one: 'about {{count}} min', minutes_other: 'about {{count}} min', late_one: 'The clinic is {{count}} min late', late_other: 'The clinic is {{count}} min late', lines_one: '{{count}} new message', lines_other: '{{count}} new messages',
    backShort: 'Back', backWaiting: 'Back to the waiting room', leaveWaiting: 'Leave the waiting room', called: 'You are called', lets: '{{name}} lets you in now.', join: 'Join now', out: 'You are not in the waiting room any more.',
    picture: 'Small picture', pictureBack: 'Picture back here',
  },
} as const
