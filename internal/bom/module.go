package bom

import (
	"bufio"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

type goModule struct {
	Path, Version, Dir string
	Main, Indirect     bool
	Replace            *goModule
}

// goModules lists the modules that have a package in the program, as the go
// command finds them, with the standard library as one more.
func goModules(root string) (direct []string, all []Component, err error) {
	cmd := exec.Command("go", "list", "-deps", "-json=Module", "./cmd/housecall")
	cmd.Dir, cmd.Stderr = root, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, nil, fmt.Errorf("go list: %w", err)
	}
	sums, err := goSums(filepath.Join(root, "go.sum"))
	if err != nil {
		return nil, nil, err
	}
	seen := map[string]bool{}
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p struct{ Module *goModule }
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, nil, fmt.Errorf("go list: %w", err)
		}
		m := p.Module
		if m == nil || m.Main || seen[m.Path] {
			continue
		}
		seen[m.Path] = true
		c, err := m.component(sums)
		if err != nil {
			return nil, nil, err
		}
		all = append(all, c)
		if !m.Indirect {
			direct = append(direct, c.Ref)
		}
	}
	version := strings.TrimPrefix(runtime.Version(), "go")
	std := "pkg:golang/std@" + version
	all = append(all, Component{Type: "library", Ref: std, Name: "std", Version: version, Licenses: licences("BSD-3-Clause"), PURL: std})
	return append(direct, std), all, nil
}

func (m *goModule) component(sums map[string]string) (Component, error) {
	if m.Replace != nil {
		m = m.Replace
	}
	purl := "pkg:golang/" + m.Path + "@" + m.Version
	c := Component{Type: "library", Ref: purl, Name: m.Path, Version: m.Version, Licenses: licences(licenceIn(m.Dir)), PURL: purl}
	sum, err := base64.StdEncoding.DecodeString(sums[m.Path+" "+m.Version])
	if err != nil || len(sum) != 32 {
		return c, fmt.Errorf("go.sum has no hash of %s %s", m.Path, m.Version)
	}
	c.Hashes = []Hash{{"SHA-256", hex.EncodeToString(sum)}}
	return c, nil
}

// goSums gives the h1 hash of each "module version".
func goSums(path string) (map[string]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	sums := map[string]string{}
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		w := strings.Fields(lines.Text())
		if len(w) == 3 && !strings.HasSuffix(w[1], "/go.mod") {
			sums[w[0]+" "+w[1]] = strings.TrimPrefix(w[2], "h1:")
		}
	}
	return sums, lines.Err()
}

// licenceIn reads which licence a folder has; empty when it has none that is known.
func licenceIn(dir string) string {
	files, err := os.ReadDir(dir)
	if err != nil {
		return ""
	}
	for _, f := range files {
		name := strings.ToUpper(f.Name())
		if f.IsDir() || !strings.HasPrefix(name, "LICEN") && !strings.HasPrefix(name, "COPYING") && !strings.HasPrefix(name, "UNLICENSE") {
			continue
		}
		if b, err := os.ReadFile(filepath.Join(dir, f.Name())); err == nil {
			if id := licenceOf(string(b)); id != "" {
				return id
			}
		}
	}
	return ""
}

// licenceOf knows licences by the words that only they have.
func licenceOf(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	has := func(words string) bool { return strings.Contains(text, words) }
	switch {
	case has("Apache License") && has("Version 2.0"):
		return "Apache-2.0"
	case has("Mozilla Public License Version 2.0"), has("Mozilla Public License, version 2.0"):
		return "MPL-2.0"
	case has("Permission is hereby granted, free of charge"):
		return "MIT"
	case has("Permission to use, copy, modify, and/or distribute"), has("Permission to use, copy, modify, and distribute this software for any purpose with or without fee"):
		return "ISC"
	case has("Redistribution and use in source and binary forms") && (has("Neither the name") || has("may not be used to endorse") || has("names of its contributors")):
		return "BSD-3-Clause"
	case has("Redistribution and use in source and binary forms"):
		return "BSD-2-Clause"
	case has("This is free and unencumbered software released into the public domain"):
		return "Unlicense"
	case has("CC0 1.0 Universal"):
		return "CC0-1.0"
	}
	return ""
}
