package clients

import (
	"os/exec"
	"path/filepath"
	"testing"
)

// TestPythonWithRequests is what three Python clients and a script of the standard library do; each step checks its answer.
func TestPythonWithRequests(t *testing.T) {
	s := serve(t, demo(t)...)
	s.awaitAlerts()
	c := run(t, pythonWithRequests(t), filepath.Join("testdata", "python", "client.py"), s.address, user, password)
	c.await("done")
}

// pythonWithRequests prefers the system's Python: there Debian's package is.
func pythonWithRequests(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"/usr/bin/python3", "python3"} {
		path, err := exec.LookPath(name)
		if err == nil && exec.Command(path, "-c", "import requests").Run() == nil {
			return path
		}
	}
	t.Skip("python3-requests is not installed: make deps")
	return ""
}
