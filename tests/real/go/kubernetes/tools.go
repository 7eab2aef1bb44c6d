//go:build tools

// Package kubernetes pins the API server that the tests run beside, and the etcd below it.
package kubernetes

import (
	_ "go.etcd.io/etcd/server/v3/etcdmain"
	_ "k8s.io/kubernetes/cmd/kube-apiserver/app"
)
