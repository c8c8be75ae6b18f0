package track

import "time"

// Choice follows a value that one transmitter keeps for long, such as the channel of an access point.
type Choice[V comparable] struct {
	Lines
	value [2]V
}

// choiceOver is the silence after which a value counts no more.
const choiceOver = time.Minute

func (c *Choice[V]) add(v V, at time.Duration, heard Heard) {
	for i := range uint8(2) {
		if l := &c.line[i]; l.frames > 0 && (at-l.last).Abs() <= choiceOver && c.value[i] == v {
			c.Lines.add(i, false, at, heard)
			return
		}
	}
	i := c.spare(at, choiceOver)
	c.value[i] = v
	c.Lines.add(i, true, at, heard)
}

// Values returns the value of the line with more frames, and the other.
func (c *Choice[V]) Values() (more, other V) {
	i := c.main()
	return c.value[i], c.value[1-i]
}
