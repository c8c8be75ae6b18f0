package dot11

// Defects is a set of reasons for which a strict reader refuses a frame.
type Defects uint32

const (
	DefectShortHeader Defects = 1 << iota
)
