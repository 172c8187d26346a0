// Writes the tables of libs/kustomize/data from the sources of kustomize. Run by tables.sh, inside its module.
package main

import (
	"fmt"
	"os"
	"sort"
	"strings"

	"k8s.io/kube-openapi/pkg/validation/spec"
	"sigs.k8s.io/kustomize/api/internal/plugins/builtinconfig"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/openapi"
	"sigs.k8s.io/kustomize/kyaml/resid"
)

func gvk(g resid.Gvk) string { return g.Group + "|" + g.Version + "|" + g.Kind }

func specs(section string, list types.FsSlice) {
	fmt.Println(section)
	for _, fs := range list {
		create := ""
		if fs.CreateIfNotPresent {
			create = "+"
		}
		fmt.Printf(" %s %s%s\n", gvk(fs.Gvk), create, fs.Path)
	}
}

func fields() {
	c := builtinconfig.MakeDefaultConfig()
	specs("namePrefix", c.NamePrefix)
	specs("nameSuffix", c.NameSuffix)
	specs("namespace", c.NameSpace)
	specs("commonLabels", c.CommonLabels)
	specs("labels", c.Labels)
	specs("templateLabels", c.TemplateLabels)
	specs("commonAnnotations", c.CommonAnnotations)
	specs("varReference", c.VarReference)
	specs("images", c.Images)
	specs("replicas", c.Replicas)
	for _, r := range c.NameReference {
		specs("nameReference "+gvk(r.Gvk), r.Referrers)
	}
}

var definitions spec.Definitions

func short(name string) string {
	name = strings.TrimPrefix(name, "io.k8s.api.")
	name = strings.TrimPrefix(name, "io.k8s.apimachinery.pkg.apis.")
	return strings.TrimPrefix(name, "io.k8s.kube-aggregator.pkg.apis.")
}

func ref(s *spec.Schema) string { return strings.TrimPrefix(s.Ref.String(), "#/definitions/") }

// expression says what a field leads to, or nothing where no list below it is merged.
func expression(s *spec.Schema, useful map[string]bool) string {
	if name := ref(s); name != "" {
		if useful[name] {
			return short(name)
		}
		return ""
	}
	strategy, _ := s.Extensions["x-kubernetes-patch-strategy"].(string)
	merged := false
	for _, part := range strings.Split(strategy, ",") {
		merged = merged || part == "merge"
	}
	if len(s.Type) == 1 && s.Type[0] == "array" && merged {
		keys := []string{}
		if list, ok := s.Extensions["x-kubernetes-list-map-keys"].([]interface{}); ok {
			for _, key := range list {
				keys = append(keys, key.(string))
			}
		} else if key, ok := s.Extensions["x-kubernetes-patch-merge-key"].(string); ok {
			keys = append(keys, key)
		}
		item := ""
		if s.Items != nil && s.Items.Schema != nil {
			item = expression(s.Items.Schema, useful)
		}
		return "[" + strings.Join(keys, ",") + "]" + item
	}
	if s.AdditionalProperties != nil && s.AdditionalProperties.Schema != nil {
		if inner := expression(s.AdditionalProperties.Schema, useful); inner != "" {
			return "{}" + inner
		}
	}
	return ""
}

func schema() {
	definitions = openapi.Schema().Definitions
	names := []string{}
	for name := range definitions {
		names = append(names, name)
	}
	sort.Strings(names)
	useful := map[string]bool{}
	for grown := true; grown; {
		grown = false
		for _, name := range names {
			for _, property := range definitions[name].Properties {
				property := property
				if !useful[name] && expression(&property, useful) != "" {
					useful[name], grown = true, true
				}
			}
		}
	}
	kinds := []string{}
	for _, name := range names {
		list, _ := definitions[name].Extensions["x-kubernetes-group-version-kind"].([]interface{})
		for _, entry := range list {
			m := entry.(map[string]interface{})
			version := m["version"].(string)
			if group, _ := m["group"].(string); group != "" {
				version = group + "/" + version
			}
			of := short(name)
			if !useful[name] {
				of = "-"
			}
			kinds = append(kinds, fmt.Sprintf("kind %s %s %s", version, m["kind"], of))
		}
	}
	sort.Strings(kinds)
	for _, kind := range kinds {
		if !strings.HasSuffix(strings.Fields(kind)[2], "Options") && !strings.HasSuffix(strings.Fields(kind)[2], "List") && !strings.HasSuffix(kind, "meta.v1.WatchEvent") && strings.Fields(kind)[2] != "WatchEvent" {
			fmt.Println(kind)
		}
	}
	for _, name := range names {
		if !useful[name] {
			continue
		}
		fmt.Println("type " + short(name))
		properties := []string{}
		for property := range definitions[name].Properties {
			properties = append(properties, property)
		}
		sort.Strings(properties)
		for _, property := range properties {
			of := definitions[name].Properties[property]
			if text := expression(&of, useful); text != "" {
				fmt.Printf(" %s %s\n", property, text)
			}
		}
	}
}

func main() {
	if os.Args[1] == "fields" {
		fields()
	} else {
		schema()
	}
}
