package triage

// rule is what has to stand near together in one clause, in any order.
type rule struct {
	danger Danger
	groups []group
	within int   // words from the first to the last
	plain  bool  // holds also behind a negation: it has one of its own ("cannot breathe")
	unless group // with one of these in the clause it means something else
}

func near(d Danger, within int, groups ...string) rule {
	r := rule{danger: d, within: within}
	for _, g := range groups {
		r.groups = append(r.groups, words(g))
	}
	return r
}

// said is words in a row, as they stand.
func said(d Danger, phrases string) rule { return near(d, 0, phrases) }

// flat makes a rule that a negation before it does not undo.
func (r rule) flat() rule { r.plain = true; return r }

func (r rule) but(list string) rule { r.unless = words(list); return r }

// holds looks for the rule in a clause from a word on where its first group may
// stand, and for what takes it back.
func (r *rule) holds(c clause, i int) bool {
	n := r.groups[0].at(c, i)
	if n == 0 {
		return false
	}
	first, last, ok := r.rest(c, i, n)
	return ok && !over(c) && !r.excused(c) && (r.plain || !negated(c, first, r.end(first, last)))
}

func (r *rule) excused(c clause) bool {
	for i := range c {
		if r.unless.at(c, i) > 0 {
			return true
		}
	}
	return false
}

// end is up to where a negation is looked for: between words that stand apart,
// not within a phrase.
func (r *rule) end(first, last int) int {
	if len(r.groups) == 1 {
		return first
	}
	return last
}

// rest looks for the other groups near what the first took. It gives where the
// whole begins and ends.
func (r *rule) rest(c clause, i, n int) (first, last int, ok bool) {
	first, last = i, i+n
	for gi := 1; gi < len(r.groups); gi++ {
		g := &r.groups[gi]
		hit := false
		for k := max(0, i-r.within); k < len(c) && k <= i+n+r.within; k++ {
			m := g.at(c, k)
			if m == 0 || k < i+n && k+m > i {
				continue
			}
			if max(last, k+m)-min(first, k) > r.within+n+m {
				continue
			}
			first, last, hit = min(first, k), max(last, k+m), true
			break
		}
		if !hit {
			return 0, 0, false
		}
	}
	return first, last, true
}

var (
	negators = words("no|not|never|without|denies|deny|denied|dont|doesnt|didnt|isnt|havent|hasnt|hadnt|arent|wasnt|none|neither|nor|negative for|free of|rule out|ruled out|" +
		"sin|nunca|jamas|niega|tampoco|ni|ningun|ninguna|nada de")
	// What begins a thought of its own, so that a negation before it is over.
	turns = words("but|however|though|although|except|only|now|today|suddenly|just|and i|and he|and she|and my|and now|and have|then|because|i have|i am|im|i feel|i still|still|there is|started|" +
		"pero|aunque|sino|solo|ahora|hoy|de repente|de pronto|y tengo|y me|y siento|y ahora|porque|tengo|siento|estoy|me duele|me siento|desde|empezo|todavia|sigo|sigue|aun")
	// Not a negation although it looks like one.
	notOnly = words("not only|no only|no solo|no solamente|no doubt|no idea|no se|no joke|not sure|not better|no mejor*|not going away|no se me quita|no se quita|not stop*|no para|no idea|dont know|no longer able|not getting better|" +
		"dont feel well|not feeling well|no me siento bien|not able|not normal|no es normal|not go* away|wont stop|wont go away|no relief|no better|no improvement|no change|no alivio|no mejoria|no cede|no puedo|cannot|not know|no aguanto|no sirve|not help*|no ayuda|no me ayuda|no one|nobody")
	pasts = words("years ago|year ago|months ago|last year|last month|last summer|last winter|in the past|as a child|when i was|as a kid|used to have|history of|had in|back in|" +
		"hace anos|hace un ano|hace meses|hace tiempo|el ano pasado|el mes pasado|en el pasado|cuando era|de nino|de nina|antecedente*|historia de")
	present = words("again|now|today|tonight|right now|currently|since this morning|just|still|back|came back|returned|new|worse|otra vez|ahora|hoy|esta noche|de nuevo|todavia|sigo|sigue|aun|volvio|ha vuelto|peor")
	// What is asked in general, about what might be.
	supposed = words("what if|in case|if i ever|if i get|if i have|if he gets|if she gets|if it happens|what should i do if|should i call if|when should i|how do i know if|how would i know|signs of|symptoms of|risk of|prevent*|side effect* of|could cause|can cause|" +
		"que pasa si|en caso de|si me da|si llego a|si tengo|si le da|si tuviera|como se si|como puedo saber|senales de|sintomas de|riesgo de|preven*|efecto* secundario*|puede causar|podria causar")
)

// negated tells whether what stands in a clause from one word up to another is
// said not to be: a negation stands in it or before it, and no thought of its own
// begins between.
func negated(c clause, first, last int) bool {
	comma := false
	for i := last - 1; i >= 0 && i >= first-reach; i-- {
		comma = comma || c[i] == "," && i < first
		n := negators.at(c, i)
		switch {
		case n > 0 && i+n <= last:
			if i+n < len(c) && c[i+n] == "," { // "No, my chest hurts"
				return false
			}
			return notOnly.at(c, i) == 0 && (!comma || lists.at(c, i) > 0 && verbs.at(c, i) == 0)
		case i < first && turns.at(c, i) > 0 && i+turns.at(c, i) <= first && (i == 0 || negators.at(c, i-1) == 0):
			return false
		}
	}
	return false
}

var (
	// These go on behind a comma: "no fever, cough, chest pain". "I am not well,
	// chest pain" is something else.
	lists = words("no|without|denies|denied|deny|neither|nor|none|negative for|free of|sin|niega|ni|ningun|ninguna|nada de")
	verbs = words("no me|no te|no le|no se|no nos|no tengo|no tiene|no tenemos|no hay|no siento|no siente|no es|no esta|no estoy|no he|no ha|no puedo|no puede|no duermo|no duerme|no como|no come|no quiero|no quiere|no sabe")
)

// reach is how many words a negation goes on: over a list of what is not there.
const reach = 14

// over tells whether a clause is about what was long ago, or might once be.
func over(c clause) bool {
	past, now, might := false, false, false
	for i := range c {
		past = past || pasts.at(c, i) > 0 || longAgo(c, i)
		now = now || present.at(c, i) > 0
		might = might || supposed.at(c, i) > 0
	}
	return (past || might) && !now
}

// longAgo: "three years ago", "in 2019", "hace 3 anos".
func longAgo(c clause, i int) bool {
	w := c[i]
	if isNumber(w) && len(w) == 4 && (w[:2] == "19" || w[:2] == "20") && i > 0 && (c[i-1] == "in" || c[i-1] == "en" || c[i-1] == "since") {
		return true
	}
	return w == "hace" && i+2 < len(c) && (c[i+2] == "anos" || c[i+2] == "meses")
}
