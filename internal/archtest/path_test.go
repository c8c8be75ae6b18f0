package archtest

import (
	"go/ast"
	"slices"
	"testing"
)

// frameTime lists the folders that know only the time of frames.
var frameTime = []string{"dot11", "ble", "ip", "remoteid", "pcap", "window", "track", "capture/merge", "detect", "detectors"}

func TestFramePathNeverReadsTheClock(t *testing.T) {
	forbidden := []string{"Now", "Since", "Until", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker", "Sleep"}
	for _, f := range tree(t) {
		if f.test || !slices.ContainsFunc(frameTime, func(r string) bool { return isUnder(f.folder, r) }) {
			continue
		}
		if r, _ := rank(f.folder); r == 7 {
			continue
		}
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if pkg, ok := sel.X.(*ast.Ident); ok && pkg.Name == "time" && slices.Contains(forbidden, sel.Sel.Name) {
				t.Errorf("%s calls time.%s: this folder lives on frame time", f.path, sel.Sel.Name)
			}
			return true
		})
	}
}

// TestFramePathNeverLocks holds for all that one goroutine a shard runs.
func TestFramePathNeverLocks(t *testing.T) {
	lockFree := []string{"dot11", "ble", "ip", "remoteid", "window", "track", "capture/merge", "detectors"}
	for _, f := range tree(t) {
		if f.test || !slices.ContainsFunc(lockFree, func(r string) bool { return isUnder(f.folder, r) }) {
			continue
		}
		if r, _ := rank(f.folder); r == 7 {
			continue
		}
		for _, imp := range f.syntax.Imports {
			if imp.Path.Value == `"sync"` {
				t.Errorf("%s imports sync: one goroutine runs a shard, so nothing on its path locks", f.path)
			}
		}
	}
}
