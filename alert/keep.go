package alert

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tocsin-wids/tocsin"
)

const (
	// batchSize is how many records are kept at once, at most: more are not kept faster.
	batchSize = 500
	// gather is how far apart batches begin, so that what comes in between is kept together.
	gather = 20 * time.Millisecond
	// reserve is room in the queue for what the server says of itself.
	reserve = 64
	// tellLosses is how often lost records are told of.
	tellLosses = 30 * time.Second
	// putTimeout ends an attempt to keep a batch.
	putTimeout = 30 * time.Second

	firstRetry, lastRetry = time.Second, 30 * time.Second
)

// entry is a record on its way to the Store.
type entry struct {
	alert *tocsin.Alert
	kept  chan<- error // is told whether it was kept, and has room for that; nil: nobody waits
	own   bool         // the server says it of itself
}

// Keeping is how records fare on their way to the Store.
type Keeping struct {
	Waiting int    // raised, not yet shown
	Unkept  int    // shown, not kept, waiting for the Store to work again
	Failing bool   // the Store does not work
	Lost    uint64 // not raised because too many waited, or shown and never kept
}

// Keeping returns how records fare.
func (l *Ledger) Keeping() Keeping {
	l.mu.Lock()
	defer l.mu.Unlock()
	k := l.keeping
	k.Waiting = len(l.queue)
	return k
}

// remember fills the backlog with what the Store kept before this start. Where there is no Store to recall incidents from,
// they are made of it.
func (l *Ledger) remember(kept []*tocsin.Alert) {
	if n := len(kept); n > 0 {
		l.last = kept[n-1].Time
		if n >= l.options.Backlog {
			l.left = kept[0].Time.Add(-time.Microsecond) // there may be older ones
		}
	}
	for _, a := range kept {
		l.list(a)
		l.messages.add(messageOf(a))
		if l.options.Store == nil {
			l.incidents.raised(a)
		}
	}
}

// list takes a into the backlog.
func (l *Ledger) list(a *tocsin.Alert) {
	if old, left := l.alerts.add(a); left {
		l.left = old.Time
	}
}

func messageOf(a *tocsin.Alert) tocsin.Message {
	return tocsin.Message{Text: a.Header + " " + a.Text, Flags: tocsin.MessageAlert, Time: a.Time.Truncate(time.Second)}
}

// enqueue takes e to be kept, or counts it as lost. What the server says of itself has room of its own.
func (l *Ledger) enqueue(e entry) bool {
	most := l.options.Queue
	if e.own {
		most += reserve
	}
	if l.stopped || len(l.queue) >= most {
		l.losses.add(e.alert.Header)
		l.keeping.Lost++
		return false
	}
	l.queue = append(l.queue, e)
	l.rouse()
	return true
}

// rouse has Run look for work.
func (l *Ledger) rouse() {
	select {
	case l.wake <- struct{}{}:
	default: // it is awake already
	}
}

// head returns the oldest entries of the queue, a batch of them at most.
func (l *Ledger) head() []entry {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.queue[:min(len(l.queue), batchSize)])
}

// settle shows the batch at the head of the queue and answers those who wait.
func (l *Ledger) settle(batch []entry, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.queue = slices.Delete(l.queue, 0, len(batch))
	for _, e := range batch {
		l.show(e.alert)
		if e.kept != nil {
			e.kept <- err
		}
	}
}

// Run keeps what is raised and shows it, until ctx is done; then it keeps what is left, and what is raised after that is
// lost. It is to be called once, if there is a Store.
func (l *Ledger) Run(ctx context.Context) error {
	s := scribe{Ledger: l}
	for s.wait(ctx) {
		s.work()
	}
	l.mu.Lock()
	l.stopped = true
	l.mu.Unlock()
	s.retry = time.Time{} // the last chance of what could not be kept
	s.work()
	s.file()
	if n := len(s.unkept); n > 0 {
		return fmt.Errorf("%d alerts: %w", n, ErrNotKept)
	}
	return nil
}

// scribe is the state of Run.
type scribe struct {
	*Ledger
	began   time.Time       // of the newest batch
	told    time.Time       // when losses were told of
	filed   time.Time       // when incidents were put into the Store
	unfiled bool            // the newest attempt at that failed
	unkept  []*tocsin.Alert // shown already, because the Store failed
	retry   time.Time       // not before
	pause   time.Duration   // before the next retry; 0: the Store works
}

