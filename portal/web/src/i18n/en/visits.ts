/** From the device check to the summary, and the clinic's side of a visit: loaded with those pages. */
export const visits = {
  visit: {
    page: 'Visit', back: 'Visits', with: '{{name}}, {{day}} at {{time}}', stage: 'Picture', controls: 'Call controls', muted: 'sound off', pictureOff: 'Picture is off', reconnecting: 'Reconnecting',
    mute: 'Mute', unmute: 'Unmute', cameraOff: 'Camera off', cameraOn: 'Camera on', flip: 'Turn camera', share: 'Share', unshare: 'Stop sharing', chat: 'Chat', leave: 'Leave', newChat_one: '{{count}} new line', newChat_other: '{{count}} new lines',
    chatKin: { mother: '{{name}}, for their mother', father: '{{name}}, for their father', parent: '{{name}}, for their parent', child: '{{name}}, for their child', son: '{{name}}, for their son', daughter: '{{name}}, for their daughter', brother: '{{name}}, for their brother', sister: '{{name}}, for their sister', wife: '{{name}}, for their wife', husband: '{{name}}, for their husband', friend: '{{name}}, for a friend', spouse: '{{name}}, for their spouse', partner: '{{name}}, for their partner', sibling: '{{name}}, for their brother or sister', grandparent: '{{name}}, for their grandparent', guardian: '{{name}}, for the patient', other: '{{name}}, for the patient' }, chatLines: 'What was written', chatNone: 'Nothing is written yet. Everybody in the visit can read it.', chatField: 'Write to everybody in the visit', chatKept: 'Your text is still here.', send: 'Send',
    pictures: 'Pictures', names: 'Others in the visit', pin: 'Keep {{name}} in view', people_one: '{{count}} person in the visit', people_other: '{{count}} people in the visit',
    moveSelf: 'Move the small pictures', joining: 'We are connecting you.', alone: '{{name}} is not in the picture right now. Stay here, nothing to do.', soundOn: 'Turn the sound on', onlySound: 'Your connection is very weak. We turned the pictures off, yours too, so that the sound holds. They come back by themselves.',
    onlySoundGo: 'Sound only', picturesOn: 'Pictures on again', onlySoundYours: 'You chose sound only. Nobody sees you, and you see nobody.', theyHear_one: '{{list}} hears you but sees no pictures right now.', theyHear_other: '{{list}} hear you but see no pictures right now.', byPhone: 'It takes long. You can go on by telephone: call this number and say that you have a video visit.', orByPhone: 'Or have the visit by telephone: call us when it begins.',
    line: { joining: 'Connecting', good: 'Good connection', weak: 'Weak: picture may blur', bad: 'Very weak', sound: 'Very weak: sound only', lost: 'Reconnecting: calling you back' },
  },
  rec: {
    on: 'This visit is being recorded', paused: 'The recording is paused', pausedFor: 'The recording is paused until this person agrees: {{names}}', waitsFor: 'It is not recorded yet. We wait for: {{names}}', begins: 'The recording begins in a moment', mark: 'being recorded',
    ask: 'Record this visit', askTitle: 'Ask everybody to record this visit?', askGo: 'I agree, ask the others', askNo: 'Not now', title: '{{name}} asks to record this visit', yes: 'Yes, record', no: 'No, do not record', stop: 'Stop recording', withdraw: 'Stop recording me',
    what: 'Sound, pictures and shared screens of everybody are kept in the record of {{name}}.', who: 'Whoever may read the documents in this record can play it. It is deleted after some time.', free: 'You can say no. The visit goes on just the same.', stopAny: 'You can stop it at any time with one press. It then ends for everybody.',
    over: { stopped: 'The recording has ended', refused: 'It is not recorded: somebody said no', withdrawn: 'The recording has ended: somebody does not want it any more', ended: 'The recording has ended', room: 'The recording has ended: nobody was there', disk: 'The recording has ended: it could not be stored. The visit goes on.', full: 'The recording has ended: it is as long as it may be. The visit goes on.' },
    play: 'Play the recording',
  },
  check: {
    title: 'Can you see yourself?', titleFail: 'We cannot see you yet', cameraOk: 'Camera works', cameraFail: 'The camera does not work', cameraWait: 'Starting the camera', micSay: 'Say a few words', micOk: 'We hear you', micFail: 'The microphone does not work', meterQuiet: 'Microphone level: quiet', meterHeard: 'Microphone level: good',
    hear: 'Can you hear us?', hearYes: 'You hear us', hearNo: 'Turn the sound up, then play it again.', tune: 'Play a short tune.', play: 'Play', heardYes: 'I hear it', heardNo: 'I hear nothing', works: 'Works', fails: 'Does not work yet',
    network: { testing: 'Testing the connection', good: 'Good connection', slow: 'Slow connection', fail: 'The connection does not work' }, networkText: { testing: 'This takes a few seconds.', good: 'Clear picture and sound.', slow: 'The picture may blur. Go closer to the Wi-Fi.', fail: 'See below what helps.' },
    go: 'Yes, go to the waiting room', next: 'Yes, go on', goAnyway: 'Go on like this', help: 'No, help me fix it', which: 'Choose another camera or microphone', whichCamera: 'Camera', whichMic: 'Microphone',
  },
  fix: {
    title: 'What helps', again: 'Try again',
    missing: 'We find no camera or microphone on this device. Plug one in, or use a phone.', busy: 'Another app uses the camera or the microphone. Close other video apps, then try again.', unsupported: 'This browser cannot make video calls. Open the visit in Chrome, Safari, Edge or Firefox.', quiet: 'Turn the volume up with the keys of your device. Is a headset connected? Then the sound is there.', closed: 'The network here blocks video calls. Use another Wi-Fi, or turn Wi-Fi off and use mobile data.',
    general: { one: 'Black picture? Check whether a cover is over the camera.', two: 'Close other apps that make video calls.', three: 'Go closer to the Wi-Fi, or use mobile data.', four: 'Restart the device. This page brings you back here.' },
  },
  consent: {
    title: 'Before we start', lead: 'This is a visit by video. Please read this once.', leadFor: 'You join the visit of {{name}}. Please read this once.',
    video: 'We see and hear each other by video. A video visit cannot replace every examination. Your clinician says when you should come in.', private: 'Be where nobody listens who should not. The clinic does the same. Nothing is recorded unless you and everybody else say yes to it.', record: 'What is important is written in the record, as with every visit. You can read it afterwards.', emergency: 'Tell us where you are when we ask, so that we can send help in an emergency.', stop: 'You can stop at any time, and ask for a visit at the clinic instead.',
    group: 'This is a group visit. Other patients see and hear you, and you see and hear them.', groupKept: 'What you hear from others stays there. Please tell nobody who was there or what they said. We cannot promise that everybody keeps to this.', groupPrivate: 'Be where nobody else listens. Nothing is recorded.',
    called: 'The name that the others see', calledHelp: 'Your first name, or any other name. The others are told nothing else about you.',
    kept: 'We keep when you agreed, and to which words.', agree: 'I agree, go on', no: 'Not now',
  },
  wait: {
    knows: '{{name}} knows you are here', telling: 'We tell {{name}} that you are here', early: 'You are early', earlyText: 'The waiting room opens {{day}} at {{time}}. We take you in then.', live: '{{name}} has started the visit and lets you in now.', notYet: 'You are let in from here. Nothing to do.',
    yours: 'Your wait', soon: 'It should not take long', minutes_one: 'About {{count}} minute', minutes_other: 'About {{count}} minutes', putDown: 'You can put the phone down. It rings when it is your turn. Keep this page open.', putDownEarly: 'You can put the phone down. Keep this page open.',
    late_one: '{{name}} is {{count}} minute behind. Keep waiting, or call us.', late_other: '{{name}} is {{count}} minutes behind. Keep waiting, or call us.', device: 'Your camera and sound', soundOn: 'Sound is on', soundOff: 'Sound is off', pictureOn: 'Picture is on', pictureOff: 'Picture is off', here: '{{name}} is here', phone: 'Use a phone call instead: {{phone}}',
  },
  join: {
    page: 'Your visit', title: 'Your video visit', lead: '{{clinic}} invites you to a visit by video. You need no password.', open: 'Open my visit',
    hello: 'Hello {{name}}', yours: 'This is your video visit. You see and hear each other on this device.', when: '{{day}} at {{time}}', from: 'Come back to this page {{day}} from {{time}} on. Keep your letter: the link in it opens this page again.',
    go: 'Go to the visit', try: 'Try camera and sound now', notYou: 'Is this not you? Close this page, and call the clinic.',
    gone: 'This link does not work any more', goneText: 'The clinic closed it, the visit is over, or there is a newer link. Call the clinic, and we help you.', dead: 'This link is closed', deadText: 'There were too many wrong dates of birth. Call the clinic, and you get a new link.',
    closed: 'Your visit is not open here', closedText: 'It was opened on another device, or the clinic closed the link.', noLink: 'Open the link from your letter again, or call the clinic.', again: 'Open it on this device',
  },
  end: {
    removed: 'You were taken out of the visit', removedText: 'The care team took you out of this visit. Call us if you think that is a mistake.', left: 'You left the visit', leftText: 'It goes on without you, and you can go back in.', goBack: 'Go back to the visit', refused: 'We could not let you in', refusedText: 'The clinic did not let you into this visit. Call us, and we find out why.',
    over: 'The visit is over', overText: 'The summary comes as soon as {{name}} has signed it. You find it here and among your visits.', summaryReady: 'The summary is ready.', readSummary: 'Read the summary', cancelled: 'This visit was cancelled', cancelledText: 'You can book another one.', toVisits: 'To your visits',
    thanks: 'Thank you. The visit is over.', thanksText: 'You can close this page now. If you have a question, call us.', cancelledCall: 'Call us if you need another one.',
  },
  bye: {
    lost: 'We could not call you back', lostText: 'The connection is gone. Check the Wi-Fi or mobile data. Your place in the visit is kept.', ended: 'The visit is over', endedText: 'The clinician ended it. The summary comes as soon as it is signed.', removed: 'You are no longer in this visit', removedText: 'Call the clinic if this is a mistake.',
    signed_out: 'You are signed out', signed_outText: 'Sign in again, then go back to the visit.', elsewhere: 'You are in the visit on another device', elsewhereText: 'Only one device at a time can take your place.', here: 'Use this device', closed: 'The visit is closed here', closedText: 'It was opened on another device, or the clinic closed the link. Open your link again, or call the clinic.',
  },
  summary: {
    page: 'Visit summary', title: 'Summary of your visit', titleFor: 'Summary of {{name}}’s visit', with: 'With {{name}}, {{date}}', yourTurn: 'Your turn', callIf: 'Call {{phone}} if', next: 'What comes next.', signed: 'Signed by {{name}}, {{when}}.', addendum: 'Added later', addedBy: '{{name}}, {{when}}', ask: 'Ask a question', new: 'New since {{time}}',
    notYet: 'The summary is not here yet', notYetText: 'It comes as soon as it is signed. We tell you then.',
  },
  cockpit: {
    groupFirst: 'End the group visit before you sign.',
    page: 'Visit', back: 'Back to today', video: 'Video', chart: 'Chart', note: 'Note', panes: 'Parts of the visit', start: 'Start the visit', startText: 'Your camera and microphone go on. Nobody is let in by that.', end: 'End', endSure: 'End the visit for everybody?', endGo: 'Yes, end it', endKeep: 'Go on', ended: 'The visit is over.', endedAfter: 'The visit is over. You talked for {{minutes}}.', talk: 'Time talked', notStarted: 'Not started', notVideo: 'This is a visit at the clinic.',
    waiting: 'Waiting', waits: '{{name}} waits', since: 'since {{time}}', asks: 'Wants to talk about', letIn: 'Let in', letInName: 'Let in {{name}}', refuse: 'Not now', nobody: 'Nobody waits yet', nobodyText: 'You hear a sound when somebody comes.', inRoom: 'In the visit', left: 'Left the visit', checkOk: 'Camera, sound and connection work', checkNo: 'Not checked', checkFail: 'Trouble with: {{list}}', checkPart: { camera: 'camera', microphone: 'microphone', speaker: 'speaker', network: 'connection' },
    late: 'Running late', lateBy: 'How late are you?', lateMinutes: '{{count}} min', lateTold: 'Everybody who waits sees: {{count}} minutes behind.', lateNone: 'On time again',
    tabs: 'Chart parts', forVisit: 'For this visit', results: 'Results', medicines: 'Medicines', notes: 'Notes', reason: 'Reason', facts: 'From the chart', noReason: 'No reason was given', proxy: 'acts for {{name}}',
    noteTitle: 'Visit note', subjective: 'What they told us', objective: 'What we saw', assessment: 'Assessment', plan: 'Plan', forPatient: 'For {{name}}', summary: 'In one plain sentence', summaryHelp: 'This is the first thing they read.', instructions: 'What they do now', instructionsHelp: 'One line is one step.', callIf: 'Call {{phone}} if', callIfHelp: 'One line is one sign.', followUp: 'What comes next, and when',
    fill: 'Fill from the chart', filled: 'Filled from the chart', saved: 'Saved {{time}}', saving: 'Saving', unsaved: 'Not saved yet', saveFailed: 'Not saved. We try again, your text is here.', conflict: 'This note was changed elsewhere', conflictText: 'Somebody wrote in it at another place. Both texts are kept until you choose.', mine: 'Keep what is here', theirs: 'Take the other one', sign: 'Sign and send to {{name}}', signHelp: 'After signing, the note cannot be changed, only added to.', needs: 'Before you sign', needAssessment: 'Write the assessment', needPlan: 'Write the plan', needSummary: 'Write one sentence for {{name}}',
    signed: 'Signed by {{name}}, {{when}}', frozen: 'This note is signed. It can be added to, not changed.', addendum: 'Addendum', addAddendum: 'Add an addendum', addendumField: 'What to add', addendumSign: 'Sign the addendum', sent: 'Signed. {{name}} can read the summary now.', added: 'The addendum is signed.', seeSummary: 'What {{name}} reads', none: 'Nothing written', noNote: 'You cannot see the note of this visit.',
    key: { letIn: 'let in', order: 'add or order', mute: 'mute', pane: 'next pane', sign: 'sign', back: 'today' },
  },
} as const
