package monitor_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/tocsin-wids/tocsin/capture/capturetest"
	"github.com/tocsin-wids/tocsin/capture/monitor"
	"github.com/tocsin-wids/tocsin/pcap"
	"golang.org/x/sys/unix"
)

// inNamespace is set where the tests run: in a network namespace of their own, whose interfaces are theirs.
const inNamespace = "TOCSIN_TEST_NAMESPACE"

func TestMain(m *testing.M) {
	if os.Getenv(inNamespace) != "" {
		os.Exit(m.Run())
	}
	c := exec.Command(os.Args[0], os.Args[1:]...)
	c.Env = append(os.Environ(), inNamespace+"=1")
	c.Stdin, c.Stdout, c.Stderr = os.Stdin, os.Stdout, os.Stderr
	c.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
	if os.Geteuid() != 0 {
		c.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		c.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Geteuid(), Size: 1}}
		c.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getegid(), Size: 1}}
	}
	err := c.Run()
	var exit *exec.ExitError
	switch {
	case err == nil:
	case errors.As(err, &exit):
		os.Exit(exit.ExitCode())
	case errors.Is(err, os.ErrPermission):
		fmt.Println("skipped: this machine lets nobody make network namespaces, which the tests of live capture need")
	default:
		fmt.Fprintln(os.Stderr, "run the tests in a network namespace:", err)
		os.Exit(1)
	}
}

// radio is an interface that the kernel takes for one in monitor mode: a TAP device whose packets have radiotap headers.
type radio struct {
	t    testing.TB
	name string
	tap  *os.File
}

const arpRadiotap = 803

func newRadio(t testing.TB, name string, kind int) *radio {
	t.Helper()
	tap, err := os.OpenFile("/dev/net/tun", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tap.Close() })
	request, err := unix.NewIfreq(name)
	if err != nil {
		t.Fatal(err)
	}
	request.SetUint16(unix.IFF_TAP | unix.IFF_NO_PI)
	if err := unix.IoctlIfreq(int(tap.Fd()), unix.TUNSETIFF, request); err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetInt(int(tap.Fd()), unix.TUNSETLINK, kind); err != nil {
		t.Fatal(err)
	}
	return &radio{t, name, tap}
}

// set brings the radio up or down.
func (r *radio) set(up bool) {
	r.t.Helper()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
	if err != nil {
		r.t.Fatal(err)
	}
	defer unix.Close(fd)
	request, err := unix.NewIfreq(r.name)
	if err != nil {
		r.t.Fatal(err)
	}
	if up {
		request.SetUint16(unix.IFF_UP)
	}
	if err := unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, request); err != nil {
		r.t.Fatal(err)
	}
}

// hears has the radio hear a frame.
func (r *radio) hears(frame []byte) {
	r.t.Helper()
	if _, err := r.tap.Write(frame); err != nil {
		r.t.Fatal(err)
	}
}

// beacon returns a beacon behind a radiotap header that says nothing.
func beacon(number int) []byte {
	b := []byte{0, 0, 8, 0, 0, 0, 0, 0, 0x80, 0, 0, 0}
	b = append(b, bytes.Repeat([]byte{0xff}, 6)...)
	b = append(b, 0, 0x1d, 0x0f, 0x10, 0, 1, 0, 0x1d, 0x0f, 0x10, 0, 1)
	b = binary.LittleEndian.AppendUint16(b, uint16(number)<<4)
	b = append(b, make([]byte, 8)...)
	b = append(b, 100, 0, 1, 0, 0, 3, 'N', 'e', 't')
	return binary.LittleEndian.AppendUint32(b, uint32(number)) // in place of the FCS
}

// listener runs a source.
type listener struct {
	*monitor.Source
	opened  chan struct{}
	packets chan pcap.Packet
	ended   chan error
	stop    func()
}

func listen(t testing.TB, name string) *listener {
	return run(t, monitor.New(monitor.Options{Interface: name, Name: "roof"}))
}

func run(t testing.TB, s *monitor.Source) *listener {
	ctx, cancel := context.WithCancel(t.Context())
	l := &listener{
		Source: s,
		opened: make(chan struct{}, 1), packets: make(chan pcap.Packet, 10_000), ended: make(chan error, 1), stop: cancel,
	}
	go func() {
		l.ended <- l.Run(ctx, func(batch []pcap.Packet) error {
			if batch == nil {
				l.opened <- struct{}{}
			}
			for _, p := range batch {
				p.Data = bytes.Clone(p.Data)
				l.packets <- p
			}
			return nil
		})
	}()
	return l
}

func (l *listener) open(t testing.TB) {
	t.Helper()
	select {
	case <-l.opened:
	case err := <-l.ended:
		t.Fatalf("it ended: %v", err)
	}
}

