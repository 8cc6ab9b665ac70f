package portal

import "runtime/debug"

// version is set when a release is built: -ldflags "-X gotong/app/portal.version=1.0.0".
var version = ""

// Version names this build: the release, or the commit that it was built from.
func Version() string {
	if version != "" {
		return version
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return "development " + s.Value[:12]
		}
	}
	return "development"
}
