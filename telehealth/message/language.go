package message

import (
	"regexp"

	"housecall/internal/fault"
	"housecall/internal/identity"
)

// tag is a language as BCP 47 writes it.
var tag = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$`)

func checkLanguage(code string) error {
	if code != "" && !tag.MatchString(code) {
		return fault.New(fault.Invalid, "This is no language that we know.").WithCode("language")
	}
	return nil
}

// languageOf is in which language somebody wrote: as their page says, else as
// they read Housecall. What is not known is not guessed.
func languageOf(who identity.Principal, in In) string {
	if in.Language != "" {
		return in.Language
	}
	if checkLanguage(who.Locale) != nil {
		return ""
	}
	return who.Locale
}