func TestEveryFrameIsDeliveredInOrderWithItsTime(t *testing.T) {
	r := newRadio(t, "mon0", arpRadiotap)
	r.set(true)
	l := listen(t, "mon0")
	l.open(t)
	began := time.Now()
	const frames = 5000 // of several blocks
	go func() {
		for i := range frames {
			r.hears(beacon(i))
		}
	}()
	for i := range frames {
		p := <-l.packets
		if !bytes.Equal(p.Data, beacon(i)) || p.Number != uint64(i)+1 || p.Link != pcap.LinkRadiotap || int(p.Length) != len(p.Data) {
			t.Fatalf("packet %d: number %d, link %d, length %d: % x", i, p.Number, p.Link, p.Length, p.Data)
		}
		if at := time.Unix(0, int64(p.Time)); at.Before(began.Add(-time.Second)) || at.After(time.Now().Add(time.Second)) {
			t.Fatalf("packet %d is of %s, not of now", i, at)
		}
	}
	if got := l.Counts(); got.Packets != frames || got.Lost != 0 || got.Bytes != uint64(frames*len(beacon(0))) {
		t.Errorf("counts %+v after %d frames of %d octets", got, frames, len(beacon(0)))
	}
	l.stop()
	if err := <-l.ended; !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
	if l.Name() != "roof" || l.Sensors()[0] != "roof" || !l.Live() || !l.Reopens() {
		t.Errorf("the source is %s with %v, live %t, opens again %t", l.Name(), l.Sensors(), l.Live(), l.Reopens())
	}
}

func TestInterfaceThatGoesDownEndsTheRunAndCanBeOpenedAgain(t *testing.T) {
	r := newRadio(t, "mon1", arpRadiotap)
	r.set(true)
	l := listen(t, "mon1")
	l.open(t)
	r.set(false)
	if err := <-l.ended; err == nil || !strings.Contains(err.Error(), "went down") {
		t.Fatalf("the interface went down: %v", err)
	}
	r.set(true)
	again := listen(t, "mon1")
	again.open(t)
	r.hears(beacon(7))
	if p := <-again.packets; !bytes.Equal(p.Data, beacon(7)) {
		t.Errorf("heard % x after it came back", p.Data)
	}
	r.tap.Close()
	if err := <-again.ended; err == nil || !strings.Contains(err.Error(), "unplugged") {
		t.Errorf("the interface was unplugged: %v", err)
	}
}

func TestWhatCannotBeListenedToSaysWhy(t *testing.T) {
	newRadio(t, "mon2", arpRadiotap) // down
	newRadio(t, "eth9", unix.ARPHRD_ETHER).set(true)
	for name, want := range map[string]string{
		"mon2":                      "ip link set mon2 up",
		"eth9":                      "not in monitor mode",
		"wlan77":                    "no such interface",
		"a-name-of-more-than-16-is": "no name of an interface",
	} {
		err := <-listen(t, name).ended
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "listen to "+name) {
			t.Errorf("%s: %v, want a word on %q", name, err, want)
		}
	}
}

func TestFramesWithoutRoomAreCounted(t *testing.T) {
	r := newRadio(t, "mon3", arpRadiotap)
	r.set(true)
	ctx, cancel := context.WithCancel(t.Context())
	s := monitor.New(monitor.Options{Interface: "mon3"})
	opened, full, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	delivered := uint64(0)
	go func() {
		first := true
		ended <- s.Run(ctx, func(batch []pcap.Packet) error {
			if batch == nil {
				close(opened)
				return nil
			}
			if first {
				first = false
				<-full // meanwhile the kernel runs out of blocks
			}
			delivered += uint64(len(batch))
			return nil
		})
	}()
	<-opened
	const frames = 40_000
	big := append(beacon(0), make([]byte, 1000)...)
	for range frames {
		r.hears(big)
	}
	close(full)
	for s.Counts().Packets+s.Counts().Lost < frames {
		select {
		case err := <-ended:
			t.Fatal(err)
		case <-time.After(10 * time.Millisecond):
		}
	}
	cancel()
	<-ended
	if got := s.Counts(); got.Lost == 0 || got.Packets+got.Lost != frames || delivered != got.Packets {
		t.Errorf("of %d frames %d were delivered, and %+v counted", frames, delivered, got)
	}
}

func TestSuite(t *testing.T) {
	capturetest.Run(t, func(t testing.TB) capturetest.Subject {
		r, heard := newRadio(t, "mon4", arpRadiotap), 0
		return capturetest.Subject{
			Source: monitor.New(monitor.Options{Interface: "mon4", Name: "roof"}),
			Hear: func(n int) {
				for range n {
					heard++
					r.hears(beacon(heard))
				}
			},
			Ready: func() { r.set(true) },
			Break: func() { r.set(false) },
		}
	})
}
