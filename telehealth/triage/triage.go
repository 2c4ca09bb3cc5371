package triage

import "strings"

// Version names the rules. It changes with every change of a rule, so that what
// was found can be told apart from what would be found today.
const Version = "2026-11-29"

// Help is whom to call.
type Help string

// The kinds of help. Which number that is depends on the country of the site.
const (
	Emergency Help = "emergency" // an ambulance
	Crisis    Help = "crisis"    // a line for people who may harm themselves
	Poison    Help = "poison"    // a poison centre, when nobody is unwell yet
)

// Danger is what a message may be about. The names are kept with the message.
type Danger string

// The dangers, the gravest first.
const (
	Unconscious Danger = "unconscious"
	Breathing   Danger = "breathing"
	Heart       Danger = "heart"
	Stroke      Danger = "stroke"
	Bleeding    Danger = "bleeding"
	Allergy     Danger = "allergy"
	Seizure     Danger = "seizure"
	Suicide     Danger = "suicide"
	Overdose    Danger = "overdose"
	Violence    Danger = "violence"
	Pregnancy   Danger = "pregnancy"
	Infant      Danger = "infant"
	Infection   Danger = "infection" // of the brain or the blood
	Sight       Danger = "sight"
	Sugar       Danger = "sugar"
	Injury      Danger = "injury"
)

var helpFor = map[Danger]Help{Suicide: Crisis}

// Finding is what the rules say of a text.
type Finding struct {
	Dangers []Danger // each once, the gravest first
	Version string   // of the rules
}

// Urgent tells whether anything was found.
func (f Finding) Urgent() bool { return len(f.Dangers) > 0 }

// Help is whom to call first: an ambulance, unless all that was found is for
// another line.
func (f Finding) Help() Help {
	help := Help("")
	for _, d := range f.Dangers {
		h, other := helpFor[d]
		if !other {
			return Emergency
		}
		if help == "" {
			help = h
		}
	}
	return help
}

// Read looks at what somebody wrote: its subject and its text, say. Both
// languages are looked for, whatever language the message says it is in: people
// mix them.
func Read(texts ...string) Finding {
	found := map[Danger]bool{}
	for _, text := range texts {
		for _, c := range clauses(text) {
			for i := range c {
				starting(c[i], func(r *rule) {
					if !found[r.danger] && r.holds(c, i) {
						found[r.danger] = true
					}
				})
			}
		}
	}
	f := Finding{Version: Version}
	for _, d := range byGravity {
		if found[d] {
			f.Dangers = append(f.Dangers, d)
		}
	}
	return f
}

var byGravity = []Danger{Unconscious, Breathing, Heart, Stroke, Bleeding, Allergy, Seizure, Suicide, Overdose, Violence, Pregnancy, Infant, Infection, Sight, Sugar, Injury}

// The rules by the word with which they may begin, and by its beginning.
var (
	byWord = map[string][]*rule{}
	byStem []stemRule
)

type stemRule struct {
	stem string
	rule *rule
}

func init() {
	for i := range rules {
		r := &rules[i]
		for w := range r.groups[0].by {
			byWord[w] = append(byWord[w], r)
		}
		for _, seq := range r.groups[0].stems {
			byStem = append(byStem, stemRule{strings.TrimSuffix(seq[0], "*"), r})
		}
	}
}

// starting gives the rules that may begin with a word.
func starting(word string, f func(*rule)) {
	for _, r := range byWord[word] {
		f(r)
	}
	for i := range byStem {
		if strings.HasPrefix(word, byStem[i].stem) {
			f(byStem[i].rule)
		}
	}
}
