// Package demo makes the demo clinic: Alder Street Clinic, its staff, and a
// dozen people with years of history that fit together.
//
// Everything is computed from one day and a fixed seed, so two builds of the
// same day are the same byte for byte: ids are name-based UUIDs, and what looks
// like chance in a value comes from hashing where that value stands.
//
// The result is FHIR R4 only. Each list is in writing order: a resource refers
// to the shared ones or to those before it in its own list, never to a later
// one, so it can be written one by one. Nothing is dated after the day before
// the build but the ends of plans, goals and grants.
//
// Every person, place and number in it is invented.
package demo
