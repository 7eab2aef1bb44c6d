{{- define "cilium-bot.labels" -}}
app.kubernetes.io/name: cilium-bot
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "cilium-bot.redis-labels" -}}
app.kubernetes.io/name: cilium-bot-redis
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "cilium-bot.subject" -}}
- kind: ServiceAccount
  name: {{ .Values.serviceAccount.name }}
  namespace: {{ .Release.Namespace }}
{{- range .Values.rights.groups }}
- kind: Group
  name: {{ . | quote }}
  apiGroup: rbac.authorization.k8s.io
{{- end }}
{{- end }}

{{- define "cilium-bot.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end }}

{{/* What the schema cannot say in words: values that each are right and do not go together. */}}
{{- define "cilium-bot.refuse" -}}
{{- $redis := .Values.redis -}}
{{- if and $redis.secretName $redis.inCluster.enabled -}}
{{- fail "redis.secretName and redis.inCluster.enabled exclude each other: one Redis holds everything" -}}
{{- end -}}
{{- if and $redis.inCluster.enabled (not $redis.inCluster.secretName) -}}
{{- fail "redis.inCluster.secretName is missing: a Secret with REDIS_PASSWORD" -}}
{{- end -}}
{{- if and (gt (int .Values.replicas) 1) (not (or $redis.secretName $redis.inCluster.enabled)) -}}
{{- fail "replicas: more than one needs a Redis that all share (redis.secretName or redis.inCluster)" -}}
{{- end -}}
{{- if and .Values.clusters .Values.cluster.name -}}
{{- fail "cluster.name and clusters exclude each other: name every cluster there" -}}
{{- end -}}
{{- if eq (int .Values.slack.httpPort) (int .Values.metricsPort) -}}
{{- fail "slack.httpPort and metricsPort are the same port" -}}
{{- end -}}
{{- if and .Values.hostNetwork (not $redis.inCluster.enabled) (or .Values.networkPolicy.enabled .Values.ciliumNetworkPolicy.enabled) -}}
{{- fail "a network policy binds no Pod on the host's network: set hostNetwork to false as well" -}}
{{- end -}}
{{- end }}
