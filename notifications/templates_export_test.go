package notifications

import "housecall/internal/identity"

// Templates gives every text that is ever sent, by where it stands.
func Templates() map[string]string {
	all := map[string]string{}
	for lang, byKind := range letters {
		for kind, l := range byKind {
			all[lang+" letter "+string(kind)] = l.subject + "\n" + l.text
		}
		for purpose, l := range letterWords[lang] {
			all[lang+" account letter "+string(purpose)] = l.subject + "\n" + l.text
		}
		all[lang+" ring"], all[lang+" digest"] = rings[lang], digests[lang].subject+"\n"+digests[lang].text
		all[lang+" code"], all[lang+" closing"], all[lang+" stopping"], all[lang+" letter closing"] = codes[lang], closing[lang], stopping[lang], letterClosing[lang]
	}
	return all
}

// Purposes are those of account letters, of which each has words in each language.
var Purposes = []identity.Purpose{identity.ForInvitation, identity.ForRecovery, identity.ForAddress, identity.ForPassword, toldSomething}
