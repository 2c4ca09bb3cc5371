// Package turn is the relay (RFC 8656) by which a visit gets through networks that
// let no media pass. It is no open relay: who uses it needs a credential that the
// room gave for one seat and that ends, and whatever they ask, packets go to the
// media ports of this site's own nodes and nowhere else. That is decided twice, when
// a permission is asked for and for each packet.
//
// It knows seats as opaque words, and neither rooms nor people.
package turn
