package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/alecthomas/kong"
)

const (
	fileSuffix  = "_FILE"
	mostSetting = 64 << 10
)

// readSettingFiles takes settings out of the files that variables of their name with _FILE
// name, so that a secret lies with whoever keeps secrets (a vault's agent, systemd's
// LoadCredential, a secret of Docker or Kubernetes) and in no environment.
func readSettingFiles(flags [][]*kong.Flag) error {
	for _, group := range flags {
		for _, flag := range group {
			for _, name := range flag.Envs {
				if err := readSettingFile(name); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func readSettingFile(name string) error {
	path := os.Getenv(name + fileSuffix)
	if path == "" {
		return nil
	}
	if _, set := os.LookupEnv(name); set {
		return fmt.Errorf("%s and %s%s are both set: leave one of them out", name, name, fileSuffix)
	}
	f, err := os.Open(path)
	if err != nil {
		return wrongFile(name, err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, mostSetting+1))
	switch {
	case err != nil:
		return wrongFile(name, err)
	case len(b) > mostSetting:
		return wrongFile(name, errors.New("it is longer than 64 kB"))
	}
	value := strings.TrimRight(string(b), "\r\n")
	if value == "" {
		return wrongFile(name, errors.New("there is nothing in it"))
	}
	return os.Setenv(name, value)
}

// secretOf is a variable that a setting names, or the file in its place; "" when there is
// nothing.
func secretOf(name string) string {
	if os.Getenv(name) == "" && readSettingFile(name) != nil {
		return ""
	}
	return os.Getenv(name)
}

func wrongFile(name string, err error) error {
	return fmt.Errorf("the file that %s%s names cannot be used: %w", name, fileSuffix, err)
}
