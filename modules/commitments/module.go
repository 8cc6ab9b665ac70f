package commitments

// Module is the commitments slice of the portal.
type Module struct {
	Service *Service
}

// New makes the module.
func New(d Deps) *Module { return &Module{Service: newService(d)} }
