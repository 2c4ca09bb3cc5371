package commonlist_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"housecall/internal/identity/commonlist"
)

// The list has more than the three thousand that the standard asks for, of those
// that are long enough to be chosen at all.
func TestTheListOfCommonPasswords(t *testing.T) {
	require.GreaterOrEqual(t, commonlist.Len(), 12_000)
	for _, p := range []string{"123qweasdzxc", "1qaz2wsx3edc", "q1w2e3r4t5y6", "mailcreated5240", "leavemealone", "123456654321", "zxcasdqwe123", "sonyericsson",
		"123456789qwe", "finalfantasy", "unbelievable", "justinbieber", "administrator", "needforspeed", "counterstrike", "professional", "intelligence", "transformers", "megaparol12345"} {
		require.True(t, commonlist.Has(p), p)
		require.True(t, commonlist.Has(commonlist.Normal(strings.ToUpper(p))), p)
	}
	require.True(t, commonlist.Has(commonlist.Normal("ｆｉｎａｌｆａｎｔａｓｙ")), "wide signs are the same letters")
	require.False(t, commonlist.Has("123456"), "what is too short is refused for that")
	for _, p := range []string{"", "seven brown kettles", "señora con tres gatos", "finalfantasies of my aunt"} {
		require.False(t, commonlist.Has(p), p)
	}
}

func TestTheListIsMadeOfLines(t *testing.T) {
	var a, b bytes.Buffer
	require.NoError(t, commonlist.Write(&a, "short\nLongEnoughOne\r\nlongenoughone\nanother long one\nbad\xff\xffbytes in it\n", 12))
	require.Equal(t, 12, a.Len(), "two are long enough, good text and not the same")
	require.NoError(t, commonlist.Write(&b, "another long one\nlongenoughone", 12))
	require.Equal(t, a.Bytes(), b.Bytes())
}
