package main

import (
	"os"
	"path/filepath"
	"strings"
	"time"
)

// localZone is the name of the machine's time zone, which Go only calls "Local".
func localZone() string {
	names := []string{os.Getenv("TZ")}
	if target, err := filepath.EvalSymlinks("/etc/localtime"); err == nil {
		if _, name, ok := strings.Cut(target, "/zoneinfo/"); ok {
			names = append(names, name)
		}
	}
	if text, err := os.ReadFile("/etc/timezone"); err == nil {
		names = append(names, strings.TrimSpace(string(text)))
	}
	for _, name := range names {
		if name == "" || name == "Local" {
			continue
		}
		if _, err := time.LoadLocation(name); err == nil {
			return name
		}
	}
	return "UTC"
}

// namedZone is the clinic's time zone under a name that others know, too.
func (c *Config) namedZone() *time.Location {
	if c.TimeZone != "" {
		return c.zone
	}
	zone, err := time.LoadLocation(localZone())
	if err != nil {
		return time.UTC
	}
	return zone
}
