//go:build linux

package clients

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// load is one test of many subscribers. The server is the real program; the subscribers are connections of this process,
// which one loop reads: what they cost must not hide what the server costs.
type load struct {
	subscribers, alerts, rate int
}

// TestManySubscribersGetEveryAlert is small unless TOCSIN_SUBSCRIBERS is set:
//
//	TOCSIN_SUBSCRIBERS=10000 TOCSIN_ALERTS=1000 TOCSIN_RATE=100 go test -run ManySubscribers -v ./internal/clients
func TestManySubscribersGetEveryAlert(t *testing.T) {
	l := load{number("TOCSIN_SUBSCRIBERS", 200), number("TOCSIN_ALERTS", 200), number("TOCSIN_RATE", 100)}
	raiseLimit(t, l.subscribers)
	s := serve(t)
	s.defineProbe()
	token := s.command("/auth/apikey/generate.cmd", `{"name":"load","role":"readonly","duration":0}`)
	before := residentKB(t, s.process.Process.Pid)
	p := newPoll(t, l)
	for i := range l.subscribers {
		p.connect(s.address, token, i)
	}
	p.settle()
	idle := residentKB(t, s.process.Process.Pid)
	cpu := processorTime(t, s.process.Process.Pid)
	own := ownTime(t)
	begin := time.Now()
	var raising, answers sync.WaitGroup
	var raised time.Duration
	raising.Go(func() {
		for i := range l.alerts {
			if d := time.Until(begin.Add(time.Duration(i) * time.Second / time.Duration(l.rate))); d > 0 {
				time.Sleep(d) // this is the rate itself, not a wait for something to happen
			}
			// Each waits until it is kept; the next one does not wait for that.
			answers.Go(func() {
				if err := s.raise(fmt.Sprintf("%d %d.", i, time.Now().UnixNano())); err != nil {
					t.Error(err)
				}
			})
		}
		answers.Wait()
		raised = time.Since(begin)
	})
	p.receive()
	raising.Wait()
	took := time.Since(begin)
	busy := residentKB(t, s.process.Process.Pid)
	slices.Sort(p.delays)
	t.Logf("%d subscribers, %d alerts at %d/s: %d deliveries in %.2f s (raised in %.2f s), %.0f bytes each, %.1f a read", l.subscribers, l.alerts, l.rate,
		len(p.delays), took.Seconds(), raised.Seconds(), float64(p.octets)/float64(len(p.delays)), float64(len(p.delays))/float64(p.reads))
	t.Logf("delivery p50 %v, p99 %v, worst %v", p.quantile(0.50), p.quantile(0.99), p.quantile(1))
	t.Logf("server: %.1f kB a subscriber connected, %.1f kB after the load; %.2f s of processor, %.1f us a delivery; subscribers: %.2f s",
		float64(idle-before)/float64(l.subscribers), float64(busy-before)/float64(l.subscribers),
		(processorTime(t, s.process.Process.Pid) - cpu).Seconds(),
		float64((processorTime(t, s.process.Process.Pid)-cpu).Microseconds())/float64(len(p.delays)), (ownTime(t) - own).Seconds())
	if want := l.subscribers * l.alerts; len(p.delays) != want {
		t.Errorf("got %d deliveries, want %d", len(p.delays), want)
	}
}

func number(name string, otherwise int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil && n > 0 {
		return n
	}
	return otherwise
}

// raiseLimit allows a file a subscriber, here and in the server, which inherits the limit.
func raiseLimit(t *testing.T, subscribers int) {
	t.Helper()
	need := uint64(subscribers + 200)
	var l syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l); err != nil {
		t.Fatal(err)
	}
	if l.Cur >= need {
		return
	}
	l.Cur, l.Max = need, max(l.Max, need)
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &l); err != nil {
		t.Skipf("%d subscribers need %d open files: %v", subscribers, need, err)
	}
}

// subscriber is one connection. It keeps only a frame that came in parts.
type subscriber struct {
	fd   int
	next int // place in poll.order of the alert that must come next
	rest []byte
}

// poll is all subscribers, read by one goroutine.
type poll struct {
	t           *testing.T
	load        load
	epoll       int
	subscribers map[int32]*subscriber
	buffer      []byte
	order       []int           // of the alerts, as the first to get them got them
	delays      []time.Duration // of all deliveries
	octets      int
	reads       int
	now         time.Time
}

func newPoll(t *testing.T, l load) *poll {
	t.Helper()
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		t.Fatal(err)
	}
	p := &poll{t: t, load: l, epoll: fd, subscribers: map[int32]*subscriber{}, buffer: make([]byte, 128<<10),
		delays: make([]time.Duration, 0, l.subscribers*l.alerts)}
	t.Cleanup(func() {
		for _, s := range p.subscribers {
			unix.Close(s.fd)
		}
		unix.Close(fd)
	})
	return p
}

