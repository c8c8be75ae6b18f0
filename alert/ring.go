package alert

// ring keeps the newest values.
type ring[T any] struct {
	most   int
	values []T
	start  int
}

func (r *ring[T]) add(v T) {
	switch {
	case r.most <= 0:
	case len(r.values) < r.most:
		r.values = append(r.values, v)
	default:
		r.values[r.start] = v
		r.start = (r.start + 1) % r.most
	}
}

// list returns a copy, oldest first.
func (r *ring[T]) list() []T {
	return append(append(make([]T, 0, len(r.values)), r.values[r.start:]...), r.values[:r.start]...)
}
