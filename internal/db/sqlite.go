package db

import (
	"database/sql"
	"errors"

	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	modernc "modernc.org/sqlite"
)

// translating gives GORM the meaning of the driver's errors, which its SQLite
// dialector knows for another driver only.
type translating struct{ *sqlite.Dialector }

func sqliteDialector(conn *sql.DB) gorm.Dialector {
	return translating{&sqlite.Dialector{DriverName: "sqlite", Conn: conn}}
}

// Result codes: https://www.sqlite.org/rescode.html
const (
	sqliteConstraintForeignKey = 787
	sqliteConstraintPrimaryKey = 1555
	sqliteConstraintUnique     = 2067
)

// Translate implements gorm.ErrorTranslator.
func (translating) Translate(err error) error {
	e, ok := errors.AsType[*modernc.Error](err)
	if !ok {
		return err
	}
	switch e.Code() {
	case sqliteConstraintPrimaryKey, sqliteConstraintUnique:
		return errors.Join(gorm.ErrDuplicatedKey, err)
	case sqliteConstraintForeignKey:
		return errors.Join(gorm.ErrForeignKeyViolated, err)
	}
	return err
}
