package channel_test

import (
	"strings"
	"testing"

	"github.com/tocsin-wids/tocsin/capture/channel"
)

func TestChannelsAreReadByMeaning(t *testing.T) {
	for text, want := range map[string]struct {
		mhz, center int
		width       channel.Width
		written     string
	}{
		"6":            {2437, 2437, channel.Plain, "6"},
		"2437":         {2437, 2437, channel.Plain, "6"},
		"14":           {2484, 2484, channel.Plain, "14"},
		"36":           {5180, 5180, channel.Plain, "36"},
		"177":          {5885, 5885, channel.Plain, "177"},
		"184":          {4920, 4920, channel.Plain, "184"},
		"5955":         {5955, 5955, channel.Plain, "1W6e"},
		"5W6e":         {5975, 5975, channel.Plain, "5W6e"},
		"2w6E":         {5935, 5935, channel.Plain, "2W6e"},
		"233W6e":       {7115, 7115, channel.Plain, "233W6e"},
		"6ht20":        {2437, 2437, channel.HT20, "6HT20"},
		"6HT40+":       {2437, 2447, channel.HT40, "6HT40+"},
		"6HT40-":       {2437, 2427, channel.HT40, "6HT40-"},
		"3HT40+":       {2422, 2432, channel.HT40, "3HT40+"},
		"13HT40-":      {2472, 2462, channel.HT40, "13HT40-"},
		"140HT40+":     {5700, 5710, channel.HT40, "140HT40+"},
		"144HT40-":     {5720, 5710, channel.HT40, "144HT40-"},
		"173HT40+":     {5865, 5875, channel.HT40, "173HT40+"},
		"36VHT80":      {5180, 5210, channel.VHT80, "36VHT80"},
		"5200vht80":    {5200, 5210, channel.VHT80, "40VHT80"},
		"144VHT80":     {5720, 5690, channel.VHT80, "144VHT80"},
		"161VHT80":     {5805, 5775, channel.VHT80, "161VHT80"},
		"177VHT80":     {5885, 5855, channel.VHT80, "177VHT80"},
		"36VHT80-42":   {5180, 5210, channel.VHT80, "36VHT80"},
		"64VHT160":     {5320, 5250, channel.VHT160, "64VHT160"},
		"128VHT160":    {5640, 5570, channel.VHT160, "128VHT160"},
		"149VHT160":    {5745, 5815, channel.VHT160, "149VHT160"},
		"44VHT80-46":   {5220, 5230, channel.VHT80, "44VHT80-46"},
		"6W5":          {2437, 2437, channel.W5, "6W5"},
		" 6w10 ":       {2437, 2437, channel.W10, "6W10"},
		"36VHT80-5210": {5180, 5210, channel.VHT80, "36VHT80"},
	} {
		got, err := channel.Parse(text)
		if err != nil || got.MHz != want.mhz || got.Center != want.center || got.Width != want.width || got.String() != want.written {
			t.Errorf("%s is %+v (%s), %v, want %+v", text, got, got, err, want)
		}
	}
}

func TestWhatIsNoChannelIsRefusedWithTheReason(t *testing.T) {
	for text, want := range map[string]string{
		"": "begins with its number", "foo": "begins with its number", "0": "no such channel", "15": "no such channel", "250": "no such channel",
		"251": "no channel has that frequency", "2438": "no channel has that frequency", "99999": "too large",
		"6HT40": "write which", "1HT40-": "HT40+", "10HT40+": "HT40-", "36HT40-": "HT40+", "14HT40+": "half of no channel", "34HT40+": "half of no channel",
		"132VHT160": "in no block of 160 MHz", "6VHT80": "in no block of 80 MHz", "37VHT80": "in no block of 80 MHz",
		"36HT80": "behind the number", "36VHT80+80": "behind the number", "6HE20": "behind the number", "36EHT320": "behind the number", "36e": "behind the number",
		"254W6e": "1, 5, 9", "3W6e": "1, 5, 9", "5955W6e": "1, 5, 9", "5955VHT80": "20 MHz wide here",
		"6-3": "only VHT80", "6HT20-7": "only VHT80", "36VHT80-": "behind the hyphen", "36VHT80-58": "contains 5180", "36VHT80-46": "contains 5180", "36VHT80-43": "contains 5180",
		strings.Repeat("6", 64): "more than 63",
	} {
		if got, err := channel.Parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is %v, %v, want a word on %q", text, got, err, want)
		}
	}
}

func TestChannelsOfVehiclesAndOfOldJapanAreNotRegular(t *testing.T) {
	for mhz, want := range map[int]bool{2484: true, 5180: true, 5885: true, 5935: true, 7115: true, 5170: false, 5870: false, 4920: false, 2413: false} {
		if got := channel.Regular(mhz); got != want {
			t.Errorf("%d MHz: regular %t, want %t", mhz, got, want)
		}
	}
}

func TestListTellsOfEveryMistake(t *testing.T) {
	got, err := channel.ParseList("1, 6,11HT20 36")
	if err != nil || len(got) != 4 || got[2].String() != "11HT20" || got[3].MHz != 5180 {
		t.Errorf("the list is %v, %v", got, err)
	}
	_, err = channel.ParseList("1,x,16,6")
	if err == nil || !strings.Contains(err.Error(), `"x"`) || !strings.Contains(err.Error(), `"16"`) {
		t.Errorf("two mistakes: %v", err)
	}
	if _, err := channel.ParseList(" , "); err == nil {
		t.Error("an empty list is none")
	}
}

// FuzzParse holds that what is read is written so that it is read again as the same, and is something a radio can have.
func FuzzParse(f *testing.F) {
	for _, text := range []string{"6", "5W6e", "36VHT80-42", "44VHT80-46", "6HT40-", "64VHT160", "6W5", "2W6e", "196HT20", "36VHT160-5250"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := channel.Parse(text)
		if err != nil {
			return
		}
		if channel.BandOf(c.MHz) == channel.NoBand || channel.Number(c.MHz) == 0 {
			t.Fatalf("%q is at %d MHz, where no channel is", text, c.MHz)
		}
		if off := c.Center - c.MHz; off > 70 || off < -70 || (off != 0) != (c.Width == channel.HT40 || c.Width == channel.VHT80 || c.Width == channel.VHT160) {
			t.Fatalf("%q is %+v", text, c)
		}
		if again, err := channel.Parse(c.String()); err != nil || again != c {
			t.Fatalf("%q is %+v, written %s, read again %+v, %v", text, c, c, again, err)
		}
	})
}
