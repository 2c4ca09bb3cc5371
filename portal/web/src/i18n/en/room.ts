/** People in a visit: guests by a link, and what hosts do about the room. */
export const room = {
  room: {
    called: { guest: '{{name}} (guest)', interpreter: '{{name}} (interpreter)' }, role: { guest: 'Guest', interpreter: 'Interpreter' }, team: 'The care team',
    relation: { child: 'Daughter or son', parent: 'Mother or father', spouse: 'Spouse', partner: 'Partner', sibling: 'Brother or sister', grandchild: 'Grandchild', friend: 'Friend', other: 'Somebody else' },
    saysSelf: 'They say: {{relation}}. Ask who it is before you let them in.', saysName: 'They gave this name themselves. Ask who it is before you let them in.', otherDevice: 'Now on another device than before. Ask who it is.',
    muted: '{{name}} turned your microphone off. You can turn it on again.', youLarge: 'Everybody sees you large now.', leads: '{{name}} leads this visit now.', youLead: 'You lead this visit.',
    muteAll: 'Mute everybody', lock: 'Lock the room', unlock: 'Unlock the room', isLockedGroup: 'Locked. Nobody new can come to the waiting room.', isLocked: 'Locked. Nobody new can come to the waiting room, but the patient can.', locked: 'Nobody else can join right now',
    invite: 'Invite somebody', inviteText: 'The call goes on meanwhile. Whoever opens the link waits at the door until you let them in.',
    mute: 'Mute', muteOf: 'Mute {{name}}', large: 'Show large', largeOf: 'Show {{name}} large to everybody', small: 'Not large', smallOf: 'Do not show {{name}} large any more',
    remove: 'Take out', removeOf: 'Take {{name}} out of the visit', removeSure: 'Take {{name}} out of this visit?', removeText: 'They cannot come back unless you let them in again.', removeGo: 'Yes, take {{name}} out', removeKeep: 'No, stay',
    removed: 'Taken out', letBack: 'Let in again', letBackOf: 'Let {{name}} in again',
    join: 'Join the visit', ready: 'The doctor can come', readySaid: 'The doctor is asked to come.', readyForYou: 'The nurse is done. The patient is ready for you.', handTo: 'Hand over to {{name}}', takeOver: 'Take over',
  },
  guestLink: {
    title: 'By a link, without an account', lead: 'They open the link and wait at the door. The care team lets them in. They see only the visit, and nothing of the record.', who: 'Who is it?', guest: 'Family or a friend', interpreter: 'An interpreter',
    name: 'Their name', nameHelp: 'You can leave this empty. Then they say it themselves.', relation: 'What are they to the patient?', choose: 'Choose', go: 'Make the link', again: 'New link', againOf: 'New link for {{name}}', take: 'Take back', takeOf: 'Take back: {{name}}', taken: 'Taken back. The link does not work any more.',
    unnamed: 'Somebody', selfNamed: 'gave their name themselves', state: { invited: 'Not opened yet', opened: 'Opened', removed: 'Taken out', ended: 'Taken back' }, letter: '{{clinic}}\nYou are invited to a visit by video: {{when}}. Open this link on your phone or computer. You need no password.', account: 'With an account',
  },
  joinGuest: {
    title: 'You are invited to a video visit', lead: '{{clinic}} lets you in. You need no password.', name: 'Your name', nameHelp: 'Everybody in the visit sees it.', needName: 'Enter your name.', relation: 'What are you to the patient?', needRelation: 'Choose what you are to the patient.', choose: 'Choose',
    open: 'Open it on this device', hello: 'You are invited to this visit', text: 'You see and hear each other on this device. The care team lets you in.', once: 'It is open on one device at a time. On another one you wait to be let in again.',
    closed: 'The visit is not open here', closedText: 'The visit is over, your invitation was taken back, or it was opened on another device.', 
  },
} as const
