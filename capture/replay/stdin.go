package replay

import "io"

// Stdin is the path of standard input.
const Stdin = "-"

// Interruptible returns r with a Close that ends a Read which waits, as standard input from a terminal or a silent pipe
// does. One goroutine goes on reading from r until that ends: nothing else can take what it reads.
func Interruptible(r io.Reader) io.ReadCloser {
	out, in := io.Pipe()
	go func() {
		_, err := io.CopyBuffer(in, struct{ io.Reader }{r}, make([]byte, 256<<10))
		in.CloseWithError(err)
	}()
	return out
}
