package access

import (
	"context"

	"housecall/internal/fault"
	"housecall/internal/identity"
)

// connectable tells whether an app that is not Housecall's own may act in the
// chart for somebody. A caregiver lets apps in by the power to share the record
// on, and takes them out again by losing it.
func (v *View) connectable(who identity.Principal) bool {
	return v.Base != Proxy || !who.ThroughApp() || who.Client == identity.OperatorClient || v.Can&PowerShare != 0
}

// Connectable lists the charts among which somebody chooses when an app comes by
// itself: their own, and those that they may share on. Staff start apps from a
// chart instead.
func (s *Service) Connectable(ctx context.Context, who identity.Principal) ([]string, error) {
	if who.Scopes != nil || who.Account == "" || (who.Kind != identity.Person && who.Kind != identity.Staff) {
		return nil, nil
	}
	var out []string
	if who.Patient != "" {
		out = append(out, who.Patient)
	}
	if who.Kind == identity.Staff {
		return out, nil
	}
	c := s.db.Read(ctx)
	charts, err := s.ChartsTx(c, who, most)
	if err != nil {
		return nil, err
	}
	views, err := s.ViewsOf(c, who, charts)
	for i := range views {
		if v := &views[i]; v.Base == Proxy && v.Can&PowerShare != 0 {
			out = append(out, v.Patient)
		}
	}
	return out, err
}

// MayConnect is nil when somebody may let an app into the chart, or start one from
// it: its patient, a caregiver with the power to share it on, and who works with
// it. What was opened in an emergency is for the eyes of one.
func (s *Service) MayConnect(ctx context.Context, who identity.Principal, patient string) error {
	if who.Scopes != nil || patient == "" {
		return NoChart()
	}
	v, err := s.ViewOf(s.db.Read(ctx), who, patient)
	if err != nil {
		return err
	}
	switch {
	case v.Relation == Self, v.Relation == CareTeam, v.Relation == ClinicStaff, v.Relation == Proxy && v.Can&PowerShare != 0:
		return nil
	}
	return fault.New(fault.Forbidden, "You cannot connect an app to this record.").WithCode("share")
}

// Reaches is nil while somebody may open the chart, and NotFound once they may not.
func (s *Service) Reaches(ctx context.Context, who identity.Principal, patient string) error {
	_, err := s.ViewOf(s.db.Read(ctx), who, patient)
	return err
}
