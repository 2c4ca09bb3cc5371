// Package recording keeps what is said and shown in a visit, as long as everybody in
// the room has agreed to it by name. Who was asked and what they said are rows and a
// Consent of each person in the chart; the node that holds the room takes packets
// along only while all of them say yes (Recorder), and seals them in small parts while
// it runs, so that what was kept survives the node. When a recording is over its parts
// become one file a track and one DocumentReference (file.go), until its time is over
// (expire.go).
//
// Package telehealth decides who may ask and answer, and calls the functions that end
// in Tx within the transaction of the visit.
package recording
