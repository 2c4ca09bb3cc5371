package main

import (
	"time"

	"housecall/telehealth/recording"
	"housecall/telehealth/schedule"
	"housecall/telehealth/sfu"
)

// rooms are those of this node, which is built after who records them.
type rooms struct{ a *App }

func (r rooms) Tap(room string, sink sfu.Sink) (*sfu.Tap, error) { return r.a.Signal.Tap(room, sink) }

// openRecordings makes what records visits, where the clinic has switched that on.
func (a *App) openRecordings() (err error) {
	if !a.Config.Recording {
		return nil
	}
	a.Recordings, err = recording.New(recording.Deps{
		DB: a.DB, Records: a.Records, Hub: a.Hub, Media: rooms{a}, Node: a.Config.Node, Topic: schedule.VisitTopic,
		Keep: time.Duration(a.Config.RecordingDays) * 24 * time.Hour, Log: a.Log,
	})
	return err
}
