package notify_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/notify"
)

// phone is a receiver that notes what it got, a line for each message: when, why, of what, how many more, how many open.
type phone struct {
	begin time.Time

	mu      sync.Mutex
	lines   []string
	failing error
}

func (p *phone) Send(_ context.Context, m *notify.Message) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.failing != nil {
		return p.failing
	}
	var names []string
	for _, c := range m.Cases {
		names = append(names, c.Subject)
	}
	if len(names) > 3 {
		names = append(names[:2], fmt.Sprint("…", names[len(names)-1]))
	}
	p.lines = append(p.lines, fmt.Sprintf("%s %s %s +%d open %d", time.Since(p.begin), m.Kind, strings.Join(names, ","), m.More, m.Open))
	return nil
}

func (p *phone) fail(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.failing = err
}

// take returns what came since the last call.
func (p *phone) take() []string {
	synctest.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	lines := p.lines
	p.lines = nil
	return lines
}

func (p *phone) want(t *testing.T, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, p.take()); diff != "" {
		t.Errorf("messages (-want +got)\n%s", diff)
	}
}

// usual is a route to the phone.
func usual() notify.Route {
	return notify.Route{
		Receivers: []string{"phone"}, By: []notify.Label{notify.ByHeader}, Wait: 10 * time.Second, Interval: 5 * time.Minute,
		Match: notify.Match{Severity: tocsin.Medium}, Relief: true, Urgent: tocsin.Critical,
	}
}

func attack(n int, s tocsin.Severity) notify.Case {
	return notify.Case{ID: tocsin.ID{15: byte(n), 14: byte(n >> 8)}, Header: "DEAUTHFLOOD", Class: tocsin.Denial, Severity: s, Confidence: 90, Subject: fmt.Sprint("s", n)}
}

// telling runs body beside a notifier that is stopped in the end.
func telling(t *testing.T, o notify.Options, p *phone, body func(*notify.Notifier)) {
	t.Helper()
	if o.Receivers == nil {
		o.Receivers = map[string]notify.Sender{"phone": p}
	}
	n, err := notify.New(o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- n.Run(ctx) }()
	body(n)
	synctest.Wait()
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func news(n *notify.Notifier, c notify.Case) { n.Change(notify.Change{Case: c}) }

func becomes(n *notify.Notifier, c notify.Case, s notify.Standing) {
	n.Change(notify.Change{Case: c, Standing: s})
}

func TestPeopleAreToldOnceOfWhatBeginsAndWhatBecomesWorse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &phone{begin: time.Now()}
		telling(t, notify.Options{Routes: []notify.Route{usual()}, Outbox: notify.NewMemory()}, p, func(n *notify.Notifier) {
			news(n, attack(1, tocsin.Low)) // not of this route
			news(n, attack(2, tocsin.Medium))
			time.Sleep(9 * time.Second)
			news(n, attack(2, tocsin.Medium))
			news(n, attack(3, tocsin.High))
			p.want(t)
			time.Sleep(time.Second)
			p.want(t, "10s news s3,s2 +0 open 2")
			news(n, attack(2, tocsin.Medium))
			time.Sleep(time.Minute)
			p.want(t)
			news(n, attack(2, tocsin.Critical)) // worse than all: does not wait for the interval
			time.Sleep(10 * time.Second)
			p.want(t, "1m20s news s2 +0 open 2")
			news(n, attack(4, tocsin.Medium)) // waits for it
			time.Sleep(4 * time.Minute)
			p.want(t)
			time.Sleep(time.Minute)
			p.want(t, "6m20s news s4 +0 open 3")
			becomes(n, attack(2, tocsin.Critical), notify.Ended)
			becomes(n, attack(3, tocsin.High), notify.Ended)
			time.Sleep(time.Hour)
			p.want(t)
			becomes(n, attack(4, tocsin.Medium), notify.Ended)
			time.Sleep(time.Minute)
			p.want(t, "1h6m30s relief s2,s3,s4 +0 open 0")
			time.Sleep(24 * time.Hour)
			p.want(t)
		})
	})
}

func TestFloodOfAddressesIsOneMessageAndThenDigests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &phone{begin: time.Now()}
		telling(t, notify.Options{Routes: []notify.Route{usual()}, Outbox: notify.NewMemory()}, p, func(n *notify.Notifier) {
			for i := range 10_000 {
				news(n, attack(i, tocsin.High))
				time.Sleep(60 * time.Millisecond)
			}
			p.want(t, "10s news s0,s1,…s19 +147 open 167", "5m10s news s167,s168,…s186 +4980 open 5167")
			time.Sleep(time.Hour)
			p.want(t, "10m10s news  +4833 open 5857")
			time.Sleep(24 * time.Hour)
			p.want(t)
		})
	})
}

func TestNobodyIsToldOfWhatIsMutedOrSeenTo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &phone{begin: time.Now()}
		r := usual()
		r.Repeat = time.Hour
		telling(t, notify.Options{Routes: []notify.Route{r}, Outbox: notify.NewMemory()}, p, func(n *notify.Notifier) {
			news(n, attack(1, tocsin.High))
			time.Sleep(time.Second)
			becomes(n, attack(1, tocsin.High), notify.Muted) // explained by another in time
			becomes(n, attack(2, tocsin.High), notify.Muted)
			becomes(n, attack(3, tocsin.High), notify.Acknowledged)
			becomes(n, attack(4, tocsin.High), notify.Ended)
			time.Sleep(2 * time.Hour)
			p.want(t)
			news(n, attack(5, tocsin.High))
			time.Sleep(2*time.Hour + time.Minute)
			p.want(t, "2h0m11s news s5 +0 open 1", "3h0m11s reminder s5 +0 open 1", "4h0m11s reminder s5 +0 open 1")
			becomes(n, attack(5, tocsin.High), notify.Acknowledged)
			time.Sleep(2 * time.Hour)
			p.want(t)
			becomes(n, attack(5, tocsin.High), notify.Ended)
			time.Sleep(2 * time.Hour)
			p.want(t, "6h1m11s relief s5 +0 open 0")
		})
	})
}

func TestAtRestOnlyWhatIsUrgentIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // begins at midnight UTC
		p := &phone{begin: time.Now()}
		r := usual()
		r.Rest = &notify.Rest{From: 22 * time.Hour, To: 7 * time.Hour, Zone: time.UTC}
		telling(t, notify.Options{Routes: []notify.Route{r}, Outbox: notify.NewMemory()}, p, func(n *notify.Notifier) {
			news(n, attack(1, tocsin.High))
			time.Sleep(time.Hour)
			p.want(t)
			news(n, attack(2, tocsin.Critical))
			time.Sleep(time.Hour)
			p.want(t, "1h0m10s news s2,s1 +0 open 2")
			news(n, attack(3, tocsin.High))
			time.Sleep(6 * time.Hour)
			p.want(t, "7h0m0s news s3 +0 open 3")
		})
	})
}

func TestEachReceiverHearsOfACaseByTheFirstRoute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		p, desk := &phone{begin: begin}, &phone{begin: begin}
		urgent, all := usual(), usual()
		urgent.Match.Severity, urgent.Wait = tocsin.Critical, 0
		all.Receivers = []string{"phone", "desk"}
		o := notify.Options{Routes: []notify.Route{urgent, all}, Outbox: notify.NewMemory(), Receivers: map[string]notify.Sender{"phone": p, "desk": desk}}
		telling(t, o, p, func(n *notify.Notifier) {
			news(n, attack(1, tocsin.Critical))
			news(n, attack(2, tocsin.High))
			time.Sleep(time.Minute)
			p.want(t, "0s news s1 +0 open 1", "10s news s2 +0 open 1")
			desk.want(t, "10s news s1 +0 open 1", "10s news s2 +0 open 1")
		})
		all.Receivers = []string{"desk", "fax"}
		o.Routes = append(o.Routes, all)
		if _, err := notify.New(o); err == nil || err.Error() != `route 3: there is no receiver "fax"` {
			t.Errorf("unknown receiver: %v", err)
		}
	})
}

func TestWhatIsPromisedArrivesLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &phone{begin: time.Now()}
		outbox := notify.NewMemory()
		var troubles []string
		o := notify.Options{Routes: []notify.Route{usual()}, Outbox: outbox, Trouble: func(receiver, reason string) {
			troubles = append(troubles, fmt.Sprintf("%s %s: %s", time.Since(p.begin), receiver, reason))
		}}
		p.fail(errors.New("no route to host"))
		telling(t, o, p, func(n *notify.Notifier) {
			news(n, attack(1, tocsin.High))
			time.Sleep(time.Minute)
		})
		time.Sleep(time.Hour) // the server is away
		telling(t, o, p, func(n *notify.Notifier) {
			news(n, attack(1, tocsin.High)) // what is open is told again at a start
			time.Sleep(time.Minute)
			p.fail(nil)
			time.Sleep(time.Minute)
			p.want(t, "1h2m2s news s1 +0 open 1")
		})
		if diff := cmp.Diff([]string{
			"10s phone: no route to host; it is tried again for 24h0m0s",
			"1h1m0s phone: no route to host; it is tried again for 24h0m0s",
			"1h2m2s phone: ",
		}, troubles); diff != "" {
			t.Errorf("troubles (-want +got)\n%s", diff)
		}
		telling(t, o, p, func(n *notify.Notifier) {
			news(n, attack(1, tocsin.High)) // people know
			time.Sleep(time.Minute)
			p.want(t)
			news(n, attack(1, tocsin.Critical))
			time.Sleep(time.Minute)
			p.want(t, "1h4m10s news s1 +0 open 1")
		})
		telling(t, o, p, func(n *notify.Notifier) {
			becomes(n, attack(1, tocsin.Critical), notify.Ended) // while the server was away
			time.Sleep(time.Hour)
			p.want(t, "1h9m10s relief s1 +0 open 0")
		})
		if known, _ := outbox.Known(t.Context()); len(known) != 0 {
			t.Errorf("remembered for ever: %+v", known)
		}
	})
}

func TestMessagesThatNobodyWantsAreGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &phone{begin: time.Now()}
		outbox := notify.NewMemory()
		var troubles []string
		o := notify.Options{Routes: []notify.Route{usual()}, Outbox: outbox, Trouble: func(_, reason string) { troubles = append(troubles, reason) }}
		telling(t, o, p, func(n *notify.Notifier) {
			p.fail(fmt.Errorf("status 400: %w", notify.ErrRefused))
			news(n, attack(1, tocsin.High))
			time.Sleep(time.Minute)
			p.fail(errors.New("no route to host"))
			news(n, attack(2, tocsin.High))
			time.Sleep(26 * time.Hour)
			if left, _ := outbox.Waiting(t.Context()); len(left) != 0 {
				t.Errorf("%d letters wait", len(left))
			}
		})
		if diff := cmp.Diff([]string{
			"a message of 2000-01-01 00:00:10 is given up: status 400: the receiver refuses it",
			"no route to host; it is tried again for 24h0m0s",
			"a message of 2000-01-01 00:05:10 is given up: no route to host",
		}, troubles); diff != "" {
			t.Errorf("troubles (-want +got)\n%s", diff)
		}
	})
}
