package gps

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-wids/tocsin"
)

// nearly takes numbers for equal that differ by the way they were computed.
var nearly = cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) < 1e-9 })

// TestSentencesOfReceivers reads what receivers send, one line after the other, a second apart.
func TestSentencesOfReceivers(t *testing.T) {
	none := tocsin.Location{}
	munich := tocsin.Location{Latitude: 48 + 7.038/60, Longitude: 11 + 31.0/60}
	at := func(fix uint8, altitude, speed, heading float64) tocsin.Location {
		l := munich
		l.Fix, l.Altitude, l.Speed, l.Heading = fix, altitude, speed, heading
		return l
	}
	var s sentences
	for i, c := range []struct {
		line string
		ok   bool
		want tocsin.Location
	}{
		{"$GPRMC,123519,A,4807.038,N,01131.000,E,010.0,084.4,230394,003.1,W*6F", true, at(2, 0, 18.52, 84.4)},
		{"$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47", true, at(3, 545.4, 18.52, 84.4)},
		{"$GNVTG,090.5,T,,M,,N,36.5,K", true, none},
		{"$GNRMC,123520,A,4807.038,N,01131.000,E,,,230394,,", true, at(3, 545.4, 0, 0)},
		{"$GNVTG,090.5,T,,M,,N,36.5,K", true, none},
		{"$GPGGA,123521,4807.038,N,01131.000,E,2,08,0.9,,M,,M,,", true, at(3, 545.4, 36.5, 90.5)},
		{"$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*46", false, none}, // the sum is wrong
		{"$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*", false, none},
		{"$GPRMC,123519,V,4807.038,N,01131.000,E,,,230394,,", true, none}, // it warns
		{"$GPGGA,,,,,,0,00,,,M,,M,,", true, none},
		{"$GPGSV,3,1,11,03,03,111,00", true, none},
		{"$GPGGA", true, none},
		{"$GPRMC,1,A,4860.0,N,01131.0,E,1,1", true, none}, // minutes
		{"$GPRMC,1,A,4807.0,E,01131.0,E,1,1,1", true, none},
		{"$GPRMC,1,A,nan,N,inf,E,1,1,1", true, none},
		{"!AIVDM,1,1,,A,x,0", false, none},
		{"{}", false, none}, {"", false, none}, {"$", false, none},
	} {
		l, ok := s.read([]byte(c.line+"\r\n"), noon.Add(time.Duration(i)*time.Second))
		if diff := cmp.Diff(c.want, l, nearly); diff != "" || ok != c.ok {
			t.Errorf("%s: got %t (-want +got):\n%s", c.line, ok, diff)
		}
	}
	l, _ := s.read([]byte("$GPRMC,1,A,3351.0,S,15112.0,W,1,2,3"), noon.Add(time.Minute))
	if want := (tocsin.Location{Latitude: -33.85, Longitude: -151.2, Fix: 2, Speed: 1.852, Heading: 2}); !cmp.Equal(l, want, nearly) {
		t.Errorf("a minute later: got %+v, want %+v", l, want)
	}
}

func FuzzSentence(f *testing.F) {
	f.Add([]byte("$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47"))
	f.Add([]byte("$GPRMC,123519,A,4807.038,N,01131.000,E,022.4,084.4,230394,003.1,W*6A"))
	f.Add([]byte("$GNVTG,090.5,T,,M,,N,36.5,K"))
	f.Fuzz(func(t *testing.T, line []byte) {
		var s sentences
		l, ok := s.read(line, noon)
		if l.Fix > 0 && !ok || l != l {
			t.Errorf("%q: got %+v, %t", line, l, ok)
		}
	})
}
