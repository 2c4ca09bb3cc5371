package main

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"os"
	"path/filepath"
	"strings"
)

// public makes a code system that is nobody's.
func public(sid, title string) codeSystem {
	return codeSystem{URL: "http://hl7.org/fhir/sid/" + sid, Title: title, Content: "complete"}
}

func entry(code, display string, inactive bool) concept {
	c := concept{Code: code, Display: display}
	if inactive {
		c.Property = append(c.Property, struct {
			Code, ValueCode string
			ValueBoolean    bool
		}{Code: "status", ValueCode: "inactive"})
	}
	return c
}

// cvx reads CDC's list of vaccines. The file says that it is ISO 8859-1.
func cvx(from string) (codeSystem, error) {
	s := public("cvx", "Vaccines administered (CVX)")
	b, err := os.ReadFile(filepath.Join(from, "cdc-cvx-mvx", "cvx.xml"))
	if err != nil {
		return s, err
	}
	_, b, found := bytes.Cut(b, []byte("?>"))
	if !found {
		return s, errors.New("cvx.xml: no XML declaration")
	}
	latin := make([]rune, len(b))
	for i, c := range b {
		latin[i] = rune(c)
	}
	var file struct {
		CVXInfo []struct{ ShortDescription, CVXCode, Status string }
	}
	if err := xml.Unmarshal([]byte(string(latin)), &file); err != nil {
		return s, err
	}
	for _, v := range file.CVXInfo {
		s.Concept = append(s.Concept, entry(strings.TrimSpace(v.CVXCode), v.ShortDescription, v.Status == "Inactive" || v.Status == "Never Active"))
	}
	return s, nil
}

// mvx reads CDC's list of makers: pairs of names and values.
func mvx(from string) (codeSystem, error) {
	s := public("mvx", "Makers of vaccines (MVX)")
	b, err := os.ReadFile(filepath.Join(from, "cdc-cvx-mvx", "mvx.xml"))
	if err != nil {
		return s, err
	}
	var file struct {
		MVXInfo []struct{ Name, Value []string }
	}
	if err := xml.Unmarshal(b, &file); err != nil {
		return s, err
	}
	for _, m := range file.MVXInfo {
		said := map[string]string{}
		for i, name := range m.Name {
			if i < len(m.Value) {
				said[name] = strings.TrimSpace(m.Value[i])
			}
		}
		s.Concept = append(s.Concept, entry(said["MVX_CODE"], said["Manufacturer Name"], said["Status"] == "Inactive"))
	}
	return s, nil
}

// icd10 reads the billable codes of ICD-10-CM. The headings above them are not in the list, so it is a part.
func icd10(from string) (codeSystem, error) {
	s := public("icd-10-cm", "ICD-10-CM, billable codes")
	s.Version, s.Content = "2021", "fragment"
	f, err := os.Open(filepath.Join(from, "icd-10-cm", "icd10cm-fy2021-billable.csv.gz"))
	if err != nil {
		return s, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return s, err
	}
	rows, err := csv.NewReader(z).ReadAll()
	if err != nil {
		return s, err
	}
	for _, r := range rows[1:] {
		s.Concept = append(s.Concept, entry(r[0], r[1], false))
	}
	return s, nil
}