// connect opens the connection of one subscriber and subscribes it.
func (p *poll) connect(address, token string, i int) {
	p.t.Helper()
	// Several addresses, so that there are enough ports.
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, byte(1+i%16))}}
	conn, err := d.Dial("tcp", address)
	if err != nil {
		p.t.Fatalf("subscriber %d: %v", i, err)
	}
	defer conn.Close() // the file below is a copy
	fmt.Fprintf(conn, "GET /eventbus/events.ws?KISMET=%s HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", token, address)
	n, err := conn.Read(p.buffer)
	if err != nil || !bytes.HasPrefix(p.buffer[:n], []byte("HTTP/1.1 101")) {
		p.t.Fatalf("subscriber %d: %v, %.200q", i, err, p.buffer[:n])
	}
	// The second is refused, and its answer shows that the first was obeyed.
	for _, text := range []string{`{"SUBSCRIBE":"ALERT"}`, `{"SUBSCRIBE":"x","format":"none"}`} {
		conn.Write(append([]byte{0x81, 0x80 | byte(len(text)), 0, 0, 0, 0}, text...))
	}
	file, err := conn.(*net.TCPConn).File()
	if err != nil {
		p.t.Fatal(err)
	}
	defer file.Close()
	fd, err := unix.Dup(int(file.Fd()))
	if err != nil {
		p.t.Fatal(err)
	}
	unix.SetNonblock(fd, true)
	p.subscribers[int32(fd)] = &subscriber{fd: fd, next: -1}
	if err := unix.EpollCtl(p.epoll, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(fd)}); err != nil {
		p.t.Fatal(err)
	}
}

// settle returns when every subscription is in force.
func (p *poll) settle() {
	p.t.Helper()
	waiting := len(p.subscribers)
	p.each(func(s *subscriber, payload []byte) bool {
		if s.next != -1 || !bytes.Contains(payload, []byte("Not subscribed to x")) {
			p.t.Fatalf("got %s", payload)
		}
		s.next = 0
		waiting--
		return waiting > 0
	})
}

// receive returns when every subscriber has every alert once, all in the same order.
func (p *poll) receive() {
	p.t.Helper()
	p.octets, p.reads = 0, 0
	// The garbage of the set-up is none of the load's business.
	runtime.GC()
	text := []byte(`"kismet.alert.text": "`)
	waiting := p.load.subscribers * p.load.alerts
	p.each(func(s *subscriber, payload []byte) bool {
		i := bytes.Index(payload, text)
		if i < 0 {
			p.t.Fatalf("got %s", payload)
		}
		number, rest := digits(payload[i+len(text):])
		if s.next == len(p.order) && !slices.Contains(p.order, number) {
			p.order = append(p.order, number)
		}
		if s.next == len(p.order) || number != p.order[s.next] {
			p.t.Fatalf("got alert %d as the %dth, want another; the order is %v", number, s.next, p.order)
		}
		s.next++
		sent, _ := digits(rest[1:])
		p.delays = append(p.delays, p.now.Sub(time.Unix(0, int64(sent))))
		waiting--
		return waiting > 0
	})
}

// digits reads the number that b begins with, without garbage: there are millions of them.
func digits(b []byte) (n int, rest []byte) {
	for len(b) > 1 && b[0] >= '0' && b[0] <= '9' {
		n, b = n*10+int(b[0]-'0'), b[1:]
	}
	return n, b
}

// each hands on every message until f returns false.
func (p *poll) each(f func(*subscriber, []byte) bool) {
	p.t.Helper()
	events := make([]unix.EpollEvent, 1024)
	for {
		n, err := unix.EpollWait(p.epoll, events, 30000)
		if err == unix.EINTR {
			continue
		}
		if err != nil || n == 0 {
			p.t.Fatalf("after %d deliveries nothing came for 30 s: %v", len(p.delays), err)
		}
		for _, e := range events[:n] {
			if !p.read(p.subscribers[e.Fd], f) {
				return
			}
		}
	}
}

// read takes what is there for one subscriber.
func (p *poll) read(s *subscriber, f func(*subscriber, []byte) bool) bool {
	kept := copy(p.buffer, s.rest)
	n, err := unix.Read(s.fd, p.buffer[kept:])
	if err == unix.EAGAIN || err == unix.EINTR {
		return true
	}
	if err != nil || n == 0 {
		p.t.Fatalf("a subscriber was cut off after alert %d: %v", s.next, err)
	}
	p.now = time.Now()
	p.octets += n
	p.reads++
	b := p.buffer[:kept+n]
	for {
		opcode, payload, rest, ok := splitFrame(b)
		if !ok {
			break
		}
		b = rest
		if opcode != 0x81 {
			p.t.Fatalf("got a frame of opcode %x: %q", opcode, payload)
		}
		if !f(s, payload) {
			return false
		}
	}
	s.rest = append(s.rest[:0], b...)
	return true
}

// splitFrame takes the first frame off b; ok is false if it is not whole yet.
func splitFrame(b []byte) (opcode byte, payload, rest []byte, ok bool) {
	if len(b) < 2 {
		return 0, nil, nil, false
	}
	head, n := 2, int(b[1])
	switch {
	case n == 126 && len(b) >= 4:
		head, n = 4, int(binary.BigEndian.Uint16(b[2:]))
	case n >= 126:
		return 0, nil, nil, false // no alert is larger than 64 KiB
	}
	if len(b) < head+n {
		return 0, nil, nil, false
	}
	return b[0], b[head : head+n], b[head+n:], true
}

func (p *poll) quantile(q float64) time.Duration {
	return p.delays[min(int(q*float64(len(p.delays))), len(p.delays)-1)].Round(10 * time.Microsecond)
}

func residentKB(t *testing.T, pid int) int {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		t.Fatal(err)
	}
	pages, _ := strconv.Atoi(strings.Fields(string(b))[1])
	return pages * os.Getpagesize() / 1024
}

// processorTime returns what a process used of processors so far, in the kernel and outside.
func processorTime(t *testing.T, pid int) time.Duration {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(b), ") ")
	fields := strings.Fields(after)
	inUser, _ := strconv.Atoi(fields[11])
	inKernel, _ := strconv.Atoi(fields[12])
	return time.Duration(inUser+inKernel) * 10 * time.Millisecond
}

func ownTime(t *testing.T) time.Duration {
	runtime.Gosched()
	return processorTime(t, os.Getpid())
}
