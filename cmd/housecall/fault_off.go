//go:build !faults

package main

// faultCommands are none: only test builds can be made to fail on purpose.
type faultCommands struct{}
