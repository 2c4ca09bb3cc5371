package main

import (
	"errors"
	"fmt"
	"net/http"
	"time"
)

// visit is the visit whose room is filled.
type visit struct {
	command     *sfuCommand
	target      *target
	host        *badge // begins it and lets people in
	patient, id string
}

func (v *visit) path() string   { return "/api/v1/charts/" + v.patient + "/visits/" + v.id }
func (v *visit) socket() string { return "/visits/" + v.id + "/signal" }

// call does a step of somebody on the way to the room.
func (v *visit) call(as *badge, method, step string, in, out any) error {
	c := v.target.client(v.command.Timeout, jsonType, as)
	defer c.host.CloseIdleConnections()
	return c.call(method, v.path()+step, http.StatusOK, in, out)
}

// appointment is what a list says of one.
type appointment struct {
	ID, Patient, Mode, Status, Visit string
	JoinFrom                         *time.Time
}

// open tells whether people can come in now.
func (a *appointment) open(now time.Time) bool {
	return a.Mode == "video" && a.Status == "booked" && a.Visit != "" && a.Visit != "ended" && (a.Visit == "live" || a.JoinFrom != nil && !a.JoinFrom.After(now))
}

// find looks for the visit: in the day of somebody of the clinic (near midnight,
// also the next one), or among the appointments of a patient.
func (f *sfuCommand) find(t *target, owner *badge) (*visit, error) {
	v := &visit{command: f, target: t, host: owner, patient: f.Patient, id: f.Visit}
	if v.id != "" {
		return v, nil
	}
	c := t.client(f.Timeout, jsonType, owner)
	defer c.host.CloseIdleConnections()
	var lists []string
	if owner.me.Account.Kind == "staff" {
		var today struct{ Date string }
		if err := c.call(http.MethodGet, "/api/v1/clinic/day", http.StatusOK, nil, &today); err != nil {
			return nil, fmt.Errorf("the day of the clinic: %w", err)
		}
		day, err := time.Parse(time.DateOnly, today.Date)
		if err != nil {
			return nil, err
		}
		for n := range 2 {
			lists = append(lists, "/api/v1/clinic/day?whose=all&date="+day.AddDate(0, 0, n).Format(time.DateOnly))
		}
	} else if patient, err := chart("", owner); err == nil {
		lists = append(lists, "/api/v1/charts/"+patient+"/appointments?when=coming")
	}
	for _, path := range lists {
		var list struct{ Items []appointment }
		if err := c.call(http.MethodGet, path, http.StatusOK, nil, &list); err != nil {
			return nil, fmt.Errorf("the visits: %w", err)
		}
		for _, a := range list.Items {
			if a.open(time.Now()) {
				v.patient, v.id = a.Patient, a.ID
				return v, nil
			}
		}
	}
	return nil, errors.New("there is no visit by video that people can come to now: name one with --visit and --patient")
}

// standing is how somebody stands to the visit.
type standing struct {
	Me struct {
		Seat, State string
		Host        bool
		Places      bool // has to say where the patient is
	}
	Consent struct{ Version string }
}

// letIn gives those who may take part, as many as asked for: the care team by
// beginning the visit, the others from the waiting room. Who may not is left out.
func (v *visit) letIn(people []*badge, most int, s streams) (in []*badge, err error) {
	left := func(b *badge, err error) bool {
		w, ok := errors.AsType[*wrong](err)
		if ok = ok && (w.status == http.StatusNotFound || w.status == http.StatusForbidden || w.code == "full"); ok {
			s.notef("%s does not take part%s", b.name, w.detail)
		}
		return ok
	}
	var hosts, others []*badge
	for _, b := range people {
		var how standing
		switch err := v.call(b, http.MethodGet, "", nil, &how); {
		case err == nil && how.Me.Host:
			hosts = append(hosts, b)
		case err == nil:
			others = append(others, b)
		case !left(b, err):
			return nil, fmt.Errorf("the visit, for %s: %w", b.name, err)
		}
	}
	if err := v.call(v.host, http.MethodPost, "/start", nil, nil); err != nil {
		return nil, fmt.Errorf("%s could not begin the visit; it takes somebody of the care team: %w", v.host.name, err)
	}
	for i, b := range append(hosts, others...) {
		if len(in) == most {
			break
		}
		switch err := v.admit(b, i < len(hosts)); {
		case err == nil:
			in = append(in, b)
		case !left(b, err):
			return nil, fmt.Errorf("%s on the way to the room: %w", b.name, err)
		}
	}
	if len(in) < 2 {
		return nil, fmt.Errorf("%d of these people may take part, and a room needs two: name more with --accounts", len(in))
	}
	return in, nil
}

func (v *visit) admit(b *badge, host bool) error {
	if host {
		return v.call(b, http.MethodPost, "/start", nil, nil)
	}
	var how standing
	if err := v.call(b, http.MethodGet, "", nil, &how); err != nil {
		return err
	}
	if err := v.call(b, http.MethodPost, "/consent", map[string]any{"version": how.Consent.Version, "agreed": true}, nil); err != nil {
		return err
	}
	if how.Me.Places {
		place := map[string]string{"country": "US", "region": "OR", "address": "A load test", "phone": "+1 503 555 0142"}
		if err := v.call(b, http.MethodPost, "/place", place, nil); err != nil {
			return err
		}
	}
	if err := v.call(b, http.MethodPost, "/wait", nil, &how); err != nil {
		return err
	}
	return v.call(v.host, http.MethodPost, "/admit", map[string]string{"seat": how.Me.Seat}, nil)
}
