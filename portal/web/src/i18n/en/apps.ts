/** The apps that may ask for records, for administrators: loaded with their pages. */
export const apps = {
  apps: {
    page: 'Apps', lead: 'Apps and systems that may ask people, or the clinic, for records.', back: 'Apps', add: 'Register an app', more: 'Show more', none: 'No app is registered yet', noneText: 'Register the first one when somebody asks you to connect their app.',
    own: 'Housecall itself', ownText: 'This belongs to Housecall. It is there on every installation and cannot be changed.', off: 'Kept out', on: 'Let in', byOn: 'Registered by {{name}} on {{date}}', onDate: 'Registered on {{date}}',
    kind: { native: 'On people’s devices, without a secret', web: 'In the browser, without a secret', symmetric: 'Proves itself by a secret', asymmetric: 'Proves itself by keys', backend: 'A system that acts for itself' },
    choose: 'What is it?', choice: {
      native: 'An app on people’s phones or computers', web: 'A page in the browser, without a server of its own', symmetric: 'A web app whose server keeps a secret', asymmetric: 'A web app whose server signs with its own key', backend: 'A system that works by itself, with nobody signed in',
    },
    choiceText: {
      native: 'People sign in and let it in. Whatever is installed on a device can be taken apart, so it gets no secret.', web: 'People sign in and let it in. What runs in a browser cannot keep a secret.', symmetric: 'People sign in and let it in. You get a secret to hand to its makers. It is shown once.', asymmetric: 'People sign in and let it in. Its makers give you public keys, so no secret has to be handed over. The safest way for a web app.', backend: 'Exports for research or quality reports, for example. You decide here what it may read; no patient is asked. It signs with its own key.',
    },
    name: 'Name', nameHelp: 'As people read it when they are asked.', publisher: 'Who makes it', homepage: 'Its website', launchUrl: 'Address at which it is opened from a chart', launchHelp: 'Only if it is opened inside the chart.',
    logoutUrl: 'Address that is told when somebody signs out', logoutHelp: 'Its server then ends its own session (OpenID back-channel logout).',
    redirects: 'Addresses people come back to after they signed in', postLogout: 'Addresses people come back to after they signed out', lines: 'One on each line.', scopes: 'What it may ask for', scopesHelp: 'SMART scopes, one on each line, for example patient/Observation.rs', scopesBackend: 'What it may do', scopesBackendHelp: 'SMART scopes, one on each line, for example system/Observation.rs. It can never do more than stands here.',
    offline: 'May stay connected while the person is away', offlineHelp: 'The person is asked for that, too.', group: 'Group of patients', groupHelp: 'The id of a FHIR Group. It then works for the members of that group only. Empty: for all patients.', keysUrl: 'Address of its public keys', keysUrlHelp: 'Best: its makers can change keys by themselves.', keys: 'Or the public keys themselves', keysHelp: 'A JSON Web Key set. Public keys only.',
    secretWay: 'How it sends the secret', basic: 'In a header (client_secret_basic)', post: 'In the form (client_secret_post)', save: 'Save', register: 'Register it', saved: 'Saved.', registered: 'It is registered and let in.',
    id: 'Its client ID', secret: 'Its secret', secretOnce: 'Copy the secret now and hand it over safely. It is shown only this once.', secretMade: 'Made on {{date}}. It cannot be shown again.', secretNew: 'Make a new secret', secretNewText: 'The old one stops working at once.', copy: 'Copy', copied: 'Copied.', details: 'What it is and may do', open: 'Open the app',
    disable: 'Keep it out', disableTitle: 'Keep this app out?', disableText: 'Everybody’s connection with it ends at once, and what it is doing is cut off. You can let it in again; people then have to be asked anew.', disabled: 'It is kept out. All its connections have ended.', enable: 'Let it in again', enabled: 'It is let in. People have to be asked anew.', ends: 'If it may do less than before, all its connections end when you save.',
  },
} as const
