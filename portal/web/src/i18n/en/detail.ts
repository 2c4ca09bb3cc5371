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
    ask: 'Ask about this result', askText: '{{title}}, {{date}}: ', what: 'What it is', codes: 'Lab, method and codes', noAbout: 'Ask your care team what this value means for you.', note: 'Note', noteFrom: 'From {{who}}',
    parts: 'In this test', outFirst: 'Not as usual', usualRest: 'Usual', members: 'Values in this test', code: 'Code', more: 'More about this entry', perPart: '{{title}}: {{value}}',
    event: { 'medicine-start': '{{title}} started', 'medicine-stop': '{{title}} stopped', 'medicine-change': '{{title}} changed' },
    notEmergency: 'This is far from usual. If you feel unwell, call {{phone}}. In an emergency call {{emergency}}.',
  },
  entry: {
    page: 'Entry', visitPage: 'Visit', documentPage: 'Document', summary: 'Summary', related: 'From this visit', relatedOther: 'Belongs to this',
    details: 'Codes and details', source: 'Where this comes from', corrected_one: 'This entry was changed {{count}} time.', corrected_other: 'This entry was changed {{count}} times.',
    with: 'With {{who}}', at: 'At {{place}}', openDocument: 'Open the document', pictures: 'Pictures', newTab: '(opens in a new tab)', size: '{{type}}, {{size}}', noText: 'This document can only be opened as a file.',
    noContent: 'The text of this document has not been sent to us.', why: 'Why', stopWhy: 'Why it was stopped', dosage: 'How to take it', reaction: 'Reaction', severity: 'How severe', status: 'Status', started: 'Since', ended: 'Until', when: 'When', who: 'Who', where: 'Where',
    detail: {
      status: 'Status', performer: 'Done by', lab: 'Lab', method: 'Method', code: 'Code', specimen: 'Sample', issued: 'Sent to us', recorded: 'Recorded', identifier: 'Number',
      category: 'Kind', site: 'Place on the body', route: 'How it is given', lot: 'Lot number', manufacturer: 'Maker', expires: 'Expires', dose: 'Dose', intent: 'Purpose', verification: 'Confirmed', clinical: 'State', type: 'Type', class: 'Kind of visit', period: 'Time', author: 'Written by', custodian: 'Kept by', location: 'Place', service: 'Service', requester: 'Ordered by', prescriber: 'Prescribed by', dispense: 'Supply', criticality: 'Risk', onset: 'Began', abatement: 'Ended',
    },
  },
  // The record’s own pages; what the start page says of it is among the first words.
  record: {
    page: 'Record', title: 'Your record', titleFor: '{{name}}’s record', byDate: 'By date', byKind: 'By kind', asks: 'Requests', view: 'View', search: 'Search the record',
    searchHint: 'A test, a medicine, a doctor, a year', clearSearch: 'Clear the search', show: 'Show', everything: 'Everything', letters: 'Letters', undated: 'Without a date', newTag: 'New',
    noMatch: 'Nothing fits “{{q}}”', noMatchText: 'Try one word of it, or look in everything.', showEverything: 'Show everything', empty: 'Nothing here yet',
    emptyText: 'Results, visits and letters appear here as soon as your clinic or lab sends them.', emptyKind: 'Nothing of this kind yet',
    emptyKindText: 'It appears here as soon as somebody records it.', from: 'From {{name}}', current: 'Now', before: 'Before', stopped: 'Stopped', resolved: 'Over', given: 'Given',
    goals: 'Goals', plan: 'Plan', more_one: '{{count}} entry', more_other: '{{count}} entries', count_one: '{{count}} value', count_other: '{{count}} values', last: 'Last: {{date}}',
    newItems: 'New entries came in', reactions: 'Reaction: {{text}}', stoppedOn: 'Stopped {{date}}', startedOn: 'Since {{date}}', resolvedOn: 'Over since {{date}}',
    limited: 'You see the parts of this record that were shared with you.', allergyTag: 'Allergy: {{name}}',
    sectionEmpty: {
      results: 'No results yet', medicines: 'No medicines recorded', conditions: 'No conditions recorded', allergies: 'No allergies recorded',
      immunizations: 'No vaccines recorded', vitals: 'No measurements yet', visits: 'No visits yet', documents: 'No letters or documents yet', careplan: 'No care plan yet',
    },
    sectionEmptyText: 'If you think something is missing, tell your clinic.',
    sectionLead: {
      results: 'Your newest value of each test. Open one to see it over the years.', medicines: 'What you take now, and what was stopped.',
      conditions: 'What you live with, and what is over.', allergies: 'Everyone who treats you sees these first.',
      immunizations: 'Every vaccine we know of.', vitals: 'Weight, blood pressure and other measurements.', visits: 'Every time you were seen.',
      documents: 'Letters, summaries and reports.', careplan: 'What you and your team agreed on.',
    },
  },
  status: {
    active: 'Active', resolved: 'Over', inactive: 'Not active', stopped: 'Stopped', completed: 'Completed', planned: 'Planned', finished: 'Finished',
    'in-progress': 'Going on', 'on-hold': 'Paused', draft: 'Draft', preliminary: 'Not final yet', corrected: 'Corrected', amended: 'Changed later',
    booked: 'Planned', arrived: 'Arrived', fulfilled: 'Done', noshow: 'Missed', cancelled: 'Cancelled', revoked: 'Taken back', recurrence: 'Came back', relapse: 'Came back', remission: 'In remission', final: 'Final',
    intended: 'Planned', unknown: 'Not known', 'entered-in-error': 'Entered by mistake', 'not-done': 'Not done', current: 'Current', superseded: 'Replaced',
  },
  severity: { mild: 'Mild', moderate: 'Moderate', severe: 'Severe', high: 'High risk', low: 'Low risk', 'unable-to-assess': 'Risk not known', '24484000': 'Severe', '6736007': 'Moderate', '255604002': 'Mild' },
} as const
