package socket

// Listed counts the connections that the lot knows.
func Listed(s *Server) int {
	if s.lot == nil {
		return 0
	}
	s.lot.mu.Lock()
	defer s.lot.mu.Unlock()
	n := 0
	for _, c := range s.lot.conns {
		if c != nil {
			n++
		}
	}
	return n
}
