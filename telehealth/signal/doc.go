// Package signal brings people to the room that is theirs. A room lives on one
// node: a row of the database says which, and has to be renewed (lease). Who
// comes by another node talks through that one (bridge); media goes straight to
// the node that holds the room. Whether somebody may sit at all is asked of the
// visit, when they come and all the time that they stay.
package signal
