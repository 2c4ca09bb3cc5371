export const pages = {
  differs: { status: 'The places do not agree whether this still holds.', dose: 'The places do not agree on how to take it.', date: 'The places do not agree on the date.', 'none-known': 'The places do not agree whether there are allergies.', says: '{{place}}: {{value}}' },
  home: {
    page: 'Home',
    morning: 'Good morning, {{name}}', afternoon: 'Good afternoon, {{name}}', evening: 'Good evening, {{name}}',
    forPerson: '{{name}}’s home',
    heroLook: 'Worth a look', heroUrgent: 'Please look at this now', heroNew: 'New in the record',
    open: 'See what it means', read: 'Read it',
    callNow: 'Call {{phone}} if you feel unwell. In an emergency call {{emergency}}.',
    lookToo: 'Also worth a look', recent: 'New', glance: 'At a glance', team: 'Your care team', teamFor: 'The care team of {{name}}',
    nothing: 'Nothing needs you today', nothingText: 'When a result, a letter or a visit comes in, you find it here.',
    yourTurn: 'Your turn', wrote: 'Messages to read',
    tomorrow: 'Tomorrow', visitAt: '{{day}} at {{time}}', videoWith: 'Video visit with {{name}}', visitWith: 'Visit with {{name}}', getReady: 'Get ready', goIn: 'Join the visit', seeVisit: 'See the visit', late_one: 'The clinic is about {{count}} minute late.', late_other: 'The clinic is about {{count}} minutes late.', doorsAt: 'The waiting room opens {{day}} at {{time}}.',
    vaccineDue: 'A vaccine is due', goal: 'A goal to look at', careplan: 'From the care plan',
  },
  record: {
    glance: 'At a glance', liveWith: 'Conditions', take: 'Medicines', allMedicines: 'All medicines', allConditions: 'All conditions', allAllergies: 'All allergies',
    noneAllergies: 'No allergies recorded', noneConditions: 'None recorded', noneMedicines: 'None recorded', fromPlaces_one: 'From {{names}}',
    fromPlaces_other: 'From {{count}} places: {{names}}', reason: 'For {{text}}', homeTitle: '{{name}} at home: {{value}}', homeDays: 'Average of {{readings}} readings in {{days}} days.',
    homeDay: 'Average of {{readings}} readings in one day.', stopWhy: 'Why: {{text}}',
  },
} as const
