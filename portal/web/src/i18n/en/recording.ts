/** The recording of a visit: loaded with its page. */
export const recording = {
  recording: {
    title: 'Recording of the visit', controls: 'Play the recording', play: 'Play', pause: 'Pause', back: 'Back {{count}} seconds', on: 'On {{count}} seconds', place: 'Place in the recording', placeOf: '{{at}} of {{length}}',
    broken: 'A server stopped while this was recorded. A part is missing.', agreed: 'Who was asked', answer: { yes: '{{name}} agreed, {{when}}', no: '{{name}} said no, {{when}}', withdrawn: '{{name}} ended it, {{when}}' },
    files: 'Keep a file', kind: { audio: 'Sound of {{name}}', camera: 'Picture of {{name}}', screen: 'Screen of {{name}}' }, save: 'Save', saveOf: 'Save: {{what}}', expires: 'It is deleted on {{date}}.',
  },
}
