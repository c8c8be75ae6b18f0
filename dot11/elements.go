package dot11

// Elements is the list of elements of one management frame, indexed once. It points into the frame.
type Elements struct {
	list []byte
	n    int // elements indexed
	// The first maxElements elements: one byte of id each, so that a look-up is a scan of adjacent bytes.
	ids     [maxElements]uint8
	offsets [maxElements]uint16
}

// maxElements bounds the index. Real frames have fewer than 50 elements; what comes later is not found by id.
const maxElements = 96
