package bulk_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/fault"
	"housecall/records/bulk"
)

// cutAfter takes an authorization back once it was asked about so many times.
type cutAfter struct{ asked, good int }

func (c *cutAfter) TakenBack(context.Context, string) (bool, error) {
	c.asked++
	return c.asked > c.good, nil
}

// Who is cut off while their export runs gets no page more of it.
func TestARunningExportEndsWithItsAuthorization(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		h := open(t, d, t.TempDir(), time.Minute)
		h.charts(t, 2, 400) // more than one page
		who := feed
		who.Session = "family"
		for _, good := range []int{1, 2, 100} {
			accounts := &cutAfter{good: good}
			h.Accounts = accounts
			id, err := h.StartExport(ctx, who, bulk.Export{Level: bulk.Patients}, "http://housecall.test/fhir/Patient/$export")
			require.NoError(t, err)
			more, err := h.Work(ctx, id)
			require.NoError(t, err)
			require.False(t, more)
			st, err := h.Status(ctx, who, id)
			if good == 100 {
				require.NoError(t, err)
				require.True(t, st.Done)
				require.Greater(t, accounts.asked, 2, "asked before each page is kept")
				continue
			}
			require.Equal(t, fault.Internal, fault.KindOf(err), "it failed")
			require.Empty(t, st.Files)
			require.Equal(t, good+1, accounts.asked)
		}
	})
}
