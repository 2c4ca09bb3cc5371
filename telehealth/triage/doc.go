// Package triage finds words in a message that may mean danger: to life, now. It
// reads English and Spanish as people write them on a phone, without accents and
// with mistakes of the keyboard, and knows that "no chest pain" is none.
//
// It says that a person should call for help and somebody at the clinic should
// look at once. It never says that somebody is well: a message without a finding
// is only one in which these rules found nothing. What it finds is about a
// person's health, so it goes where the message goes and nowhere else.
package triage
