package villages

import "gotong/modules/domain"

// MayAttach tells whether the actor may add documents to a region: the government of that village, a verifier whose
// area contains it, the secretariat.
func MayAttach(actor domain.Actor, code domain.RegionCode) bool {
	if actor.Secretariat() {
		return true
	}
	if _, ok := actor.VillageGovernment(code, domain.OrgEditor); ok {
		return true
	}
	_, ok := actor.AreaVerifier(code)
	return ok
}
