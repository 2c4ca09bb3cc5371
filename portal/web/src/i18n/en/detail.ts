/** Results and entries: loaded with those pages. */
export const detail = {
  result: {
    page: 'Result', your: 'The result', over: 'Over time', howFar: 'How far back', y1: '1 year', y2: '2 years', all: 'All',
    date: 'Date', value: 'Value', compared: 'Compared', table: 'The same values as numbers',
    once: 'There is one value so far. With the next one you will see how it changes.', noneInSpan: 'No value in this time. Choose a longer one.',
    plotLabel_one: '{{title}}: {{count}} value from {{from}} to {{to}}. A table with the same values follows.',
    plotLabel_other: '{{title}}: {{count}} values from {{from}} to {{to}}. The last one is {{last}}, {{level}}. A table with the same values follows.',
    plotHelp: 'Use the left and right arrow keys to hear each value.', point: '{{date}}: {{value}}. {{level}}.',
    up: 'It has gone up since {{date}}.', down: 'It has gone down since {{date}}.', steady: 'It has stayed about the same since {{date}}.',
    what: 'What it is', codes: 'Lab, method and codes', noAbout: 'Ask your care team what this value means for you.', note: 'Note', noteFrom: 'From {{who}}',
    parts: 'In this test', outFirst: 'Not as usual', usualRest: 'Usual', members: 'Values in this test', code: 'Code', more: 'More about this entry', perPart: '{{title}}: {{value}}',
    event: { 'medicine-start': '{{title}} started', 'medicine-stop': '{{title}} stopped', 'medicine-change': '{{title}} changed' },
    notEmergency: 'This is far from usual. If you feel unwell, call {{phone}}. In an emergency call {{emergency}}.',
  },
  entry: {
    page: 'Entry', visitPage: 'Visit', documentPage: 'Document', summary: 'Summary', related: 'From this visit', relatedOther: 'Belongs to this',
    details: 'Codes and details', source: 'Where this comes from', corrected_one: 'This entry was changed {{count}} time.', corrected_other: 'This entry was changed {{count}} times.',
    with: 'With {{who}}', at: 'At {{place}}', openDocument: 'Open the document', size: '{{type}}, {{size}}', noText: 'This document can only be opened as a file.',
    noContent: 'The text of this document has not been sent to us.', why: 'Why', stopWhy: 'Why it was stopped', dosage: 'How to take it', reaction: 'Reaction', severity: 'How severe', status: 'Status', started: 'Since', ended: 'Until', when: 'When', who: 'Who', where: 'Where',
    detail: {
      status: 'Status', performer: 'Done by', lab: 'Lab', method: 'Method', code: 'Code', specimen: 'Sample', issued: 'Sent to us', recorded: 'Recorded', identifier: 'Number',
      category: 'Kind', site: 'Place on the body', route: 'How it is given', lot: 'Lot number', manufacturer: 'Maker', expires: 'Expires', dose: 'Dose', intent: 'Purpose', verification: 'Confirmed', clinical: 'State', type: 'Type', class: 'Kind of visit', period: 'Time', author: 'Written by', custodian: 'Kept by', location: 'Place', service: 'Service', requester: 'Ordered by', prescriber: 'Prescribed by', dispense: 'Supply', criticality: 'Risk', onset: 'Began', abatement: 'Ended',
    },
  },
} as const
