package remote

import (
	"net/http"
	"time"

	"github.com/coder/websocket"
)

// subprotocol is what the tools offer. They take an answer with it and without.
const subprotocol = "kismet-remote"

// ServeSensor takes a sensor that comes by a websocket, with a credential that was found good, and returns when it is gone.
// Watch is called with what ends it when the credential ends; what it returns is called at the end.
func (s *Server) ServeSensor(w http.ResponseWriter, r *http.Request, credential string, watch func(end func()) (stop func())) {
	// Whoever calls has looked at where the request comes from: the tools name an origin without a port.
	ws, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{subprotocol}, InsecureSkipVerify: true})
	if err != nil {
		return // and the client was told
	}
	c := newSession(s, websocket.NetConn(r.Context(), ws, websocket.MessageBinary), r.RemoteAddr)
	c.credential = credential
	c.out.single, c.out.every = false, time.Second
	c.cut = func() { ws.CloseNow() }
	c.farewell = func(reason string) { ws.Close(websocket.StatusPolicyViolation, reason[:min(len(reason), maxReason)]) }
	defer watch(func() { c.fail(errRevoked) })()
	s.host(c)
}

// maxReason is what fits into a close frame (RFC 6455 §5.5).
const maxReason = 123
