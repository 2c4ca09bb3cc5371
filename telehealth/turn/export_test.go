package turn

import "time"

// Knows tells whether a user name would be asked for its password now.
func Knows(k Keys, user string) bool { _, ok := k.key(user, time.Now()); return ok }
