/** Encryption from browser to browser: loaded with the pages of visits. */
export const seal = {
  seal: {
    title: 'Extra privacy', on: 'Extra privacy is on', by: '{{name}} turned it on.', off: 'Extra privacy is off',
    what: 'Sound and picture are locked on your device. Only the people in the visit can open them. Our server cannot.',
    ask: 'Turn it on for this visit', takeBack: 'Turn it off', hostOff: 'Turn it off for this visit',
    more: 'What it protects, and what not', protects: 'It protects your picture and sound from our server and from the network in between. A visit with extra privacy cannot be recorded here.',
    protectsNot: 'It does not hide that you met, when you spoke, or who is in the room. It does not cover the chat or what is written in your record. Somebody can still film a screen. It rests on this page being the real one: our server sends you the page.',
    check: 'Check the code', checkText: 'Read these numbers to each other. If they are the same for all, nobody sits in between.', code: 'Code', devices: 'It stands for {{count}} devices.',
    wait: 'We are agreeing on a code. This takes a moment.', alone: 'The code comes when somebody else is here.', same: 'They are the same', differ: 'If they differ: stop, and call the clinic.', checked: 'You checked the code.',
    changed: 'The code is new, because somebody came, left or came back. Read it to each other again.', missing: 'Somebody here has not sent a key yet. You cannot hear or see them until then.',
    cannot: 'This browser cannot do the extra privacy of this visit', cannotText: 'Your care team sees that. Open this visit in a new Chrome, Edge, Firefox or Safari, or ask your care team to turn extra privacy off.',
    theyCannot: 'The browser of {{name}} cannot do this. Turn extra privacy off, or ask them to use another browser.', youCannot: 'Your browser cannot do this. Turn extra privacy off, or use another browser.',
    dropped: 'Extra privacy was turned off', droppedText: '{{name}} turned it off. If you go on, our server could hear and see this visit.', goOn: 'Go on without it',
  },
} as const
