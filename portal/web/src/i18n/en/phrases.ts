/** Texts that are written often: loaded with their page. */
export const phrases = {
  phrases: {
    page: 'Phrases', lead: 'Texts that you write often. In a reply, write a dot and the name, then a space: .thanks', mine: 'Yours', clinic: 'For everybody', none: 'No phrase yet', noneText: 'Write one, and use it in every reply by its name.', add: 'Write a phrase', over: 'Yours comes first',
    new: 'A new phrase', name: 'Name', nameHint: 'Small letters, digits and dashes. For example: lab-ok', text: 'Text', fields: 'Put in from the chart', everybody: 'For everybody at the clinic', save: 'Save', saved: 'Saved.', remove: 'Remove', removed: 'Removed.', undo: 'Undo', copy: 'Make one of your own of it', fixed: 'An administrator writes the phrases for everybody.', list: 'All phrases',
    preview: 'How it reads', previewText: 'With an invented person. What the chart does not hold becomes ___ for you to fill in.', empty: 'Write something above.', unknown: '{{list}} cannot be filled in. Use the fields that are listed.', needName: 'Give it a name of small letters, digits and dashes.', needText: 'Write the text.', test: 'Name of a result', testHint: 'As it stands in the chart. For example: potassium', testGo: 'Put in', needTest: 'Write the name of a result.',
    field: { patient: 'Full name', first: 'First name', age: 'Age', visit: 'Next visit', medicines: 'Medicines', today: 'Today', me: 'Your name' },
    example: { patient: 'Ida Example', first: 'Ida', age: '74', visit: '{{date}}, 9:30 AM', medicines: '- Metformin 500 mg, twice a day\n- Lisinopril 10 mg, in the morning', result: '4.3 mmol/L ({{date}})' },
  },
} as const
