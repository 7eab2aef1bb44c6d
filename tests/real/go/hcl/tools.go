//go:build tools

// Package hcl pins what reads the Terraform files of deploy/ as Terraform does.
package hcl

import _ "github.com/hashicorp/hcl/v2/cmd/hclfmt"
