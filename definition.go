package tocsin

// Definition governs one kind of alert.
type Definition struct {
	Header      string // upper case, permanent
	Title       string // a few words; empty for definitions made by clients
	Class       Class
	Severity    Severity
	Description string // one or two sentences
	Phy         int32
	Throttle    Throttle
	Confidence  Confidence // of its findings unless they say otherwise; 0 for definitions made by clients
	Attack      []string   // MITRE ATT&CK technique ids

	// Explains are the headers of what such an attack makes others do or shows besides: an incident of one of them on the
	// same network at the same time is an effect of this one.
	Explains []string
}

// Throttle bounds how often a definition is raised.
type Throttle struct {
	Limit Rate // a limit of 0 turns the definition off
	Burst Rate
}

// Rate is a number of alerts in a unit of time.
type Rate struct {
	Count int
	Unit  Unit
}

// Unit is a unit of time, numbered as clients of Kismet know it.
type Unit uint8

const (
	Second Unit = iota
	Minute
	Hour
	Day
)

// Seconds returns the length of u.
func (u Unit) Seconds() int64 { return [...]int64{1, 60, 3600, 86400}[u&3] }

// Throttles of the shipped definitions.
var (
	PerMinute5      = Throttle{Rate{5, Minute}, Rate{1, Second}}
	PerMinute5Pairs = Throttle{Rate{5, Minute}, Rate{2, Second}}
	PerMinute10     = Throttle{Rate{10, Minute}, Rate{1, Second}}
)
