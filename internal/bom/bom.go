// Package bom writes down what the program is made of: a bill of materials in the
// form of CycloneDX 1.5 (https://cyclonedx.org/docs/1.5/json/), for those who have
// to know whether a hole that was found elsewhere is in here too. It lists the Go
// modules that are linked into cmd/housecall and the npm packages that the web
// client is built from, not what only tests and builds use.
//
// The same sources give the same bytes: there is no time and no random number.
package bom

import (
	"encoding/json"
	"io"
	"path/filepath"
	"slices"
	"strings"
)

// Document is the part of CycloneDX that is used here.
type Document struct {
	Format       string       `json:"bomFormat"`
	Spec         string       `json:"specVersion"`
	Version      int          `json:"version"`
	Metadata     Metadata     `json:"metadata"`
	Components   []Component  `json:"components"`
	Dependencies []Dependency `json:"dependencies"`
}

// Metadata says what the list is of.
type Metadata struct {
	Component Component `json:"component"`
}

// Component is one module or package.
type Component struct {
	Type     string    `json:"type"`
	Ref      string    `json:"bom-ref"`
	Name     string    `json:"name"`
	Version  string    `json:"version,omitempty"`
	Scope    string    `json:"scope,omitempty"`
	Hashes   []Hash    `json:"hashes,omitempty"`
	Licenses []Licence `json:"licenses,omitempty"`
	PURL     string    `json:"purl,omitempty"`
}

// Hash is of the module as go.sum has it (the "h1" hash over its files, which is
// a SHA-256), or of the package's archive as package-lock.json has it.
type Hash struct {
	Alg     string `json:"alg"`
	Content string `json:"content"` // hexadecimal
}

// Licence is one identifier of SPDX, or an expression of several.
type Licence struct {
	License    *LicenceID `json:"license,omitempty"`
	Expression string     `json:"expression,omitempty"`
}

// LicenceID names one licence.
type LicenceID struct {
	ID string `json:"id"`
}

// Dependency says what something asks for itself.
type Dependency struct {
	Ref       string   `json:"ref"`
	DependsOn []string `json:"dependsOn,omitempty"`
}

// Of lists what the sources below root are made of.
func Of(root string) (*Document, error) {
	direct, modules, err := goModules(root)
	if err != nil {
		return nil, err
	}
	wanted, packages, err := npmPackages(filepath.Join(root, "portal/web"))
	if err != nil {
		return nil, err
	}
	own := Component{Type: "application", Ref: "housecall", Name: "housecall", Licenses: licences("Apache-2.0")}
	d := &Document{Format: "CycloneDX", Spec: "1.5", Version: 1, Metadata: Metadata{own}, Components: append(modules, packages...)}
	slices.SortFunc(d.Components, func(a, b Component) int { return strings.Compare(a.Ref, b.Ref) })
	direct = append(direct, wanted...)
	slices.Sort(direct)
	d.Dependencies = []Dependency{{Ref: own.Ref, DependsOn: direct}}
	return d, nil
}

// Write writes the document as JSON.
func (d *Document) Write(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(d)
}

func licences(id string) []Licence {
	switch {
	case id == "":
		return nil
	case strings.ContainsAny(id, " ("):
		return []Licence{{Expression: id}}
	}
	return []Licence{{License: &LicenceID{id}}}
}
