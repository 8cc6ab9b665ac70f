package needs

// Weight is urgency as ranking and plans count it, in [0.5, 1.5]; not said counts as normal.
func (u Urgency) Weight() float64 {
	switch u {
	case UrgencyHigh:
		return 1
	case UrgencyCritical:
		return 1.5
	}
	return 0.5
}
