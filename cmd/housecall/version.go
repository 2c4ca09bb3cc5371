package main

import (
	"runtime"
	"runtime/debug"
)

// version of this release.
const version = "0.1.0"

type versionCommand struct{}

func (versionCommand) Help() string { return "Example:\n  housecall version" }

func (versionCommand) Run(out output) error {
	commit := ""
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				commit = " (" + s.Value[:min(12, len(s.Value))] + ")"
			}
		}
	}
	out.printf("housecall %s%s, %s %s/%s\n", version, commit, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return nil
}
