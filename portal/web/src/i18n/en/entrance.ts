/** One-time links: coming in by one, and, for the clinic, making one. */
export const entrance = {
  enter: {
    page: 'Come in', welcome: 'Welcome to {{clinic}}', back: 'Your way back in',
    lead: 'You are invited to make an account. It takes about a minute.', leadBack: 'You choose a new way to sign in. The old ones end.',
    loading: 'Looking at your link',
    birthTitle: 'When were you born?', birthHelp: 'So that nobody else comes in with your link. For example: 3, 2, 1952.', month: 'Month', day: 'Day', year: 'Year (4 digits)', needBirth: 'Enter month, day and year of your birth, in numbers.',
    triesLeft_one: 'You have {{count}} try left.', triesLeft_other: 'You have {{count}} tries left.', goOn: 'Go on', start: 'Begin',
    hello: 'Hello {{name}}', choose: 'How do you want to sign in from now on?', passkey: 'Use my face or finger', passkeyHelp: 'The safest and quickest way. There is nothing to remember.', passkeyWaiting: 'Follow the steps on your device', passkeyRefused: 'The passkey was not made. Try again, or choose a password.',
    or: 'Or choose a password', staffOr: 'Or a password and a code app', staffHelp: 'You sign in with them next, and connect the code app there.', withPassword: 'Use this password',
    gone: 'This link does not work any more', goneText: 'It was used already, it is too old, or a newer one was made. Ask the clinic for a new link.', dead: 'This link is closed', deadText: 'There were too many wrong dates of birth. Ask the clinic for a new link.', toSignIn: 'Go to sign in',
    mine: 'I have an account here already', mineTitle: 'For your account', mineLead: 'Enter the date of birth once more, and the invitation goes to the account that you are signed in to.', mineDone: 'Done. It is in your account now.',
  },
  reset: {
    page: 'New password', forgot: 'Forgot your password?', title: 'Get a new password', lead: 'Enter the e-mail of your account. If it is confirmed there, we send you a link.', send: 'Send me the link',
    sentTitle: 'Look into your mail', sent: 'If this is the confirmed e-mail of an account with a password, a link is on its way. It works for an hour.', none: 'Nothing came? Call us, and we help you in.',
    chooseTitle: 'Choose a new password', chooseLead: 'You are then signed out everywhere, and sign in with it.', save: 'Save the password', done: 'Your new password is saved.', recoveryHelp: 'Lost your phone? Type one of your recovery codes.', recoveryInstead: 'I do not have my passkey', recoveryCode: 'Recovery code', needRecovery: 'Enter a recovery code: 16 letters and numbers.',
  },
  staffSignIn: {
    title: 'How staff sign in', on: 'Only with a passkey', off: 'With a passkey, or with a password and a code',
    why: 'A password and a code can be asked for by a page that only looks like yours. A passkey cannot: it works with this site alone.',
    count_one: '{{count}} of {{staff}} staff has a passkey.', count_other: '{{count}} of {{staff}} staff have a passkey.', rest: 'With passkeys only, the others make one when they next sign in. Who loses theirs is helped back in below.',
    must: 'Only with a passkey from now on', may: 'Allow a password and a code again', ownFirst: 'Make a passkey of your own first, so that you do not lock yourself out.', ownGo: 'To my passkeys', unavailable: 'Passkeys need a site with a name. This one is reached by a number.',
  },
  verify: { page: 'Confirm your e-mail', title: 'Is this your e-mail?', lead: 'Press the button to confirm that you got our mail.', yes: 'Yes, it is mine', done: 'Thank you. Your e-mail is confirmed.' },
  safety: {
    codes: 'Recovery codes', codesLead: 'Each of these codes gets you in once when you do not have your phone.', left_one: '{{count}} code left', left_other: '{{count}} codes left', noneYet: 'You have none yet. Make them now, so that you get in without your phone too.', make: 'Make recovery codes', makeNew: 'Make new codes', makeNewText: 'The codes you have now stop working.', shown: 'Print these codes or write them down. They are shown only now.', print: 'Print', download: 'Save as a file', file: 'recovery-codes.txt', kept: 'I have kept them',
    address: 'E-mail', verified: 'Confirmed', notVerified: 'Not confirmed', verify: 'Send me a link to confirm it', verifySent: 'A link is on its way to {{email}}.', change: 'Change the e-mail', newEmail: 'New e-mail', changeHelp: 'It changes once you open the link that we send there. We also tell the old address.', changeSent: 'If it can be used, a link is on its way to {{email}}. Nothing changes until you open it.', noMail: 'This site sends no mail.',
    enrollTitle: 'Set up your second step', enrollLead: 'You see other people’s records, so a password alone is not enough.', enrollPasskey: 'Set up with your face or finger', enrollOr: 'Or use a code app',
  },
  invite: {
    page: 'Invitations', title: 'Invitations', lead: 'People who were asked to make an account and have not done so yet.', for: 'Access for this patient', chart: 'Accounts and invitations',
    has: 'The patient has an account.', hasNot: 'The patient has no account yet.', who: 'Who is invited?', patient: 'The patient', caregiver: 'Somebody who helps', staff: 'Invite staff', name: 'Name', birth: 'Date of birth', birthHelp: 'They are asked for it: 1980-06-07', email: 'E-mail', optional: 'E-mail (not needed)', how: 'How does the link get there?', mail: 'By e-mail', print: 'Printed, handed over here', language: 'Language', roles: 'Role',
    role: { clinician: 'Doctor', nurse: 'Nurse', frontdesk: 'Front desk', privacy: 'Privacy officer', admin: 'Administrator' },
    make: 'Make the invitation', mailed: 'The link is on its way.', onceSent: 'This link is shown only now. Copy it and send it.', once: 'This link is shown only now. Print it and hand it over.', qr: 'Picture to scan with a phone', printIt: 'Print', copyIt: 'Copy the link', copied: 'The link is copied.', done: 'Done',
    none: 'No open invitations', noneText: 'Whoever is invited and has not come in yet stands here.', until: 'Until {{date}}', again: 'New link', againMail: 'Mail a new link', withdraw: 'Take back', more: 'Show more',
    state: { open: 'Waiting', dead: 'Closed: too many wrong dates of birth', expired: 'Too old', accepted: 'Taken', withdrawn: 'Taken back' }, kind: { patient: 'Patient', caregiver: 'Helps', staff: 'Staff' },
    needName: 'Enter a name.', needBirth: 'Enter the date of birth like this: 1980-06-07', needEmail: 'Enter an e-mail address, or print the link.', needRole: 'Choose a role.',
    recover: 'Help back in', recoverLead: 'For somebody who lost every way to sign in. Look at a proof of who they are first. Once the link is used, all old ways to sign in end.', reason: 'How do you know that it is them?', reasonHelp: 'For example: driving licence seen', needReason: 'Say in a few words how you know that it is them.', recoverGo: 'Make the link', recoverEmail: 'E-mail of the account',
  },
  visitLink: {
    page: 'Link to a visit', title: 'A link for the patient', lead: 'For somebody who has no account. They open it on a phone or a computer, enter their date of birth, and come to this visit as the patient. Nothing else of the record opens.',
    state: { none: 'No link yet', open: 'Good', dead: 'Closed: too many wrong dates of birth', expired: 'Too old' }, used: 'It was opened', until: 'Until {{date}}, {{time}}', make: 'Make the link', again: 'Make a new link', againText: 'A new link ends the one before, and whoever is in the visit by it is out.',
    drop: 'Take the link back', dropped: 'The link is closed. Nobody can come by it any more.', letter: 'Your video visit: {{when}}, with {{name}}. Point the camera of your phone at the picture, or type the address into your browser. Then enter your date of birth. You need no password. Tell nobody this address.', call: 'Questions? Call {{phone}}.',
  },
} as const
