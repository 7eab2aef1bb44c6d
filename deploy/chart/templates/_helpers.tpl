{{- define "cilium-bot.labels" -}}
app.kubernetes.io/name: cilium-bot
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "cilium-bot.subject" -}}
- kind: ServiceAccount
  name: {{ .Values.serviceAccount.name }}
  namespace: {{ .Release.Namespace }}
{{- end }}

{{- define "cilium-bot.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end }}
