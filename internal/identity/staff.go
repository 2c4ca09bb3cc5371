package identity

import "context"

const maxStaff = 20_000

// Staff lists the accounts of everybody who works or worked for the clinic.
func (s *Service) Staff(ctx context.Context) ([]Account, error) {
	var rows []accountRow
	if err := s.db.Read(ctx).ORM.Where("kind = ?", Staff).Order("id").Limit(maxStaff).Find(&rows).Error; err != nil {
		return nil, err
	}
	items := make([]Account, len(rows))
	for i, r := range rows {
		items[i] = r.account()
	}
	return items, nil
}
