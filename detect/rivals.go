package detect

import (
	"time"

	"github.com/tocsin-wids/tocsin/window"
)

// Rivals finds names that two hold at the same time. A name that passes from one holder to another, as after a restart,
// does not come back; one that two claim does so again and again.
type Rivals[K, V comparable] struct {
	// Same, if it is not nil, says that two holders are one.
	Same func(a, b V) bool

	held    *window.Map[K, holders[V]]
	returns *window.Alarm[K]
	span    time.Duration
}

// holders are the newest of a name, and the one before.
type holders[V comparable] struct {
	now, before V
	last        time.Duration // of now
	lost        time.Duration // when before was last heard
	rivalled    bool          // before is valid
}

// NewRivals returns rivals that speak of a name when it came back so many times in span to who held it within span, and every again
// while it does. At most keys names are remembered.
func NewRivals[K, V comparable](returns int, span, again time.Duration, keys int) *Rivals[K, V] {
	return &Rivals[K, V]{
		held:    window.NewMap[K, holders[V]](keys),
		returns: window.NewAlarm[K](returns, span, again, keys),
		span:    span,
	}
}

// Claim takes that holder claims the name. It returns how often the name came back lately, and whether to speak of that;
// 0 if it did not do so now. The rival is who claimed it in between.
func (r *Rivals[K, V]) Claim(name K, holder V, at time.Duration) (rival V, returns int, speak bool) {
	h, created := r.held.Put(name)
	if created {
		*h = holders[V]{now: holder, last: at}
		return rival, 0, false
	}
	if r.same(h.now, holder) {
		h.now, h.last = holder, at
		return rival, 0, false
	}
	back := h.rivalled && r.same(h.before, holder) && (at-h.lost).Abs() <= r.span
	rival = h.now
	*h = holders[V]{now: holder, before: h.now, last: at, lost: h.last, rivalled: true}
	if !back {
		return rival, 0, false
	}
	returns, speak = r.returns.Add(name, at)
	return rival, returns, speak
}

func (r *Rivals[K, V]) same(a, b V) bool { return a == b || r.Same != nil && r.Same(a, b) }
