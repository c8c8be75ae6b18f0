package archtest

import (
	"path"
	"strconv"
	"strings"
	"testing"
)

// ranks orders the tree: a package imports only packages of a lower rank. The longest prefix counts. A folder below
// a rank-0 decoder may also import that decoder, and a tool below a folder what lies beside it.
var ranks = map[string]int{
	"dot11": 0, "ble": 0, "ip": 0, "remoteid": 0, "pcap": 0, "window": 0,
	".":       1,
	"capture": 2, "export": 2, "logfile": 2, "track": 2, "alert": 2, "store": 2, "api": 2, "notify": 2,
	"capture/channel": 2, "capture/merge": 2, "gps": 2,
	"detect": 3, "capture/monitor/*": 3, "capture/remote/wire": 3,
	"capture/*": 4, "store/*": 4, "notify/*": 4, "api/*": 4, "detectors/*": 4, "detect/*": 4, "kismetdb": 4, "packetlog": 4,
	"detectors": 5, "config": 5, "report": 5,
	"app": 6,
	"cmd": 7, "detectors/new": 7, "detectors/gen": 7, "detect/detecttest/cut": 7, "internal": 7,
}

func rank(folder string) (int, bool) {
	for f := folder; f != "."; f = path.Dir(f) {
		if r, ok := ranks[f]; ok {
			return r, true
		}
		if r, ok := ranks[path.Dir(f)+"/*"]; ok {
			return r, true
		}
	}
	return ranks["."], folder == "."
}

// noThirdParty lists the folders that use the standard library and this module only.
var noThirdParty = []string{"dot11", "ble", "ip", "remoteid", "pcap", "window", ".", "track", "detect", "detectors", "alert"}

func isUnder(folder, root string) bool {
	return folder == root || root != "." && strings.HasPrefix(folder, root+"/")
}

func TestEveryFolderHasARank(t *testing.T) {
	for _, folder := range folders(tree(t)) {
		if _, ok := rank(folder); !ok {
			t.Errorf("folder %s has no rank: give it one in imports_test.go and a line in ARCHITECTURE.md", folder)
		}
	}
}

func TestImportsPointDownwards(t *testing.T) {
	for _, f := range tree(t) {
		if f.test {
			continue
		}
		own, _ := rank(f.folder)
		for _, imp := range f.syntax.Imports {
			name, _ := strconv.Unquote(imp.Path.Value)
			if name != module && !strings.HasPrefix(name, module+"/") {
				continue
			}
			to := strings.TrimPrefix(strings.TrimPrefix(name, module), "/")
			if to == "" {
				to = "."
			}
			other, _ := rank(to)
			inner := own == 0 && isUnder(f.folder, "dot11") && isUnder(to, "dot11")
			if other >= own && !inner {
				t.Errorf("%s (rank %d) imports %s (rank %d)", f.path, own, to, other)
			}
		}
	}
}

func TestCoreUsesNoThirdParty(t *testing.T) {
	for _, f := range tree(t) {
		if f.test || f.folder == "detect/detecttest" || f.folder == "detect/detecttest/cut" {
			continue
		}
		for _, root := range noThirdParty {
			if !isUnder(f.folder, root) {
				continue
			}
			for _, imp := range f.syntax.Imports {
				name, _ := strconv.Unquote(imp.Path.Value)
				first, _, _ := strings.Cut(name, "/")
				if strings.Contains(first, ".") && name != module && !strings.HasPrefix(name, module+"/") {
					t.Errorf("%s imports %s: %s is standard library only", f.path, name, root)
				}
			}
		}
	}
}
