/** What a clinician finds and decides in a visit: loaded with the page of a visit in the clinic. */
export const plan = {
  plan: {
    lines: {
      title: 'How the line was', good: 'The line was good.', poor_one: 'The line was poor for {{count}} of {{of}} minutes.', poor_other: 'The line was poor for {{count}} of {{of}} minutes.',
      onlySound_one: 'For {{count}} minute there was sound only.', onlySound_other: 'For {{count}} minutes there was sound only.', freezes_one: 'The picture stood still once.', freezes_other: 'The picture stood still {{count}} times.',
      breaks_one: 'The connection broke once and came back.', breaks_other: 'The connection broke {{count}} times and came back.', figures: 'Figures', time: 'In the room', minutes_one: '{{count}} minute', minutes_other: '{{count}} minutes',
      lost: 'Lost', lostOf: '{{out}} % of what they sent, {{in}} % of what was sent to them', delay: 'There and back', delayOf: '{{mean}} ms, at worst {{worst}} ms', jitter: 'Unevenness', pictures: 'Pictures', picturesOf: '{{large}} % large, {{small}} % small, {{held}} % held back',
      way: 'Way', direct: 'Direct, {{over}}', relay: 'Through the relay, {{over}}',
    },
    title: 'Found and decided', add: 'Add a problem, medicine, test or referral', addHelp: 'Type a few letters, then Enter.', options: 'What fits',
    as: { problem: '“{{text}}” as a problem', medicine: '“{{text}}” as a medicine', lab: '“{{text}}” as a test', referral: '“{{text}}” as a referral' }, kind: { problem: 'Problem', medicine: 'Medicine', lab: 'Test', imaging: 'Imaging', referral: 'Referral' }, known: 'in the chart',
    added: 'Added: {{name}}', remove: 'Take out', removeOf: 'Take out {{name}}', list: 'What is signed with the note', dose: 'Dose', doseOf: 'Dose of {{name}}', often: 'How often', oftenOf: 'How often: {{name}}', days: 'Days', daysOf: 'Days of {{name}}', repeats: 'Refills', repeatsOf: 'Refills of {{name}}', form: 'Form', formOf: 'Form of {{name}}', remark: 'Note', remarkOf: 'Note on {{name}}', urgent: 'Urgent', urgentOf: 'Urgent: {{name}}', stop: 'Stop a medicine', stopped: 'Stop', stopReason: 'Why {{name}} is stopped',
    vitals: 'Measurements', unitOf: 'Unit of {{name}}', wrong: 'Check this measurement: {{name}}', next: 'Next visit', in: { days_one: 'in {{count}} day', days_other: 'in {{count}} days', weeks_one: 'in {{count}} week', weeks_other: 'in {{count}} weeks', months_one: 'in {{count}} month', months_other: 'in {{count}} months' }, by: { video: 'Video', clinic: 'Clinic' }, nextBy: 'How you meet',
    template: 'Template', templateNone: 'Choose a template', keep: 'Keep this note as a template', keepName: 'Name of the template', keepGo: 'Keep', kept: 'The template .{{name}} is kept.', phrases: 'Type .name and a space for a phrase', gap: 'Fill the gap ___', copy: 'Copy from {{date}}', copyOf: 'Copy from {{date}}: {{part}}', copied: 'Copied from the note of {{date}}, {{name}}',
    versions: 'Older versions', versionsNone: 'There are no older versions yet.', versionOf: '{{when}}, {{name}}', look: 'Look', bringBack: 'Bring this back', lookAt: 'As it was {{when}}', broughtBack: 'The older version is back. What was here is among the versions.', empty: 'Nothing written',
    ready: { vitals_one: '{{count}} measurement', vitals_other: '{{count}} measurements', problems_one: '{{count}} problem', problems_other: '{{count}} problems', medicines_one: '{{count}} medicine', medicines_other: '{{count}} medicines', orders_one: '{{count}} order', orders_other: '{{count}} orders' }, readyTitle: 'Signed together',
    endAndSign: 'End, sign and send to {{name}}', later: 'Sign later', endLater: 'End the visit, sign later', nextUp: 'Next', letInNext: 'Let in {{name}}', toDay: 'Back to today', nobodyNext: 'Nobody is waiting now.',
    people: 'In the visit', sendBack: 'Back to the waiting room', sendBackOf: 'Send {{name}} back to the waiting room',
    translate: 'Translate the summary', translateText: '{{name}} reads {{language}}. Write the free text in that language; the rest is there already.', translateGo: 'Send the translation', translated: 'The translation is there.', ratings: 'How it was for them', rating: '{{stars}} of 5', wantsTranslation: 'Summary to translate',
  },
} as const
