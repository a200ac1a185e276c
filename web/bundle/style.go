package bundle

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

const styleNamespace = "style-text"

// styleText resolves imports such as "./widget.css?text" to the style sheet as a string: bundled, lowered and minified like any other.
var styleText = api.Plugin{
	Name: styleNamespace,
	Setup: func(build api.PluginBuild) {
		build.OnResolve(api.OnResolveOptions{Filter: `\.css\?text$`}, func(a api.OnResolveArgs) (api.OnResolveResult, error) {
			file := strings.TrimSuffix(a.Path, "?text")
			return api.OnResolveResult{Path: filepath.Join(a.ResolveDir, file), Namespace: styleNamespace}, nil
		})
		build.OnLoad(api.OnLoadOptions{Filter: ".*", Namespace: styleNamespace}, func(a api.OnLoadArgs) (api.OnLoadResult, error) {
			text, err := style(a.Path)
			if err != nil {
				return api.OnLoadResult{}, err
			}
			return api.OnLoadResult{Contents: &text, Loader: api.LoaderText}, nil
		})
	},
}

func style(file string) (string, error) {
	result := api.Build(api.BuildOptions{
		EntryPoints:      []string{file},
		Bundle:           true,
		MinifyWhitespace: true,
		MinifySyntax:     true,
		Charset:          api.CharsetUTF8,
		LegalComments:    api.LegalCommentsNone,
		Engines:          engines,
		LogLevel:         api.LogLevelSilent,
	})
	if len(result.Errors) > 0 {
		return "", problem(result.Errors)
	}
	if len(result.OutputFiles) != 1 {
		return "", fmt.Errorf("%s: %d output files, want 1", filepath.Base(file), len(result.OutputFiles))
	}
	return strings.TrimSpace(string(result.OutputFiles[0].Contents)), nil
}
