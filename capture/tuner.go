package capture

import "context"

// Tuner is a Source whose radio can be told where to listen.
type Tuner interface {
	Source

	// Tuning tells where the radio can listen, and where it does. It may be called while Run runs.
	Tuning() Tuning

	// Tune has the radio listen elsewhere from now on, also after it failed and was opened again. It returns when the radio
	// does so, or why it does not: then it listens as before.
	Tune(ctx context.Context, o Order) error
}

// Tuning is where a radio listens. Channels are written as people write them: 6, 6HT40+, 36VHT80, 5W6e.
type Tuning struct {
	Channels  []string // that the radio can listen to; none while that is not known
	Channel   string   // the one that it stays on; the newest that is known while it hops
	Hop       []string // over which it hops; none if it stays
	Rate      float64  // hops a second
	Interface string   // that is listened to, which may have been made for that
	Hardware  string   // the driver, as far as known
}

// Order is where a radio is to listen.
type Order struct {
	Channel string   // to stay on; empty: hop
	Hop     []string // over which to hop; none: the channels of before
	Rate    float64  // hops a second; 0: as before
}
