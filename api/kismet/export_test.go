package kismet

import "net/http"

// RoutesOf lists the paths that the handler of New answers, for tests that must miss none.
func RoutesOf(h http.Handler) []string {
	var paths []string
	for _, rt := range h.(*handler).routes {
		paths = append(paths, rt.path)
	}
	return paths
}
