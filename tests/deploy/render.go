// Renders a chart as helm does, for tests on machines without helm: the same template engine (Go's text/template) and
// the same function library (sprig), with those of helm's own functions that charts here use. Values come from the
// chart's values.yaml and the files given with -f, later ones winning, maps merged.
//
//	go run render.go [-f VALUES]... CHART RELEASE NAMESPACE
package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig"
	"gopkg.in/yaml.v3"
)

type object = map[string]interface{}

// Files gives templates the chart's other files, as .Files.Get does.
type Files struct{ folder string }

func (f Files) Get(name string) string {
	content, err := os.ReadFile(filepath.Join(f.folder, name))
	if err != nil {
		return ""
	}
	return string(content)
}

func main() {
	var values []string
	arguments := os.Args[1:]
	for len(arguments) > 1 && arguments[0] == "-f" {
		values, arguments = append(values, arguments[1]), arguments[2:]
	}
	if len(arguments) != 3 {
		fail(fmt.Errorf("usage: render [-f VALUES]... CHART RELEASE NAMESPACE"))
	}
	folder := arguments[0]
	merged := object{}
	for _, file := range append([]string{filepath.Join(folder, "values.yaml")}, values...) {
		merge(merged, read(file))
	}
	chart := object{}
	for key, value := range read(filepath.Join(folder, "Chart.yaml")) {
		chart[strings.ToUpper(key[:1])+key[1:]] = value
	}
	render(folder, object{
		"Values": merged, "Chart": chart, "Files": Files{folder},
		"Release":      object{"Name": arguments[1], "Namespace": arguments[2], "Service": "Helm", "IsInstall": true},
		"Capabilities": object{"KubeVersion": object{"Version": "v1.31.0"}},
	})
}

func render(folder string, top object) {
	root := template.New("chart").Option("missingkey=zero")
	functions := sprig.TxtFuncMap()
	delete(functions, "env")
	delete(functions, "expandenv")
	functions["include"] = func(name string, data interface{}) (string, error) {
		var out bytes.Buffer
		err := root.ExecuteTemplate(&out, name, data)
		return out.String(), err
	}
	functions["toYaml"] = func(value interface{}) (string, error) {
		var out bytes.Buffer
		encoder := yaml.NewEncoder(&out)
		encoder.SetIndent(2)
		err := encoder.Encode(value)
		return strings.TrimSuffix(out.String(), "\n"), err
	}
	functions["required"] = func(message string, value interface{}) (interface{}, error) {
		if value == nil || value == "" {
			return nil, fmt.Errorf("%s", message)
		}
		return value, nil
	}
	root.Funcs(functions)
	paths, err := filepath.Glob(filepath.Join(folder, "templates", "*"))
	fail(err)
	sort.Strings(paths)
	for _, path := range paths {
		text, err := os.ReadFile(path)
		fail(err)
		_, err = root.New(filepath.Base(path)).Parse(string(text))
		fail(err)
	}
	for _, path := range paths {
		name := filepath.Base(path)
		if strings.HasPrefix(name, "_") || !strings.HasSuffix(name, ".yaml") {
			continue
		}
		var out bytes.Buffer
		fail(root.ExecuteTemplate(&out, name, top))
		if text := strings.TrimSpace(out.String()); text != "" {
			fmt.Printf("---\n# Source: %s\n%s\n", name, text)
		}
	}
}

func read(file string) object {
	content, err := os.ReadFile(file)
	fail(err)
	value := object{}
	fail(yaml.Unmarshal(content, &value))
	return value
}

func merge(into, from object) {
	for key, value := range from {
		inner, isMap := value.(object)
		if old, wasMap := into[key].(object); isMap && wasMap {
			merge(old, inner)
			continue
		}
		into[key] = value
	}
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