// wait returns when there is something to do, false if it is to end.
func (s *scribe) wait(ctx context.Context) bool {
	var due time.Time
	if len(s.unkept) > 0 {
		due = s.retry
	}
	if again := s.told.Add(tellLosses); s.lossesPending() && (due.IsZero() || again.Before(due)) {
		due = again
	}
	if file := s.fileDue(); !file.IsZero() && (due.IsZero() || file.Before(due)) {
		due = file
	}
	var timer <-chan time.Time
	if !due.IsZero() {
		t := time.NewTimer(time.Until(due))
		defer t.Stop()
		timer = t.C
	}
	select {
	case <-ctx.Done():
		return false
	case <-timer:
	case <-s.wake:
	}
	if early := gather - time.Since(s.began); early > 0 {
		t := time.NewTimer(early)
		defer t.Stop()
		select {
		case <-ctx.Done():
		case <-t.C:
		}
	}
	return true
}

// work keeps and shows all that waits.
func (s *scribe) work() {
	for {
		batch := s.head()
		s.began = time.Now()
		s.settle(batch, s.keep(batch))
		s.tellLosses()
		s.perform()
		if due := s.fileDue(); !due.IsZero() && !time.Now().Before(due) {
			s.file()
		}
		if len(batch) == 0 {
			return
		}
	}
}

// keep puts what could not be kept before, and then the batch.
func (s *scribe) keep(batch []entry) error {
	from := len(s.unkept)
	for _, e := range batch {
		s.unkept = append(s.unkept, e.alert)
	}
	if len(s.unkept) == 0 {
		return nil
	}
	if s.pause > 0 && time.Now().Before(s.retry) {
		s.bound()
		return ErrNotKept
	}
	done := 0
	var err error
	for part := range slices.Chunk(s.unkept, batchSize) {
		if err = s.put(part); err != nil {
			break
		}
		done += len(part)
	}
	s.unkept = slices.Delete(s.unkept, 0, done)
	if err != nil {
		s.failed(err)
		s.bound()
		return ErrNotKept
	}
	if s.pause > 0 {
		s.recovered(from)
	}
	return nil
}

func (s *scribe) put(batch []*tocsin.Alert) error {
	ctx, cancel := context.WithTimeout(context.Background(), putTimeout)
	defer cancel()
	return s.options.Store.Put(ctx, batch)
}

// bound gives up the oldest of what could not be kept, if it grows too long.
func (s *scribe) bound() {
	over := max(len(s.unkept)-s.options.Queue, 0)
	s.unkept = slices.Delete(s.unkept, 0, over)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keeping.Lost += uint64(over)
	s.keeping.Unkept = len(s.unkept)
}

// failed plans the next attempt, and tells people of the first failure.
func (s *scribe) failed(err error) {
	first := s.pause == 0
	s.pause = min(max(2*s.pause, firstRetry), lastRetry)
	s.retry = time.Now().Add(s.pause)
	if !first {
		return
	}
	s.mu.Lock()
	s.keeping.Failing = true
	s.mu.Unlock()
	s.options.Logger.Error("alerts are not kept", "error", err)
	s.Tell(&tocsin.LogDisabled, "alerts",
		"Alerts are not kept and will not survive a restart, detection goes on: "+strings.ReplaceAll(err.Error(), "\n", " "))
}

func (s *scribe) recovered(waited int) {
	s.pause = 0
	s.mu.Lock()
	s.keeping.Failing, s.keeping.Unkept = false, 0
	s.mu.Unlock()
	s.options.Logger.Info("alerts are kept again", "waited", waited)
	s.Say(tocsin.MessageInfo, fmt.Sprintf("Alerts are kept again, with %d that waited for it", waited))
}

// losses counts records that were not raised, by header.
type losses map[string]uint64

func (n *losses) add(header string) {
	if *n == nil {
		*n = losses{}
	}
	(*n)[header]++
}

func (s *scribe) lossesPending() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.losses) > 0
}

func (s *scribe) tellLosses() {
	if time.Since(s.told) < tellLosses {
		return
	}
	s.mu.Lock()
	lost := s.losses
	s.losses = nil
	s.mu.Unlock()
	if len(lost) == 0 {
		return
	}
	s.told = time.Now()
	text := lost.String()
	s.options.Logger.Warn("alerts lost", "what", text)
	s.Tell(&tocsin.AlertLost, "", text)
}

// String names the most frequent headers.
func (n losses) String() string {
	headers := make([]string, 0, len(n))
	total := uint64(0)
	for h, c := range n {
		headers = append(headers, h)
		total += c
	}
	slices.SortFunc(headers, func(a, b string) int {
		if n[a] != n[b] {
			return int(int64(n[b]) - int64(n[a]))
		}
		return strings.Compare(a, b)
	})
	const most = 10
	var b strings.Builder
	fmt.Fprintf(&b, "%d alerts were lost, because too many waited to be kept:", total)
	for i, h := range headers[:min(len(headers), most)] {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, " %s %d", h, n[h])
	}
	if len(headers) > most {
		fmt.Fprintf(&b, ", and %d others", len(headers)-most)
	}
	return b.String()
}
