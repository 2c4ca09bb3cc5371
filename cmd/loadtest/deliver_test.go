package main

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

func (c *clinic) deliver(t *testing.T) {
	system := c.token("--system", "--name", "loadtest", "--scope", "system/*.cruds")
	r := perform(t.Context(), "deliver", c.url, system, "--count", "210", "--threads", "6", "--connections", "8")
	require.Zero(t, r.code, r.out+r.err)
	_, lines := r.told(t)
	got := decoded[delivered](t, lines["delivered"])
	require.EqualValues(t, 216, got.Taken)
	require.EqualValues(t, 3, got.AtOnce)
	require.EqualValues(t, 5, got.Repeated)
	require.Zero(t, got.Lost+got.Doubled+got.Strange+got.Disordered)
	require.Zero(t, got.Waiting, "a system is on the side of the clinic")

	r = perform(t.Context(), "deliver", c.url, system, "--count", "20", "--threads", "2", "--patients", c.user("patient"), "--staff", c.user("clinician"))
	require.Zero(t, r.code, r.out+r.err)
	_, lines = r.told(t)
	got = decoded[delivered](t, lines["delivered"])
	require.EqualValues(t, 23, got.Taken)
	require.EqualValues(t, 1, got.Waiting, "she asked, and her care team has it")

	c.run("user", "add", "alone@housecall.test", "--name", "Al One", "--patient", writePatient(0), "--no-link")
	r = perform(t.Context(), "deliver", c.url, system, "--count", "20", "--threads", "2", "--patients", c.user("patient")+","+c.user("alone"), "--staff", c.user("clinician")+","+c.user("nurse"))
	require.Equal(t, 1, r.code, "nobody is in the pool of a chart without a care team")
	require.Contains(t, r.err, "nobody has it")
	_, lines = r.told(t)
	got = decoded[delivered](t, lines["delivered"])
	require.EqualValues(t, 2, got.Waiting)
	require.EqualValues(t, 1, got.Unowned)

	r = perform(t.Context(), "deliver", c.url, c.user("patient"), "--count", "1", "--threads", "1")
	require.Equal(t, 1, r.code, "a patient makes no charts")
	r = perform(t.Context(), "deliver", "http://127.0.0.1:1", system, "--count", "1")
	require.Equal(t, 1, r.code)
}

func TestWhatIsNotThereOnceIsCounted(t *testing.T) {
	a, b, c, d := uuid.New(), uuid.New(), uuid.New(), uuid.New()
	var got delivered
	got.compare([]uuid.UUID{a, b, c}, []uuid.UUID{a, a, a, b, d})
	require.Equal(t, delivered{Lost: 1, Doubled: 1, Strange: 1}, got)
}

func TestWhatWaitsForNobodyIsCounted(t *testing.T) {
	var got delivered
	for _, turn := range []string{"patient", "none"} {
		got.owned(position{Turn: turn}, false)
	}
	require.Zero(t, got)
	got.owned(position{Turn: "clinic"}, true)
	got.owned(position{Turn: "you", ClaimedBy: &struct{ Account string }{"nora"}}, false)
	require.Equal(t, delivered{Waiting: 2}, got)
	got.owned(position{Turn: "clinic"}, false)
	require.Equal(t, delivered{Waiting: 3, Unowned: 1}, got)
}
