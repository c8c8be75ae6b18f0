package alert

// ring keeps the newest values.
type ring[T any] struct {
	most   int
	values []T
	start  int
}

// add returns the value that made room, or was not taken, if there is one.
func (r *ring[T]) add(v T) (out T, left bool) {
	switch {
	case r.most <= 0:
		return v, true
	case len(r.values) < r.most:
		r.values = append(r.values, v)
		return out, false
	}
	out, r.values[r.start] = r.values[r.start], v
	r.start = (r.start + 1) % r.most
	return out, true
}

// list returns a copy, oldest first.
func (r *ring[T]) list() []T {
	return append(append(make([]T, 0, len(r.values)), r.values[r.start:]...), r.values[:r.start]...)
}
