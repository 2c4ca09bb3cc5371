export const clinic = {
  clinic: {
    nav: { patients: 'Patients', system: 'System', account: 'Your account' },
    patients: 'Your patients', patientsLead: 'People in your care teams.', search: 'Find a patient', searchHelp: 'Name, birth date, phone or number',
    name: 'Name', born: 'Born', ageSex: 'Age, sex', number: 'Number', phone: 'Phone', count_one: '{{count}} patient', count_other: '{{count}} patients', countMore: 'More than {{count}} patients',
    noMatch: 'No patient of yours fits “{{q}}”', noMatchText: 'Check the spelling, or try the birth date like 1952-03-02.', none: 'No patients yet', noneText: 'You see people here once you are in their care team.',
    keys: 'All keys', keysTitle: 'Keys', keysOff: 'Keys are off while you type.', keysSwitch: 'Use single keys',
    key: { move: 'next, back', open: 'open', find: 'find', filter: 'filter the chart', back: 'back to the list', all: 'all keys', clear: 'clear the filter' },
    chart: 'Chart', filter: 'Filter this chart', filterHelp: 'Words in any table', filterEmpty: 'Nothing in this chart fits “{{q}}”.', problems: 'Problems', medicines: 'Medicines', allergies: 'Allergies', results: 'Last results', vitals: 'Vitals', vaccines: 'Vaccines', visits: 'Visits', documents: 'Documents', careplan: 'Care plan and goals', team: 'Care team',
    test: 'Test', value: 'Value', range: 'Usual', trend: 'Trend', date: 'Date', problem: 'Problem', since: 'Since', medicine: 'Medicine', how: 'How', status: 'Status', substance: 'Substance', reaction: 'Reaction', vaccine: 'Vaccine', visit: 'Visit', who: 'Who', title: 'Title', item: 'Item', role: 'Role',
    noneRecorded: 'None recorded', contact: 'How to reach them', email: 'E-mail', address: 'Address', all: 'All', showInactive_one: '{{count}} more, not active', showInactive_other: '{{count}} more, not active', hideInactive: 'Hide what is not active', noAllergies: 'No allergies recorded', identity: 'born {{date}}', no: 'No. {{value}}', speaks: 'Speaks {{list}}', died: 'Died {{date}}',
    trendLabel: 'Last {{count}} values, usual range shaded', result: 'Result', back: 'Back to the chart', backPatients: 'Back to patients', notLive: 'Not live', limited: 'Limited view',
    roleTitle: 'What you can do here', role_frontdesk: 'You find patients and check their details. Medical content stays hidden for your role.', role_privacy: 'You look after who sees which record. Charts stay closed to you without a reason that is written down.', role_admin: 'You look after the system: its connections, its accounts and its health. You do not see charts.', role_nurse: 'You see the charts of your care teams.', role_clinician: 'You see the charts of your care teams.',
    none_role: 'Your account has no role at this clinic yet. Ask your administrator.', health: 'Health of the system', healthLead: 'Checked now. The page renews itself every 30 seconds.', healthOk: 'Everything works.', healthWarn_one: '{{count}} thing needs a look.', healthWarn_other: '{{count}} things need a look.', healthFail_one: '{{count}} thing does not work.', healthFail_other: '{{count}} things do not work.',
    level: { ok: 'Works', warn: 'Needs a look', fail: 'Does not work' }, openHealth: 'Open the health of the system', openPatients: 'Find a patient', whoYouAre: 'Signed in as {{name}}', sexShort: { male: 'M', female: 'F', other: 'O', unknown: '?' }, years: '{{count}} y', months: '{{count}} mo',
    levelShort: { littleLow: 'low', low: 'low', veryLow: 'very low', littleHigh: 'high', high: 'high', veryHigh: 'very high', abnormal: 'abnormal' },
  },
} as const
