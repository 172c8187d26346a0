// Command zero-values prints which fields of Kubernetes' API types are the same empty as absent.
//
// The API server decodes an object into Go's types. A field that is a plain text, number or boolean cannot tell "absent" from
// its zero value, and one that is a plain struct cannot tell "absent" from `{}`: both come back the same, left out, or written
// where the type does not say `omitempty`. A pointer can tell.
//
// One line a type: its name and these fields, with `{}` behind a struct, and with `=""`, `=0` or `=false` behind what is written.
package main

import (
	"fmt"
	"reflect"
	"sort"
	"strings"

	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/client-go/kubernetes/scheme"
	apiregistration "k8s.io/kube-aggregator/pkg/apis/apiregistration/v1"
)

// Written as one value, whatever their Go type is.
var scalars = map[string]bool{"Quantity": true, "IntOrString": true, "Time": true, "MicroTime": true, "Duration": true,
	"RawExtension": true, "FieldsV1": true, "JSON": true}

var found = map[reflect.Type][]string{}

func visit(t reflect.Type) {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		visit(t.Elem())
	case reflect.Struct:
		if _, seen := found[t]; !seen && !scalars[t.Name()] {
			found[t] = nil
			fields := fieldsOf(t)
			sort.Strings(fields)
			found[t] = fields
		}
	}
}

func fieldsOf(t reflect.Type) (fields []string) {
	for i := range t.NumField() {
		field := t.Field(i)
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		if field.Anonymous && name == "" {
			fields = append(fields, fieldsOf(field.Type)...)
			continue
		}
		visit(field.Type)
		switch field.Type.Kind() {
		case reflect.String:
			fields = append(fields, name+written(options, `=""`))
		case reflect.Bool:
			fields = append(fields, name+written(options, "=false"))
		case reflect.Int, reflect.Int32, reflect.Int64, reflect.Float64:
			fields = append(fields, name+written(options, "=0"))
		case reflect.Struct:
			if !scalars[field.Type.Name()] {
				fields = append(fields, name+"{}")
			}
		}
	}
	return fields
}

func written(options, zero string) string {
	if strings.Contains(options, "omitempty") {
		return ""
	}
	return zero
}

// nameOf is the name of a type in the OpenAPI document, without what all names have in common.
func nameOf(t reflect.Type) string {
	parts := strings.Split(t.PkgPath(), "/")
	return strings.Join(append(parts[len(parts)-2:], t.Name()), ".")
}

func main() {
	for _, add := range []func() error{
		func() error { return apiextensions.AddToScheme(scheme.Scheme) },
		func() error { return apiregistration.AddToScheme(scheme.Scheme) },
	} {
		if err := add(); err != nil {
			panic(err)
		}
	}
	for kind, t := range scheme.Scheme.AllKnownTypes() {
		old := kind.Group == "extensions" || kind.Group == "apps" && kind.Version != "v1" || strings.Contains(kind.Version, "alpha")
		review := strings.HasPrefix(kind.Group, "auth") && strings.HasSuffix(kind.Group, "n.k8s.io")
		if !old && !review && !strings.HasSuffix(kind.Kind, "List") && !strings.HasSuffix(kind.Kind, "Options") {
			visit(t)
		}
	}
	var lines []string
	for t, fields := range found {
		if len(fields) > 0 && !strings.HasSuffix(t.Name(), "Status") {
			lines = append(lines, nameOf(t)+" "+strings.Join(fields, " "))
		}
	}
	sort.Strings(lines)
	fmt.Println(strings.Join(lines, "\n"))
}
