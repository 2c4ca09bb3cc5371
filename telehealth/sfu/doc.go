// Package sfu forwards media between the seats of a room. It knows no people and
// no patients: who may sit is decided above it, and PROTOCOL.md says how a client
// talks with it.
//
// Each seat has two peer connections: its client offers what it publishes on one,
// the room offers what there is to receive on the other. What is received stands
// in a pool of m-lines (slot), which are mapped to published tracks (track)
// without new negotiation. A slot keeps its own SSRC, numbering and clock, so a
// change of what it carries looks like one stream to the receiver.
//
// In a room of up to eight everybody is sent to everybody. In a larger one places
// follow who speaks (voice, Seat.claims, settle).
//
// A camera may come in two layers (source); a slot goes from one to the other at a
// key frame. What a client's line carries is learned from its reports (downlink,
// estimate), and shared among what it wants to receive (Seat.allot). Layers that
// nobody needs are stopped where they are made.
//
// What is published may be taken along (tap), by a sink that knows no more than seats,
// as long as everybody in the room was allowed. Forwarding never waits for it.
//
// No interceptors are used but one that notes when packets come in (wideRecorder):
// each published track keeps its newest packets once (cache), which answers
// lost-packet requests of all receivers and shows a picture to who comes later;
// reports and requests of RTCP are made here (RFC 3550, RFC 4585, RFC 5104). Bursts
// are spread over some milliseconds (pacer). A picture goes on whole (arriving), in one
// piece for each receiver (bundles).
//
// Locks are taken in this order: Server.mu, Room.mu, source.mu; arriving.mu, slot.mu, and
// then one of track.mu, cache.mu, downlink.mu, pacer.mu, feeds.mu and bundles.mu. A seat's peer connections and its
// pool belong to the seat's own goroutine (Seat.run); callbacks of the WebRTC
// library only leave work there and never wait.
package sfu
