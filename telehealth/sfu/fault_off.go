//go:build !faults

package sfu

import "time"

// injected: faults can be made on purpose, which is so in test builds only.
const injected = false

func (*downlink) over(int, time.Time) bool { return false }
