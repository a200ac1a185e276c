package workers

// Workers counts those who run and those who wait.
func (p *Pool[T]) Workers() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.count
}
