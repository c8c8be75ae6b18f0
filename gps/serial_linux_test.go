package gps

import (
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// terminal returns the two ends of a pseudo terminal: whoever opens the path reads what is written here.
func terminal(t *testing.T) (*os.File, string) {
	t.Helper()
	f, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	fd := int(f.Fd())
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	return f, fmt.Sprintf("/dev/pts/%d", n)
}

func TestSerialReceiversAreRead(t *testing.T) {
	device, path := terminal(t)
	r := receivers(t, "serial:device="+path+",baud=9600,reconnect=false").Named("serial")
	c, err := openSerial(path, 9600) // keeps the device as it is set when the other end is read
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	const line = "$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47\r\n"
	if _, err := io.WriteString(device, line); err != nil {
		t.Fatal(err)
	}
	opened := false
	err = r.follow(t.Context(), func(placed bool) {
		opened = placed
		device.Close()
	})
	if err == nil || !opened {
		t.Errorf("got %v, opened %t", err, opened)
	}
	if l := r.At(time.Now()); l == nil || l.Altitude != 545.4 {
		t.Errorf("got %+v", l)
	}
}

func TestWhatIsNoSerialDeviceIsRefused(t *testing.T) {
	if _, err := openSerial("/dev/null", 4800); err == nil || !strings.HasPrefix(err.Error(), "/dev/null is no serial device: ") {
		t.Errorf("got %v", err)
	}
}
