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
// No interceptors are used: each published track keeps its newest packets once
// (cache), which answers lost-packet requests of all receivers and shows a picture
// to who comes later; reports and requests of RTCP are made here (RFC 3550, RFC
// 4585, RFC 5104).
//
// Locks are taken in this order: Server.mu, Room.mu, slot.mu, cache.mu. A seat's
// peer connections and its pool belong to the seat's own goroutine (Seat.run);
// callbacks of the WebRTC library only leave work there and never wait.
package sfu
