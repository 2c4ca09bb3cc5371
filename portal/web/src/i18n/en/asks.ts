/** What is asked of the clinic, and its answers: loaded with those pages. */
export const asks = {
  asks: {
    page: 'Your requests', title: 'Your requests', titleFor: 'Requests for {{name}}', list: 'Requests', new: 'New request', newFor: 'New request for {{name}}', none: 'No requests yet', noneText: 'Ask for a visit, for copies of your record, or for a form to be filled in. Refills start on the page of the medicine.',
    hidden: 'These requests are not shared with you', hiddenText: '{{name}} or the clinic can change that.', more: 'Show earlier ones', back: 'Your requests',
    kind: { refill: 'Refill', renewal: 'Renewal', visit: 'Visit', record: 'Copies of the record', form: 'Form to fill in' },
    pick: { visit: 'A visit', record: 'Copies of the record', form: 'A form to be filled in' }, pickText: { visit: 'You say why and when it suits', record: 'For you, or for somebody else', form: 'For school, work, insurance' },
    state: { requested: 'Asked', received: 'Seen by the clinic', 'on-hold': 'Needs your answer', accepted: 'Accepted', 'in-progress': 'Being done', completed: 'Done', rejected: 'Declined', cancelled: 'Taken back' },
    step: { requested: 'Asked', received: 'Seen', answered: 'Answered', 'on-hold': 'Asked you something', accepted: 'Accepted', 'in-progress': 'Began', completed: 'Done', rejected: 'Declined', cancelled: 'Taken back' },
    askedFor: '{{who}} asked for {{name}}', asked: '{{who}} asked', on: '{{what}}, {{when}}', steps: 'What happened', what: 'What was asked', came: 'What came of it', why: 'Why', reasonAsk: 'The clinic asks', reasonNo: 'Why it was declined',
    daysLeft_one: 'Lasts {{count}} more day', daysLeft_other: 'Lasts {{count}} more days', pharmacy: 'Pharmacy', note: 'Note', mode: { video: 'By video', clinic: 'At the clinic', either: 'By video or at the clinic' }, when: 'When it suits', documents: 'Which copies', recipient: 'For whom', purpose: 'What for', form: 'The form', open: 'Open {{title}}', medicine: 'Medicine',
    result: { MedicationRequest: 'New prescription', Appointment: 'Visit', DocumentReference: 'Document' },
    answer: 'Your answer', sendAnswer: 'Send the answer', needAnswer: 'Write an answer.', takeBack: 'Take it back', takeBackSure: 'Take this request back?', takeBackText: 'The clinic will not work on it any more. You can ask again.', keep: 'Keep it',
    refill: 'Ask for a refill', renewal: 'Ask for a renewal', refillFor: 'Ask for a refill for {{name}}', renewalFor: 'Ask for a renewal for {{name}}', needMore: 'Need more of it?', seeOpen: 'It was asked for. See how far it is',
    offer: { left_one: '{{count}} refill is left on this prescription.', left_other: '{{count}} refills are left on this prescription.', 'none-left': 'No refills are left. The clinic needs to renew the prescription.', expired: 'The prescription has run out. The clinic needs to renew it.', stopped: 'This medicine was stopped. The clinic decides whether you take it again.', paused: 'This medicine is paused. The clinic decides whether you take it again.' },
    days: 'How many days does it still last?', daysHelp: 'A number, or leave it empty.', needDays: 'Enter a number from 0 to 365.', choosePharmacy: 'Which pharmacy?', otherPharmacy: 'Another one', noteHelp: 'Anything the clinic should know.',
    whyVisit: 'Why do you need a visit?', needWhy: 'Say in a few words why.', how: 'How?', whenHelp: 'For example: mornings, not on Friday.', whichCopies: 'Which documents do you need?', needCopies: 'Say which documents.', forWhom: 'For whom are they?', forWhomHelp: 'You, a doctor, a school, an insurance.', needWhom: 'Say for whom.', whatFor: 'What are they for?',
    addForm: 'The form', addFormHelp: 'A photo or a PDF.', needForm: 'Add the form.', formWait: 'The form is still on its way. Wait a moment, then send.', send: 'Send the request', sendFor: 'Send the request for {{name}}', notPossible: 'You cannot ask for this here', notPossibleText: 'Call the clinic, or write a message.', emergency: 'If it cannot wait, call {{phone}}.',
    sent: 'Sent. You see here how far it is.', optional: '(you can leave this empty)',
  },
  clinicAsks: {
    page: 'Requests', list: 'Requests, the oldest first', kinds: 'Kinds', all: 'All', none: 'Nothing is asked for', noneText: 'What your patients ask for shows here at once.', pick: 'No request is open', pickText: 'Choose one on the left, or press Enter.', more: 'Show more',
    state: { requested: 'New', received: 'Seen', 'on-hold': 'With the patient', accepted: 'Accepted', 'in-progress': 'Being done', completed: 'Done', rejected: 'Declined', cancelled: 'Taken back' },
    step: { requested: 'Asked', received: 'Seen', answered: 'Answered', 'on-hold': 'Asked the patient', accepted: 'Accepted', 'in-progress': 'Began', completed: 'Done', rejected: 'Declined', cancelled: 'Taken back' },
    back: 'Requests', actsFor: '{{name}}, {{relation}}', decide: 'Decide', do: { accepted: 'Accept', 'in-progress': 'Begin', completed: 'Done', 'on-hold': 'Ask back', rejected: 'Decline' },
    ask: 'What do you need to know?', why: 'Why not? The patient reads this.', say: 'A word for the patient', needText: 'Write it for the patient.', issue: 'Write the new prescription', issueText: 'As before: same medicine, same directions.', days: 'Days for one filling', repeats: 'Further refills', needDays: 'Enter 1 to 365 days.', needRepeats: 'Enter 0 to 11 refills.', needIssue: 'A renewal needs a new prescription.', link: 'Link the visit', linkNone: 'No visit', go: 'Send', cancel: 'Cancel', chart: 'Open chart', readOnly: 'Your role reads here and does not answer.',
    key: { move: 'next, back', open: 'open', accept: 'accept', begin: 'begin', done: 'done', hold: 'ask back', decline: 'decline', chart: 'chart', go: 'go to requests' },
  },
} as const
