// Package views holds the templates and texts of the portal. It imports nothing of the project: the engine in kit/web
// parses what lies here.
package views

import "embed"

// FS holds layouts/, partials/, errors/, one folder for each module, and locales/ with one file per area and language.
//
//go:embed */*.html locales/*.toml
var FS embed.FS
