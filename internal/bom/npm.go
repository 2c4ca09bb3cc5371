package bom

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// npmPackages lists what the web client may be built from: every package of the
// lock file that is not for development only.
func npmPackages(dir string) (direct []string, all []Component, err error) {
	b, err := os.ReadFile(filepath.Join(dir, "package-lock.json"))
	if err != nil {
		return nil, nil, err
	}
	var lock struct {
		Packages map[string]struct {
			Version, Integrity string
			License            string
			Dev                bool
			Dependencies       map[string]string
		}
	}
	if err := json.Unmarshal(b, &lock); err != nil {
		return nil, nil, fmt.Errorf("package-lock.json: %w", err)
	}
	wanted := lock.Packages[""].Dependencies
	seen := map[string]bool{}
	for path, p := range lock.Packages {
		i := strings.LastIndex(path, "node_modules/")
		if i < 0 || p.Dev {
			continue
		}
		name := path[i+len("node_modules/"):]
		purl := "pkg:npm/" + strings.Replace(name, "@", "%40", 1) + "@" + p.Version
		if seen[purl] { // the same one in two places
			continue
		}
		seen[purl] = true
		sum, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(p.Integrity, "sha512-"))
		if err != nil || len(sum) != 64 {
			return nil, nil, fmt.Errorf("package-lock.json has no SHA-512 of %s", name)
		}
		all = append(all, Component{
			Type: "library", Ref: purl, Name: name, Version: p.Version, PURL: purl,
			Hashes: []Hash{{"SHA-512", hex.EncodeToString(sum)}}, Licenses: licences(p.License),
		})
		if _, ok := wanted[name]; ok && i == 0 {
			direct = append(direct, purl)
		}
	}
	return direct, all, nil
}
