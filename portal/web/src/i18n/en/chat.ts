/** Pictures in the chat of a visit, and what of it goes to the record: loaded with the pages of visits. */
export const chat = {
  chat: {
    share: 'Share a photo', shareWith: 'Share a photo with {{name}}', photo: 'Photo from {{name}}', mine: 'Your photo', larger: 'Look at it large', small: 'Back to the chat', tab: 'Open in a new tab', gone: 'This photo cannot be shown now.',
    preparing: 'Getting ready', sending: 'Sending, {{percent}} %', again: 'Try again', drop: 'Take away', underway: 'Photos on their way', kind: 'Only photos can be shared here.', large: 'This photo is too big. Choose another one.', unreadable: 'This photo cannot be read. Take a new one, or choose another.',
    files: 'What is written here goes to the record of the patient with the visit note.', filesLobby: 'Lines are deleted after 30 days. A photo that you share goes to the record with the visit note.',
    sealed: 'Extra privacy covers sound and picture. It does not cover this chat: our server can read it.',
    lines_one: '{{count}} line', lines_other: '{{count}} lines', images_one: '{{count}} picture', images_other: '{{count}} pictures',
    goes: 'Chat: {{list}} for the record', stays: 'Not for the record: {{list}}', staysAll: 'Nothing of the chat goes to the record.',
    change: 'Leave out', keepAll: 'Put everything in', leaveAll: 'Leave out the whole chat', leaveImage: 'Leave out picture {{count}}, from {{name}}', reason: 'Why it is left out', reasonHelp: 'This is kept in the record of accesses. What is left out is deleted 30 days after the visit.', needReason: 'Write why a part of the chat is left out.',
    record: 'What was written in the visit', recordText: 'The chat of the visit, with its pictures.',
  },
  chatRules: {
    title: 'Chat of a visit', text: 'These rules hold for every visit.',
    room: 'What is written and shown in the room goes to the record when the note is signed. The doctor may leave out pictures, or all of it, and says why.',
    lobby: 'Lines in the waiting room stay out of the record. A picture that the patient’s side shares there goes in.',
    rest: 'What is not in the record is deleted 30 days after the visit.',
    who: 'In the record stands who wrote each line. Guests and interpreters are named as such.',
  },
} as const
